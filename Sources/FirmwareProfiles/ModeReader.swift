import CheckedYAML
import Vocabulary

/// Reads the failure modes of a profile.
///
/// | key of `modes[]` | type | default | range |
/// | --- | --- | --- | --- |
/// | `id` | id | required | unlike the others |
/// | `title` | text | the id | |
/// | `kb` | text | none | |
/// | `severity` | `critical`, `major`, `minor` | major | |
/// | `onset` | rule; see `RuleReader` | required | refused for `silent` |
/// | `bucket` | `day`, `hour` | day | refused for `silent` |
/// | `refractory_days` | number | 7 (`silent`: 0) | 0–365, whole buckets: days, or with `bucket: hour` hours (0.25 is six) |
/// | `grace_buckets` | whole number | 1 (`silent`: 0) | 0–168 |
/// | `horizon_days` | number | 30 | > 0, ≤ 365 |
/// | `window_days` | whole number | 28 | 7–365 |
/// | `age_bins_days` | list of numbers | 30, 90, 180, 365, 730 | 1–13, ascending, ≥ 0 |
/// | `factors` | list; see `RuleReader` | none | at most 8; refused for `silent` |
/// | `costs.failure`, `.patch`, `.replacement`, `.diagnose` | number | 60, 0.5, 45, 2 | ≥ 0 |
/// | `holdout_share` | number | 0.05 | 0–0.5; never of a critical mode |
/// | `costs.currency` | three capital letters | USD | |
/// | `verdicts.check`, `.bench`, `.ticket` | `{sensitivity, specificity}` | 0.9, 0.95; 0.98, 0.98; 0.95, 0.95 | 0.5–0.999 |
/// | `verdicts.no_fault_found` | number | 0.3 | 0.01–0.95 |
/// | `silent_after_days` | whole number | 14 | 1–365; `silent` alone |
struct ModeReader {
  let names: ReportNames

  /// Sorted by id, with `silent`. Without the faulty ones.
  func modes(_ value: YAMLValue?) -> [FailureMode] {
    var modes: [String: FailureMode] = [:]
    for item in value?.list(count: 0...64) ?? [] {
      let read: FailureMode? = item.mapping { keys in
        let idValue = keys.required("id")
        let id = idValue?.identifier()
        if let id, modes[id] != nil { idValue?.fault("the mode \"\(id)\" stands here twice") }
        return id == FailureMode.silent.text ? silent(keys) : mode(keys, id: id)
      }
      if let read { modes[read.id.text] = read }
    }
    if modes[FailureMode.silent.text] == nil { modes[FailureMode.silent.text] = Self.defaultSilent }
    return modes.values.sorted { $0.id < $1.id }
  }

  /// What every product has without an entry.
  static let defaultSilent = FailureMode(
    id: FailureMode.silent, title: "Falls silent for good", onset: .silence(days: 14), bucket: .day, refractoryDays: 0,
    graceBuckets: 0)

  /// A mode whose onset is faulty is still known by its id to `releases` and `known`.
  private func mode(_ keys: YAMLMapping, id: String?) -> FailureMode? {
    let onset = keys.required("onset").flatMap { RuleReader(names: names).onset($0) }
    let bucket = keys.optional("bucket")?.choice(of: BucketLength.self) ?? .day
    let factors = keys.optional("factors")?.list(count: 0...8)?.compactMap { RuleReader(names: names).factor($0) }
    if keys.has("silent_after_days") {
      _ = keys.optional("silent_after_days")
      keys.fault(at: "silent_after_days", "only the mode \"silent\" has it")
    }
    var mode = FailureMode(
      id: Symbol(id ?? "faulty"), title: id ?? "", onset: onset ?? .any([]), bucket: bucket, factors: factors ?? [])
    readFigures(keys, into: &mode)
    return id == nil ? nil : mode
  }

  private func silent(_ keys: YAMLMapping) -> FailureMode {
    var mode: FailureMode = Self.defaultSilent
    for key in ["onset", "bucket", "factors"] where keys.has(key) {
      _ = keys.optional(key)
      keys.fault(at: key, "the mode \"silent\" has its own; only its figures can be changed")
    }
    if let days = keys.optional("silent_after_days")?.integer(in: 1...365) { mode.onset = .silence(days: days) }
    readFigures(keys, into: &mode)
    return mode
  }

  private func readFigures(_ keys: YAMLMapping, into mode: inout FailureMode) {
    if let title = keys.optional("title")?.nonemptyText() { mode.title = title }
    mode.kb = keys.optional("kb")?.nonemptyText()
    if let severity = keys.optional("severity")?.choice(of: Severity.self) { mode.severity = severity }
    if let days = refractoryDays(keys, bucket: mode.bucket) { mode.refractoryDays = days }
    if let buckets = keys.optional("grace_buckets")?.integer(in: 0...168) { mode.graceBuckets = buckets }
    if let days = keys.optional("horizon_days")?.double(in: 0...365, { $0 > 0 ? nil : "expected more than 0" }) {
      mode.horizonDays = days
    }
    if let days = keys.optional("window_days")?.integer(in: 7...365) { mode.windowDays = days }
    if let edges = keys.optional("age_bins_days")?.edges(in: 0...36_500) { mode.ageBinsDays = edges }
    if let share = keys.optional("holdout_share")?.double(in: 0...0.5) { mode.holdoutShare = share }
    if let costs = keys.optional("costs")?.mapping(costs) { mode.costs = costs }
    if let trust = keys.optional("verdicts")?.mapping(verdicts) { mode.verdicts = trust }
  }

  /// A device is out of risk for whole buckets, so that the time is a whole number of them.
  private func refractoryDays(_ keys: YAMLMapping, bucket: BucketLength) -> Double? {
    guard let value = keys.optional("refractory_days"), let days = value.double(in: 0...365) else { return nil }
    let buckets = days * 24 / Double(bucket.hours)
    guard abs(buckets - buckets.rounded()) < 1e-6 else {
      value.fault("expected whole \(bucket.rawValue)s, as the bucket is a \(bucket.rawValue), found \(days) days")
      return nil
    }
    return days
  }

  private func verdicts(_ keys: YAMLMapping) -> VerdictTrust {
    var trust = VerdictTrust()
    if let accuracy = accuracy(keys.optional("check"), trust.check) { trust.check = accuracy }
    if let accuracy = accuracy(keys.optional("bench"), trust.bench) { trust.bench = accuracy }
    if let accuracy = accuracy(keys.optional("ticket"), trust.ticket) { trust.ticket = accuracy }
    if let share = keys.optional("no_fault_found")?.double(in: 0.01...0.95) { trust.noFaultFound = share }
    return trust
  }

  /// Below a half a result would tell the contrary, and nothing is certain.
  private func accuracy(_ value: YAMLValue?, _ standard: VerdictTrust.Accuracy) -> VerdictTrust.Accuracy? {
    value?.mapping { keys in
      VerdictTrust.Accuracy(
        keys.optional("sensitivity")?.double(in: 0.5...0.999) ?? standard.sensitivity,
        keys.optional("specificity")?.double(in: 0.5...0.999) ?? standard.specificity)
    }
  }

  private func costs(_ keys: YAMLMapping) -> FailureMode.Costs {
    var costs = FailureMode.Costs()
    let range = 0.0...1e9
    if let cost = keys.optional("failure")?.double(in: range) { costs.failure = cost }
    if let cost = keys.optional("patch")?.double(in: range) { costs.patch = cost }
    if let cost = keys.optional("replacement")?.double(in: range) { costs.replacement = cost }
    if let cost = keys.optional("diagnose")?.double(in: range) { costs.diagnose = cost }
    let isCurrency = { (text: String) in
      text.utf8.count == 3 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
    if let currency = keys.optional("currency")?
      .parsed(as: "three capital letters such as USD", { isCurrency($0) ? $0 : nil })
    {
      costs.currency = currency
    }
    return costs
  }
}
