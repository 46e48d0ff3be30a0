import Glibc
import Terminal

/// How far the reading of capture files has come: their share, the rate, and the time left.
struct CaptureProgress {
  private var line: ProgressLine
  private let total: Int64
  private var messages = 0
  /// Bytes of the files that were read to their end.
  private var before: Int64 = 0
  /// Between two looks at the clock.
  private static let stride = 256

  /// - Parameter files: captures; standard input has no size, so neither share nor time left are known of it.
  init(files: [String], isQuiet: Bool) {
    line = ProgressLine(isQuiet: isQuiet)
    let sizes = files.map(Self.size)
    total = sizes.contains(nil) ? 0 : sizes.reduce(0) { $0 + ($1 ?? 0) }
  }

  static func size(_ path: String) -> Int64? {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }

  mutating func finishFile(_ path: String) { before += Self.size(path) ?? 0 }

  mutating func count(bytes: Int64) {
    messages += 1
    guard messages % Self.stride == 0 else { return }
    let share = total > 0 ? Double(before + bytes) / Double(total) : nil
    let messages = messages
    line.show { Self.text(share: share, messages: messages, seconds: $0) }
  }

  /// `[########            ] 40 %  12,345/s  2m left`.
  static func text(share: Double?, messages: Int, seconds: Double) -> String {
    let rate = Phrase.count(Int(Double(messages) / max(seconds, 0.001))) + "/s"
    guard let share, share > 0 else { return "\(Phrase.count(messages)) messages  \(rate)" }
    let done = min(share, 1)
    let full = Int((done * 20).rounded(.down))
    let bar = String(repeating: "#", count: full) + String(repeating: " ", count: 20 - full)
    let left = Phrase.briefly(seconds: (seconds / done - seconds).rounded())
    return "[\(bar)] \(Int(done * 100)) %  \(rate)  \(left) left"
  }

  func finish() { line.finish() }
}
