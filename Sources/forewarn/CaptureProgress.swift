import Glibc
import Terminal
import Vocabulary

/// How far the reading of capture files has come: by the share of their bytes, in messages.
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

  /// - Parameter bytes: of the file, up to this message.
  /// - Parameter time: in the stream.
  mutating func count(bytes: Int64, at time: EventTime? = nil) {
    messages += 1
    guard messages % Self.stride == 0 else { return }
    let share = total > 0 ? Double(before + bytes) / Double(total) : nil
    let headway = Headway(messages, .items("message"), share: share)
    line.show { headway.text(after: $0) + (time.map { ", at \($0.date)" } ?? "") }
  }

  func finish() { line.clear() }
}
