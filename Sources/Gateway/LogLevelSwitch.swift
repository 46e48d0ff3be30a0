package import Logging
import Synchronization

/// The log's level, shared by all loggers of the process, so that a reload reaches every one of them.
package final class LogLevelSwitch: Sendable {
  private let level: Mutex<Logger.Level>

  package init(_ level: Logger.Level) { self.level = Mutex(level) }

  var current: Logger.Level { level.withLock { $0 } }

  func set(_ fresh: Logger.Level) { level.withLock { $0 = fresh } }
}
