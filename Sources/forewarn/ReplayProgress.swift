import Terminal
import Vocabulary

/// How far a replay has come; how much is left of a stream isn't known.
struct ReplayProgress {
  private var line: ProgressLine
  private var messages = 0
  /// Between two looks at the clock.
  private static let stride = 256

  init(isQuiet: Bool) { line = ProgressLine(isQuiet: isQuiet) }

  mutating func count(at time: EventTime?) {
    messages += 1
    guard messages % Self.stride == 0 else { return }
    let messages = messages
    line.show { "\(messages) messages, \(Int(Double(messages) / max($0, 0.001)))/s, at \(time?.date ?? "…")" }
  }

  func finish() { line.finish() }
}
