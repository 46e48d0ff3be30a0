import Glibc

/// What the demo tells while it works: headings, how long each phase took, one line of progress.
struct Narration {
  let isTerminal = isatty(STDOUT_FILENO) == 1
  private let began = ContinuousClock.now
  private var phaseBegan = ContinuousClock.now
  private var lastProgress = ContinuousClock.now
  private var isProgressShown = false

  mutating func begin(_ phase: String) {
    phaseBegan = .now
    lastProgress = .now
    write("\n== \(phase)\n")
  }

  mutating func end(_ words: String) {
    clearProgress()
    write("\(words) (\(seconds(since: phaseBegan)))\n")
  }

  /// On a terminal one line that changes; elsewhere a new line every ten seconds.
  mutating func progress(_ words: String) {
    if isTerminal {
      write("\r\u{1b}[K\(words)")
      isProgressShown = true
    } else if ContinuousClock.now - lastProgress >= .seconds(10) {
      write("\(words)\n")
      lastProgress = .now
    }
  }

  mutating func clearProgress() {
    if isProgressShown { write("\r\u{1b}[K") }
    isProgressShown = false
  }

  func total() -> String { seconds(since: began) }

  private func seconds(since start: ContinuousClock.Instant) -> String {
    let tenths = Int((ContinuousClock.now - start) / .milliseconds(100))
    return "\(tenths / 10).\(tenths % 10) s"
  }

  func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
