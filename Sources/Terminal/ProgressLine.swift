import Glibc

/// The line on standard error that is written over while something takes long; nothing where no terminal reads it, or nobody
/// wants it. Whatever shows how far it has come shows it here.
package struct ProgressLine: Sendable {
  private static let interval = Duration.milliseconds(200)

  package let isShown: Bool
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant

  package init(isQuiet: Bool) {
    isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    began = clock.now
    shown = began
  }

  /// Since the beginning.
  package var seconds: Double { (clock.now - began) / .seconds(1) }

  /// - Parameter text: of the seconds since the beginning; made only when it is due.
  package mutating func show(_ text: (Double) -> String) {
    guard isShown, clock.now - shown > Self.interval else { return }
    shown = clock.now
    // A line that goes on in the next one couldn't be written over.
    let words = String(text((shown - began) / .seconds(1)).prefix(Self.width() - 1))
    Self.write("\r\(words)\u{1b}[K")
  }

  package mutating func show(_ headway: Headway) { show { headway.text(after: $0) } }

  /// Takes it away: others write to the terminal, too.
  package func clear() {
    if isShown, shown > began { Self.write("\r\u{1b}[K") }
  }

  private static func width() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }

  private static func write(_ text: String) {
    var text = text
    // A terminal that takes no more loses a line of progress.
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
