import DeviceHistory
import Testing
import Vocabulary

/// Each rule on a signal's day looks at its own statistic, whatever the order in which the values came.
@Suite struct SignalRulesTests {
  struct Rule: Sendable, CustomTestStringConvertible {
    var statistic: OnsetRule.Statistic
    var limit: Double
    var isMet: Bool
    var testDescription: String { "\(statistic) \(limit): \(isMet)" }
  }

  /// Of the values 10, −5, 30 and 1: least −5, greatest 30, sum 36, mean 9.
  static let rules = [
    Rule(statistic: .minBelow, limit: -4.9, isMet: true), Rule(statistic: .minBelow, limit: -5, isMet: false),
    Rule(statistic: .maxAbove, limit: 29.9, isMet: true), Rule(statistic: .maxAbove, limit: 30, isMet: false),
    Rule(statistic: .sumAbove, limit: 35.9, isMet: true), Rule(statistic: .sumAbove, limit: 36, isMet: false),
    Rule(statistic: .meanAbove, limit: 8.9, isMet: true), Rule(statistic: .meanAbove, limit: 9, isMet: false),
    Rule(statistic: .meanBelow, limit: 9.1, isMet: true), Rule(statistic: .meanBelow, limit: 9, isMet: false),
  ]

  @Test(arguments: rules)
  func `a day is a symptom by the statistic that the rule names, and its limit itself is none`(_ rule: Rule) {
    for values in [[10.0, -5, 30, 1], [-5, 1, 10, 30], [30, 10, 1, -5]] {
      var profile = Fleet.profile()
      profile.modes = [
        FailureMode(
          id: "odd", title: "Odd", onset: .signal("temperature", rule.statistic, rule.limit), bucket: .day,
          refractoryDays: 7)
      ]
      var history = Fleet.history(profile)
      var table = Table()
      for (hour, value) in values.enumerated() {
        history.advance(to: Fleet.time(1, 8 + hour))
        let fate = history.hear(
          Fleet.report(1, 8 + hour, sequence: Int64(hour), temperature: value), of: "d1", into: &table)
        #expect(fate == .applied)
      }
      history.closeAll(into: &table)
      #expect(table.total("odd").onsets == (rule.isMet ? 1 : 0), "\(values)")
    }
  }
}
