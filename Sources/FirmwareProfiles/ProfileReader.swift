import CheckedYAML
import Vocabulary

/// Reads one profile file. Every fault of the file is found in one reading, each with its place.
///
/// | key | type | default | range |
/// | --- | --- | --- | --- |
/// | `product` | id | required | 1–128 of `A–Z a–z 0–9 . _ : -` |
/// | `title` | text | the product's id | |
/// | `firmware` | versions, `">=3.0.0 <5.0.0"` | all | no version may be described by two files of a product |
/// | `replacement.sku` | text | required in `replacement` | |
/// | `replacement.firmware` | version | none | |
/// | `weather.humid_at_pct` | number, % | 70 | 0–100 |
/// | `signals.<id>.type` | `gauge`, `count`, `flag`, `word` | required | ids as above, at most 256 |
/// | `signals.<id>.unit` | text | none | |
/// | `signals.<id>.range` | `[low, high]` | all finite numbers; a `count` ≥ 0 | low < high; gauge and count only |
/// | `signals.<id>.words` | list of text | required for `word`, else refused | 1–64, each ≤ 64 bytes |
/// | `events` | list of ids | none | at most 256; not `install`, `activation` |
/// | `modes` | list; see `ModeReader` | `silent` alone | at most 64, ids unlike |
/// | `releases[].version` | version | required | begins with a number, unlike |
/// | `releases[].date` | date | none | |
/// | `releases[].fixes` | list of mode ids | none | |
/// | `known[].mode` | mode id | required | |
/// | `known[].batch`, `.firmware` | id, version | at least one of them | |
/// | `known[].relative_risk` | number | required | > 1, ≤ 1000 |
/// | `known[].probability` | number | required | > 0, < 1 |
/// | `known[].kb` | text | none | |
struct ProfileReader {
  /// A profile with the places that checks across files name.
  struct Output {
    var profile: FirmwareProfile
    /// Of the range, or where there is none, of the product.
    var firmwarePosition: YAMLPosition
    var signalPositions: [Symbol: YAMLPosition]
  }

  static func read(_ file: YAMLFile) throws(YAMLFaults) -> Output {
    try file.read { keys in
      ProfileReader(keys: keys, source: file.name, revision: Digest.of(file.bytes).hex).output()
    }
  }

  private let keys: YAMLMapping
  private let source: String
  private let revision: String

  private func output() -> Output? {
    let productValue = keys.required("product")
    let product = productValue?.identifier()
    let title = keys.optional("title")?.nonemptyText()
    let firmwareValue = keys.optional("firmware")
    let firmware = firmwareValue.map(range)
    let replacement = keys.optional("replacement").map(replacement)
    let humidAt = keys.optional("weather")?.mapping { $0.optional("humid_at_pct")?.double(in: 0...100) ?? 70 }
    let (declarations, positions) = signals()
    let events = events()
    let names = ReportNames(signals: declarations, events: events)
    let modes = ModeReader(names: names).modes(keys.optional("modes"))
    let ids = Set(modes.map(\.id.text))
    let releases = releases(modes: ids)
    let known = known(modes: ids)

    guard let product, let place = firmwareValue?.position ?? productValue?.position else { return nil }
    let profile = FirmwareProfile(
      product: Symbol(product), title: title ?? product, firmware: (firmware ?? nil) ?? FirmwareRange(),
      replacement: replacement ?? nil, humidAtPct: humidAt ?? 70,
      signals: Dictionary(
        uniqueKeysWithValues: declarations.compactMap { name, kind in kind.map { (Symbol(name), $0) } }),
      events: Set(events.map { Symbol($0) }), modes: modes, releases: releases, known: known, source: source,
      revision: revision)
    return Output(profile: profile, firmwarePosition: place, signalPositions: positions)
  }

  private func range(_ value: YAMLValue) -> FirmwareRange? {
    guard let range = value.parsed(as: "versions such as \">=3.0.0 <5.0.0\"", FirmwareRange.init(parsing:)) else {
      return nil
    }
    if VersionSpan(range).isEmpty { value.fault("no version lies in this range") }
    return range
  }

  private func replacement(_ value: YAMLValue) -> FirmwareProfile.Replacement? {
    value.mapping { keys in
      let sku = keys.required("sku")?.nonemptyText()
      let firmware = keys.optional("firmware")?.version()
      return sku.map { FirmwareProfile.Replacement(sku: $0, firmware: firmware.map { Symbol($0) }) }
    }
  }

  /// By name; `nil` for one whose declaration is faulty, so that its use is no second fault.
  private func signals() -> ([String: SignalDeclaration?], [Symbol: YAMLPosition]) {
    var declarations: [String: SignalDeclaration?] = [:]
    var positions: [Symbol: YAMLPosition] = [:]
    keys.optional("signals")?.mapping { keys in
      for (name, position, value) in keys.entries() {
        guard value.checkedName(name, at: keys) else { continue }
        declarations.updateValue(declaration(value), forKey: name)
        positions[Symbol(name)] = position
        if declarations.count == DecodingLimits.signals + 1 {
          keys.fault(at: name, "expected at most \(DecodingLimits.signals) signals")
        }
      }
      return ()
    }
    return (declarations, positions)
  }

  private enum SignalType: String, CaseIterable { case gauge, count, flag, word }

  private func declaration(_ value: YAMLValue) -> SignalDeclaration? {
    value.mapping { keys in
      let type = keys.required("type")?.choice(of: SignalType.self)
      let unit = keys.optional("unit")?.nonemptyText()
      let range = keys.optional("range")?.closedRange()
      let words = keys.optional("words")?.list(count: 1...64)?.compactMap { $0.string(maximumBytes: 64) }
      if keys.has("range"), type == .flag || type == .word {
        keys.fault(at: "range", "only a gauge or count has a range")
      }
      if let words, Set(words).count < words.count { keys.fault(at: "words", "a word stands here twice") }
      if keys.has("words"), let type, type != .word { keys.fault(at: "words", "only a signal of type word has words") }
      switch type {
      case .gauge: return SignalDeclaration(kind: .gauge, unit: unit, range: range)
      case .count: return SignalDeclaration(kind: .count, unit: unit, range: range)
      case .flag: return SignalDeclaration(kind: .flag, unit: unit)
      case .word:
        if !keys.has("words") { keys.fault(at: "words", "is missing: expected the list of words it may be") }
        return words.map { SignalDeclaration(kind: .word($0), unit: unit) }
      case nil: return nil
      }
    }
  }

  private func events() -> Set<String> {
    var events: Set<String> = []
    for value in keys.optional("events")?.list(count: 0...DecodingLimits.signals) ?? [] {
      guard let name = value.identifier() else { continue }
      if name == "install" || name == "activation" {
        value.fault("is a word of `since` and can't name an event")
      } else if !events.insert(name).inserted {
        value.fault("\"\(name)\" stands here twice")
      }
    }
    return events
  }

  private func releases(modes: Set<String>) -> [FirmwareProfile.Release] {
    var seen: Set<String> = []
    return (keys.optional("releases")?.list() ?? []).compactMap { item in
      item.mapping { keys in
        let versionValue = keys.required("version")
        let version = versionValue?.version()
        let date = keys.optional("date")?.date()
        let fixes = keys.optional("fixes")?.list(count: 0...64)?.compactMap { $0.mode(among: modes) } ?? []
        guard let version else { return nil }
        if !seen.insert(version).inserted { versionValue?.fault("the release \(version) stands here twice") }
        let midnight = date.flatMap { EventTime(year: $0.year, month: $0.month, day: $0.day) }
        return FirmwareProfile.Release(version: Symbol(version), date: midnight, fixes: fixes.map { Symbol($0) })
      }
    }
  }

  private func known(modes: Set<String>) -> [FirmwareProfile.KnownDefect] {
    (keys.optional("known")?.list() ?? []).compactMap { item in
      item.mapping { keys in
        let mode = keys.required("mode")?.mode(among: modes)
        let batch = keys.optional("batch")?.identifier()
        let firmware = keys.optional("firmware")?.version()
        let risk = keys.required("relative_risk")?.double(in: 0...1000) { $0 > 1 ? nil : "expected more than 1" }
        let probability = keys.required("probability")?.double(in: 0...1) {
          $0 > 0 && $0 < 1 ? nil : "expected more than 0 and less than 1: nothing is certain"
        }
        let kb = keys.optional("kb")?.nonemptyText()
        if !keys.has("batch"), !keys.has("firmware") {
          item.fault("expected `batch`, `firmware` or both: which devices are meant?")
        }
        guard let mode, let risk, let probability else { return nil }
        return FirmwareProfile.KnownDefect(
          mode: Symbol(mode), batch: batch.map { Symbol($0) }, firmware: firmware.map { Symbol($0) },
          relativeRisk: risk, probability: probability, kb: kb)
      }
    }
  }
}

/// What the reports of a product may hold, for the rules that name signals and events.
struct ReportNames {
  var signals: [String: SignalDeclaration?]
  var events: Set<String>
}
