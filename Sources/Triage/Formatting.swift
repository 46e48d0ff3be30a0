import Vocabulary

/// How numbers stand in explanations: as few digits as still tell the difference, thousands apart by a space, a percent
/// sign after a space, dates in UTC.
enum Wording {
  /// "41 230", "212", "37", "9.1", "0.35", "less than 0.01".
  static func number(_ value: Double) -> String { bounded(NumberStyle.english.number(value)) }

  static func number(_ value: Int) -> String { number(Double(value)) }

  /// "87 %", "0.4 %", "99.4 %"; never 0 % or 100 % for what is neither.
  static func percent(_ share: Double) -> String { percentDigits(share) + " %" }

  /// "81–92 %".
  static func percentRange(_ low: Double, _ high: Double) -> String {
    let (from, to) = (percentDigits(low), percentDigits(high))
    guard from.first?.isNumber == true, to.first?.isNumber == true else { return "\(from) % to \(to) %" }
    return "\(from)–\(to) %"
  }

  private static func percentDigits(_ share: Double) -> String { bounded(NumberStyle.english.percent(share)) }

  private static func bounded(_ value: (digits: String, bound: NumberStyle.Bound?)) -> String {
    switch value.bound {
    case nil: value.digits
    case .less: "less than \(value.digits)"
    case .more: "more than \(value.digits)"
    }
  }

  /// "an 87 % probability (81–92 %)", "a probability of more than 99.9 % (99.1 % to more than 99.9 %)".
  static func probability(_ interval: Interval) -> String {
    let text = percent(interval.mean)
    let range = percentRange(interval.low, interval.high)
    guard text.first?.isNumber == true else { return "a probability of \(text) (\(range))" }
    let takesAn = text.hasPrefix("8") || ["11 ", "11.", "18 ", "18."].contains { text.hasPrefix($0) }
    return "\(takesAn ? "an" : "a") \(text) probability (\(range))"
  }

  /// "41.20 USD".
  static func money(_ amount: Double, _ currency: String) -> String {
    NumberStyle.english.amount(amount, currency) + " " + currency
  }

  /// "30 days", "1 day", "12 hours".
  static func days(_ days: Double) -> String {
    days >= 1 ? count(days, "day") : count(days * 24, "hour")
  }

  static func count(_ number: Double, _ noun: String) -> String {
    let text = self.number(number)
    return "\(text) \(noun)\(text == "1" ? "" : "s")"
  }

  static func count(_ number: Int, _ noun: String) -> String { count(Double(number), noun) }
}

extension Cohort {
  /// "batch FTV4KM-2024-W18", "firmware 3.2.0 in humid weather".
  var words: String {
    var parts: [String] = []
    if let batch { parts.append("batch \(batch)") }
    if let firmware { parts.append(batch == nil ? "firmware \(firmware)" : "on firmware \(firmware)") }
    if parts.isEmpty { parts.append("the surroundings") }
    if let region { parts.append("in region \(region)") }
    if cause == .firmwareAndEnvironment || cause == .batchAndEnvironment { parts.append("in humid weather") }
    return parts.joined(separator: " ")
  }
}
