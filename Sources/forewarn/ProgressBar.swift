import Foundation
import Glibc
import Terminal

/// How far a long reading has come: on a terminal a line that is written over, with rate and time left; else nothing.
struct ProgressBar {
  private let isShown: Bool
  private let total: Int64
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant
  private var messages = 0
  /// Bytes of the files that were read to their end.
  private var before: Int64 = 0

  /// - Parameter files: captures; standard input has no size, so neither share nor time left are known of it.
  init(files: [String], isQuiet: Bool) {
    isShown = !isQuiet && isatty(2) == 1
    let sizes = files.map(Self.size)
    total = sizes.contains(nil) ? 0 : sizes.reduce(0) { $0 + ($1 ?? 0) }
    began = clock.now
    shown = began
  }

  static func size(_ path: String) -> Int64? {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }

  mutating func finishFile(_ path: String) { before += Self.size(path) ?? 0 }

  mutating func count(bytes: Int64) {
    messages += 1
    guard isShown, messages % 256 == 0, clock.now - shown > .milliseconds(200) else { return }
    shown = clock.now
    let text = Self.text(
      share: total > 0 ? Double(before + bytes) / Double(total) : nil, messages: messages,
      seconds: (clock.now - began) / .seconds(1))
    FileHandle.standardError.write(Data("\r\(text)\u{1b}[K".utf8))
  }

  /// `[########            ]  40 %  12,345/s  2m left`.
  static func text(share: Double?, messages: Int, seconds: Double) -> String {
    let rate = Phrase.count(Int(Double(messages) / max(seconds, 0.001))) + "/s"
    guard let share, share > 0 else { return "\(Phrase.count(messages)) messages  \(rate)" }
    let done = min(share, 1)
    let full = Int((done * 20).rounded(.down))
    let bar = String(repeating: "#", count: full) + String(repeating: " ", count: 20 - full)
    let left = Phrase.briefly(seconds: (seconds / done - seconds).rounded())
    return "[\(bar)] \(Int(done * 100)) %  \(rate)  \(left) left"
  }

  func finish() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
  }
}
