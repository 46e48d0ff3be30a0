import CheckedYAML
package import Vocabulary

/// What a changed profile changes, key by key, and whether a mode's evidence begins anew because of it.
package struct ProfileDifference: Sendable, Hashable {
  package struct Change: Sendable, Hashable {
    /// As in the file: `modes[hdmi-cec-failure].costs.replacement`.
    package var key: String
    /// As in the file; `nil` where it wasn't, or isn't any more.
    package var before: String?
    package var after: String?
    /// The mode whose evidence it is about.
    package var mode: Symbol?
    /// What was gathered under the old definition would mean something else: the mode begins anew with the next bucket.
    package var startsAnew: Bool
  }

  package private(set) var changes: [Change] = []

  /// Modes that begin anew, sorted.
  package var modesBegunAnew: [Symbol] { Set(changes.filter(\.startsAnew).compactMap(\.mode)).sorted() }

  package init(from old: FirmwareProfile, to new: FirmwareProfile) {
    note("product", old.product.text, new.product.text)
    note("title", old.title, new.title)
    let modes = Set(old.modes.map(\.id)).intersection(new.modes.map(\.id)).sorted()
    if old.firmware != new.firmware {
      note("firmware", old.firmware.text, new.firmware.text)
      // Which devices a file describes is part of what each of its modes means.
      for mode in modes {
        changes.append(
          Change(
            key: "firmware", before: old.firmware.text, after: new.firmware.text, mode: mode, startsAnew: true))
      }
      changes.removeAll { $0.key == "firmware" && $0.mode == nil && !modes.isEmpty }
    }
    note("replacement.sku", old.replacement?.sku, new.replacement?.sku)
    note("replacement.firmware", old.replacement?.firmware?.text, new.replacement?.firmware?.text)
    note("weather.humid_at_pct", short(old.humidAtPct), short(new.humidAtPct))
    for name in Set(old.signals.keys).union(new.signals.keys).sorted() {
      note("signals.\(name)", old.signals[name]?.text, new.signals[name]?.text)
    }
    for name in old.events.symmetricDifference(new.events).sorted() {
      note(
        "events[\(name)]", old.events.contains(name) ? "declared" : nil, new.events.contains(name) ? "declared" : nil)
    }
    for mode in Set(old.modes.map(\.id)).union(new.modes.map(\.id)).sorted() {
      compare(mode, old.modes.first { $0.id == mode }, new.modes.first { $0.id == mode })
    }
    compare("releases", old.releases, new.releases, name: \.version.text, text: \.text)
    compare("known", old.known, new.known, name: \.name, text: \.text)
  }

  private mutating func note(
    _ key: String, _ before: String?, _ after: String?, mode: Symbol? = nil, startsAnew: Bool = false
  ) {
    guard before != after else { return }
    changes.append(Change(key: key, before: before, after: after, mode: mode, startsAnew: startsAnew))
  }

  private mutating func compare(_ id: Symbol, _ old: FailureMode?, _ new: FailureMode?) {
    let key = "modes[\(id)]"
    guard let old, let new else {
      self.note(key, old.map(\.onset.text), new.map(\.onset.text), mode: id, startsAnew: true)
      return
    }
    func note(_ name: String, _ before: String?, _ after: String?, anew: Bool = false) {
      self.note("\(key).\(name)", before, after, mode: id, startsAnew: anew)
    }
    note("title", old.title, new.title)
    note("kb", old.kb, new.kb)
    note("severity", old.severity.rawValue, new.severity.rawValue)
    note("onset", old.onset.text, new.onset.text, anew: true)
    note("bucket", old.bucket.rawValue, new.bucket.rawValue, anew: true)
    note("refractory_days", short(old.refractoryDays), short(new.refractoryDays), anew: true)
    note("grace_buckets", "\(old.graceBuckets)", "\(new.graceBuckets)", anew: true)
    note("horizon_days", short(old.horizonDays), short(new.horizonDays))
    note("window_days", "\(old.windowDays)", "\(new.windowDays)")
    note("age_bins_days", old.ageBinsDays.text, new.ageBinsDays.text, anew: true)
    note("factors", old.factors.map(\.text).flow, new.factors.map(\.text).flow, anew: true)
    note("costs.failure", short(old.costs.failure), short(new.costs.failure))
    note("costs.patch", short(old.costs.patch), short(new.costs.patch))
    note("costs.replacement", short(old.costs.replacement), short(new.costs.replacement))
    note("costs.diagnose", short(old.costs.diagnose), short(new.costs.diagnose))
    note("costs.currency", old.costs.currency, new.costs.currency)
    for source in Verdict.Source.allCases {
      note("verdicts.\(source.rawValue)", old.verdicts[source].text, new.verdicts[source].text)
    }
    note("verdicts.no_fault_found", short(old.verdicts.noFaultFound), short(new.verdicts.noFaultFound))
  }

  /// Entries of a list that have a name: those that came, went or changed.
  private mutating func compare<Entry>(
    _ list: String, _ old: [Entry], _ new: [Entry], name: (Entry) -> String, text: (Entry) -> String
  ) {
    let before = Dictionary(old.map { (name($0), text($0)) }, uniquingKeysWith: { first, _ in first })
    let after = Dictionary(new.map { (name($0), text($0)) }, uniquingKeysWith: { first, _ in first })
    for name in Set(before.keys).union(after.keys).sorted() { note("\(list)[\(name)]", before[name], after[name]) }
  }
}

// Values as they stand in a file.

extension [String] {
  fileprivate var flow: String? { isEmpty ? nil : "[\(joined(separator: ", "))]" }
}

extension [Double] {
  fileprivate var text: String { "[\(map { short($0) }.joined(separator: ", "))]" }
}

extension SignalDeclaration {
  fileprivate var text: String {
    let type =
      switch kind {
      case .gauge: "type: gauge"
      case .count: "type: count"
      case .flag: "type: flag"
      case .word(let words): "type: word, words: [\(words.joined(separator: ", "))]"
      }
    let span = range.map { ", range: [\(short($0.lowerBound)), \(short($0.upperBound))]" } ?? ""
    return "{\(type)\(unit.map { ", unit: \($0)" } ?? "")\(span)}"
  }
}

extension OnsetRule {
  fileprivate var text: String {
    switch self {
    case .event(let type, let count): "{event: \(type), count: \(count)}"
    case .signal(let name, let statistic, let limit): "{signal: \(name), \(statistic.rawValue): \(short(limit))}"
    case .any(let rules): "{any: [\(rules.map(\.text).joined(separator: ", "))]}"
    case .all(let rules): "{all: [\(rules.map(\.text).joined(separator: ", "))]}"
    case .silence(let days): "{silent_after_days: \(days)}"
    }
  }
}

extension RiskFactor {
  fileprivate var text: String {
    switch self {
    case .signalMean(let name, let bins): "{signal: \(name), bins: \(bins.text)}"
    case .eventCount(let type, let days, let bins): "{event: \(type), window_days: \(days), bins: \(bins.text)}"
    case .since(.event(let type), let bins): "{since: \(type), bins_days: \(bins.text)}"
    case .since(.install, let bins): "{since: install, bins_days: \(bins.text)}"
    case .since(.activation, let bins): "{since: activation, bins_days: \(bins.text)}"
    }
  }
}

extension VerdictTrust.Accuracy {
  fileprivate var text: String { "{sensitivity: \(short(sensitivity)), specificity: \(short(specificity))}" }
}

extension FirmwareProfile.Release {
  fileprivate var text: String {
    let day = date.map { ", date: \($0.date)" } ?? ""
    let fixed = fixes.isEmpty ? "" : ", fixes: [\(fixes.map(\.text).joined(separator: ", "))]"
    return "{version: \(version)\(day)\(fixed)}"
  }
}

extension FirmwareProfile.KnownDefect {
  fileprivate var name: String {
    ([mode.text] + [batch.map { "batch \($0)" }, firmware.map { "firmware \($0)" }].compactMap(\.self))
      .joined(separator: " ")
  }
  fileprivate var text: String {
    "{relative_risk: \(short(relativeRisk)), probability: \(short(probability))\(kb.map { ", kb: \($0)" } ?? "")}"
  }
}
