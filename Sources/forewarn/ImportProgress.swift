import Synchronization
import Terminal

/// How far a table has come on its way to the daemon: read, then sent, then for how long the daemon has had it. It takes all
/// lines or none, so it has no share of them to tell.
final class ImportProgress: Sendable {
  private struct State {
    var line: ProgressLine
    var sent = 0
    /// In seconds of the line.
    var sendingSince = 0.0
    var sentSince = 0.0
  }
  /// Between two lines while nothing comes from the daemon.
  private static let pause = Duration.milliseconds(250)
  private let state: Mutex<State>

  init(isQuiet: Bool) { state = Mutex(State(line: ProgressLine(isQuiet: isQuiet))) }

  /// The whole file.
  func reading(_ file: String) throws -> [UInt8] {
    defer { clear() }
    return try LocalFile.read(file) { bytes, total in
      state.withLock { state in
        state.line.show { "read: " + Headway(bytes, of: total, .bytes).text(after: $0) }
      }
    }
  }

  /// The answer to a table of so many bytes.
  func exchanging(_ total: Int, _ exchange: @Sendable () async throws -> [UInt8]) async throws -> [UInt8] {
    defer { clear() }
    state.withLock { $0.sendingSince = $0.line.seconds }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          try await Task.sleep(for: Self.pause)
          self.show(of: total)
        }
      }
      defer { group.cancelAll() }
      return try await exchange()
    }
  }

  func sent(_ bytes: Int, of total: Int) {
    state.withLock { state in
      state.sent = bytes
      state.sentSince = state.line.seconds
    }
    show(of: total)
  }

  private func show(of total: Int) {
    state.withLock { state in
      let (sent, sendingSince, sentSince) = (state.sent, state.sendingSince, state.sentSince)
      state.line.show { Self.text(sent, of: total, after: $0 - sendingSince, sent: $0 - sentSince) }
    }
  }

  /// - Parameter seconds: since sending began.
  /// - Parameter waiting: since the last of it was sent.
  static func text(_ sent: Int, of total: Int, after seconds: Double, sent waiting: Double) -> String {
    guard sent >= total else { return "sent: " + Headway(sent, of: total, .bytes).text(after: seconds) }
    return "\(Phrase.bytes(total)) sent; forewarnd checks and applies it, \(Phrase.briefly(seconds: waiting))"
  }

  private func clear() { state.withLock { $0.line.clear() } }
}
