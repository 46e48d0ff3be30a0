/// How far a long piece of work has come, in a line: its share as a bar, what is done, how fast, and the time left. Where the
/// whole isn't known, what is done and how fast.
package struct Headway: Hashable, Sendable {
  package enum Unit: Hashable, Sendable {
    case bytes
    /// By the name of one.
    case items(String)
  }

  package var done: Int
  package var unit: Unit
  /// Of the whole, from 0 to 1; `nil`: not known.
  package var share: Double?

  private static let barWidth = 20

  package init(_ done: Int, _ unit: Unit, share: Double?) {
    self.done = done
    self.unit = unit
    self.share = share
  }

  package init(_ done: Int, of total: Int?, _ unit: Unit) {
    self.init(done, unit, share: total.flatMap { $0 > 0 ? Double(done) / Double($0) : nil })
  }

  /// `[########            ] 40 %  24,690 messages, 12,345/s, 3s left`.
  package func text(after seconds: Double) -> String {
    let rate = Int(Double(done) / max(seconds, 0.001))
    let figures =
      switch unit {
      case .bytes: "\(Phrase.bytes(done)), \(Phrase.bytes(rate))/s"
      case .items(let name): "\(Phrase.count(done, name)), \(Phrase.count(rate))/s"
      }
    guard let share, share > 0 else { return figures }
    let part = min(share, 1)
    let full = Int((part * Double(Self.barWidth)).rounded(.down))
    let bar = String(repeating: "#", count: full) + String(repeating: " ", count: Self.barWidth - full)
    let left = Phrase.briefly(seconds: (seconds * (1 - part) / part).rounded())
    return "[\(bar)] \(Int(part * 100)) %  \(figures), \(left) left"
  }
}
