import Foundation

/// One measured number with what it must be and what it should be.
struct Figure: Encodable, Sendable {
  enum Direction: String, Encodable, Sendable { case atLeast = "≥", atMost = "≤" }
  enum Verdict: String, Encodable, Sendable { case aim, must, miss, none }

  var id: String
  var title: String
  var unit: String
  var value: Double
  var direction: Direction
  /// `nil`: shown for information.
  var must: Double?
  var aim: Double?
  /// What the value is the median of, in the order of the runs.
  var samples: [Double] = []
  var note = ""

  var verdict: Verdict {
    guard let must else { return .none }
    if let aim, meets(aim) { return .aim }
    return meets(must) ? .must : .miss
  }

  private func meets(_ limit: Double) -> Bool { direction == .atLeast ? value >= limit : value <= limit }

  private enum CodingKeys: String, CodingKey {
    case id, title, unit, value, direction, must, aim, verdict, samples, note
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(title, forKey: .title)
    try container.encode(unit, forKey: .unit)
    try container.encode(value, forKey: .value)
    try container.encode(direction, forKey: .direction)
    try container.encode(must, forKey: .must)
    try container.encode(aim, forKey: .aim)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(samples, forKey: .samples)
    try container.encode(note, forKey: .note)
  }
}

extension [Double] {
  /// 0 for an empty list.
  var median: Double {
    guard !isEmpty else { return 0 }
    let ordered = sorted()
    return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
  }

  /// The smallest value that so large a share of the values doesn't exceed.
  func quantile(_ share: Double) -> Double {
    guard !isEmpty else { return 0 }
    return sorted()[Swift.min(count - 1, Swift.max(0, Int((share * Double(count)).rounded(.up)) - 1))]
  }
}

/// Short enough for a table: three digits, or all of a whole part.
func short(_ number: Double) -> String {
  abs(number) >= 100 ? String(format: "%.0f", number) : String(format: "%.3g", number)
}
