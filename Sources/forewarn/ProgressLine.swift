import Glibc
import Terminal

/// How far a long piece of work has come: on a terminal a line that is written over, else nothing.
struct ProgressLine {
  private static let interval = Duration.milliseconds(200)

  private let isShown: Bool
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant

  init(isQuiet: Bool) {
    isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    began = clock.now
    shown = began
  }

  /// - Parameter text: of the seconds since the beginning; made only when it is due.
  mutating func show(_ text: (Double) -> String) {
    guard isShown, clock.now - shown > Self.interval else { return }
    shown = clock.now
    write("\r" + text((shown - began) / .seconds(1)) + "\u{1b}[K")
  }

  /// Bytes of a known whole.
  mutating func show(_ title: String, _ done: Int64, of total: Int64) {
    show { Self.text(title, done, of: total, after: $0) }
  }

  func finish() {
    if isShown { write("\r\u{1b}[K") }
  }

  static func text(_ title: String, _ done: Int64, of total: Int64, after seconds: Double) -> String {
    let rate = Double(done) / max(seconds, 0.001)
    let rest = rate > 0 ? Double(max(0, total - done)) / rate : 0
    return "\(title): \(Phrase.bytes(Int(done))) of \(Phrase.bytes(Int(total))), \(Phrase.bytes(Int(rate)))/s,"
      + " \(Phrase.briefly(seconds: rest.rounded(.up))) left"
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
