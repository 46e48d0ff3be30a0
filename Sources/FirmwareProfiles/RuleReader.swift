import CheckedYAML
import Vocabulary

/// Reads the rules of a mode that name signals and events.
///
/// `onset` is one of
/// - `{event: id, count: 1…1000000}` (`count` 1 where it isn't given): within a bucket
/// - `{signal: id, sum_above|mean_above|mean_below|max_above|min_below: number}`: over a bucket, of a gauge or count
/// - `{any: [rules]}`, `{all: [rules]}`: 1–16 rules, nested at most 4 deep
///
/// `factors[]` is one of
/// - `{signal: id, bins: edges}`: mean over the device's last bucket, not of a word
/// - `{event: id, window_days: 1…90, bins: edges}`: how often within the days before
/// - `{since: install|activation|event id, bins_days: edges}`
///
/// with 1–13 ascending edges.
struct RuleReader {
  private static let maximumDepth = 4

  let names: ReportNames

  func onset(_ value: YAMLValue, depth: Int = 1) -> OnsetRule? {
    value.mapping { keys in
      let forms = ["event", "signal", "any", "all"].filter(keys.has)
      guard forms.count == 1, let form = forms.first else {
        for key in ["event", "count", "signal", "any", "all"] + OnsetRule.Statistic.allCases.map(\.rawValue) {
          _ = keys.optional(key)
        }
        value.fault("expected exactly one of event, signal, any, all")
        return nil
      }
      switch form {
      case "event":
        let event = keys.optional("event").flatMap(event)
        let count = keys.optional("count").map { $0.integer(in: 1...1_000_000) } ?? 1
        guard let event, let count else { return nil }
        return .event(Symbol(event), count: count)
      case "signal": return statistic(keys)
      default:
        guard depth < Self.maximumDepth else {
          _ = keys.optional(form)
          value.fault("rules may be nested \(Self.maximumDepth) deep")
          return nil
        }
        guard let items = keys.optional(form)?.list(count: 1...16) else { return nil }
        let rules = items.compactMap { onset($0, depth: depth + 1) }
        guard rules.count == items.count else { return nil }
        return form == "any" ? .any(rules) : .all(rules)
      }
    }
  }

  private func statistic(_ keys: YAMLMapping) -> OnsetRule? {
    let value = keys.optional("signal")
    let signal = value.flatMap(signal)
    if let signal, let declaration = names.signals[signal] ?? nil {
      switch declaration.kind {
      case .flag: value?.fault("\"\(signal)\" is a flag: a rule needs a gauge or count")
      case .word: value?.fault("\"\(signal)\" is a word: a rule needs a gauge or count")
      case .gauge, .count: break
      }
    }
    let given = OnsetRule.Statistic.allCases.filter { keys.has($0.rawValue) }
    let limits = given.map { keys.optional($0.rawValue)?.double() }
    guard given.count == 1, let statistic = given.first else {
      for other in OnsetRule.Statistic.allCases where !given.contains(other) { _ = keys.optional(other.rawValue) }
      let words = OnsetRule.Statistic.allCases.map(\.rawValue).joined(separator: ", ")
      keys.value.fault("expected exactly one of \(words)")
      return nil
    }
    guard let signal, let limit = limits.first ?? nil else { return nil }
    return .signal(Symbol(signal), statistic, limit)
  }

  func factor(_ value: YAMLValue) -> RiskFactor? {
    value.mapping { keys in
      let forms = ["signal", "event", "since"].filter(keys.has)
      guard forms.count == 1, let form = forms.first else {
        for key in ["signal", "event", "since", "bins", "bins_days", "window_days"] { _ = keys.optional(key) }
        value.fault("expected exactly one of signal, event, since")
        return nil
      }
      switch form {
      case "signal":
        let signalValue = keys.optional("signal")
        let signal = signalValue.flatMap(signal)
        if let signal, let declaration = names.signals[signal] ?? nil, case .word = declaration.kind {
          signalValue?.fault("\"\(signal)\" is a word and has no mean")
        }
        guard let bins = keys.required("bins")?.edges(), let signal else { return nil }
        return .signalMean(Symbol(signal), bins: bins)
      case "event":
        let event = keys.optional("event").flatMap(event)
        let days = keys.required("window_days")?.integer(in: 1...90)
        guard let bins = keys.required("bins")?.edges(in: 0...1e9), let event, let days else { return nil }
        return .eventCount(Symbol(event), windowDays: days, bins: bins)
      default:
        let reference = keys.optional("since").flatMap(reference)
        guard let bins = keys.required("bins_days")?.edges(in: 0...36_500), let reference else { return nil }
        return .since(reference, binsDays: bins)
      }
    }
  }

  private func reference(_ value: YAMLValue) -> RiskFactor.Reference? {
    guard let name = value.identifier() else { return nil }
    switch name {
    case "install": return .install
    case "activation": return .activation
    default:
      guard names.events.contains(name) else {
        value.fault(
          "expected install, activation or a declared event, found \"\(name)\""
            + suggestion(for: name, in: names.events.sorted() + ["install", "activation"]))
        return nil
      }
      return .event(Symbol(name))
    }
  }

  private func event(_ value: YAMLValue) -> String? {
    guard let name = value.identifier() else { return nil }
    guard names.events.contains(name) else {
      value.fault("no event \"\(name)\" is declared under events\(suggestion(for: name, in: names.events.sorted()))")
      return nil
    }
    return name
  }

  private func signal(_ value: YAMLValue) -> String? {
    guard let name = value.identifier() else { return nil }
    guard names.signals.keys.contains(name) else {
      value.fault(
        "no signal \"\(name)\" is declared under signals\(suggestion(for: name, in: names.signals.keys.sorted()))")
      return nil
    }
    return name
  }
}
