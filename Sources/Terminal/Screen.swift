package import Vocabulary

/// What a text is laid out for: the clock and the terminal are values here, so that the same input gives the same text.
package struct Screen: Hashable, Sendable {
  /// Characters a line; 80 where the output is no terminal.
  package var width: Int
  package var isTerminal: Bool
  package var isColoured: Bool
  package var now: EventTime
  /// Lists have more columns.
  package var isWide = false
  package var times = Times.relative

  /// How a moment reads: since when (in a table) or UTC to the minute (on a page), as RFC 3339 in UTC, or in local time.
  package enum Times: Sendable { case relative, utc, local }

  package init(width: Int = 80, isTerminal: Bool = false, isColoured: Bool = false, now: EventTime) {
    self.width = max(40, width)
    self.isTerminal = isTerminal
    self.isColoured = isColoured
    self.now = now
  }

  /// Colour only ever repeats what a word says already.
  package enum Tone: Sendable {
    case plain, strong, good, warning, bad, faint

    fileprivate var code: String? {
      switch self {
      case .plain: nil
      case .strong: "1"
      case .good: "32"
      case .warning: "33"
      case .bad: "1;31"
      case .faint: "2"
      }
    }
  }

  package func painted(_ text: String, _ tone: Tone) -> String {
    guard isColoured, let code = tone.code, !text.isEmpty else { return text }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }

  /// A moment in a table.
  package func when(_ text: String) -> String {
    guard let time = EventTime(text) else { return Phrase.printable(text) }
    return switch times {
    case .relative: age(of: time)
    case .utc: time.description
    case .local: LocalTime.text(time)
    }
  }

  /// A moment on a page.
  package func moment(_ text: String) -> String {
    guard let time = EventTime(text) else { return Phrase.printable(text) }
    return moment(time)
  }

  package func moment(_ time: EventTime) -> String {
    switch times {
    case .relative: Phrase.moment(time)
    case .utc: time.description
    case .local: LocalTime.text(time)
    }
  }

  /// How long ago, short: `12s`, `3m`, `5h`, `4d`; what is to come reads `in 4d`.
  package func age(of time: EventTime) -> String {
    let milliseconds = now.milliseconds - time.milliseconds
    let text = Phrase.briefly(seconds: Double(abs(milliseconds)) / 1000)
    return milliseconds <= -1000 ? "in \(text)" : text
  }

  /// The same of a text that holds a time; a text that doesn't is shown as it is.
  package func age(of text: String) -> String {
    EventTime(text).map { age(of: $0) } ?? Phrase.printable(text)
  }
}
