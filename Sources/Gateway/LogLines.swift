import Glibc
package import Logging
import Vocabulary

/// Writes each entry as one line to standard error: `message key=value …`. Under systemd with its priority in front
/// (`<3>` … `<7>`), elsewhere with the time and level in words. Control characters and anything that could end a line or
/// steer a terminal are escaped, and long entries cut.
package struct LogLines: LogHandler {
  /// Below this nothing is written, whatever the shared level says.
  private var floor = Logger.Level.trace
  private let shared: LogLevelSwitch
  package var logLevel: Logger.Level {
    get { max(floor, shared.current) }
    set { floor = newValue }
  }
  package var metadata: Logger.Metadata = [:]
  private let isUnderSystemd: Bool

  package init(level: LogLevelSwitch) {
    shared = level
    isUnderSystemd = getenv("JOURNAL_STREAM") != nil
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let text = pairs.reduce(event.message.description) { $0 + " \($1.key)=\(Self.quoted($1.value.description))" }
    let prefix = isUnderSystemd ? "<\(event.level.priority)>" : "\(Self.now()) \(event.level.rawValue): "
    let line = Array((prefix + Self.escaped(text)).utf8.prefix(Limits.logLineBytes)) + [0x0a]
    // One write a line, so that lines of several threads don't mix. A log that can't be written has nowhere to say so.
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }

  private static func now() -> String {
    WallClock.now().description
  }

  private static func quoted(_ text: String) -> String {
    text.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) || text.isEmpty
      ? "\"\(text.replacing("\"", with: "\\\""))\"" : text
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a: result += "\\n"
      case 0x0d: result += "\\r"
      case 0x09: result += "\\t"
      // C0, DEL, C1; zero-width and direction marks; line and paragraph separators.
      case 0..<0x20, 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Logger.Level {
  /// syslog's numbers.
  fileprivate var priority: Int {
    switch self {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
