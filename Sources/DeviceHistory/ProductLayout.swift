import Vocabulary

/// What has to be remembered of a product's devices: the signals, events and modes that its profiles' rules use, each
/// with its place in a device's record. Classes here, and rules with their places looked up beforehand, because every
/// device's every open bucket is judged at each pass.
final class ProductLayout: Sendable {
  let product: Symbol
  /// Sorted by the versions they describe, earliest first; an unbounded one is chosen for what no other describes.
  let profiles: [FirmwareProfile]
  let signals: [Symbol]
  let events: [Symbol]
  let signalSlots: BySymbol<Int>
  let eventSlots: BySymbol<Int>
  /// Mode ids over all profiles of the product, sorted.
  let modes: [Symbol]
  /// The columns of its devices' records.
  let shape: RecordShape
  let modeSlots: [Symbol: Int]
  let watchesHours: Bool
  /// Whether a risk factor counts events in a window.
  let countsEvents: Bool
  /// How many days of tallies the longest factor window and the silence rule look back.
  let lookBackDays: Int
  /// For each profile, its modes with their places.
  private let rules: [[PlacedMode]]

  final class PlacedMode: Sendable {
    let slot: Int
    let key: ModeKey
    let mode: FailureMode
    let onset: PlacedRule
    let bucket: BucketLength
    let graceBuckets: Int
    let hasFactors: Bool
    let silenceDays: Int?
    let refractoryHours: Int32

    fileprivate init(_ mode: FailureMode, key: ModeKey, slot: Int, onset: PlacedRule) {
      self.slot = slot
      self.key = key
      self.mode = mode
      self.onset = onset
      bucket = mode.bucket
      graceBuckets = mode.graceBuckets
      hasFactors = !mode.factors.isEmpty
      silenceDays = mode.onset.silenceDays
      refractoryHours = max(mode.bucket.hours, Int32((mode.refractoryDays * 24).rounded()))
    }
  }

  init(product: Symbol, profiles: [FirmwareProfile]) {
    self.product = product
    self.profiles = profiles
    var demand = Demand()
    var lookBack = 1
    for mode in profiles.flatMap(\.modes) {
      demand.note(mode.onset)
      for factor in mode.factors { demand.note(factor) }
      lookBack = max(lookBack, mode.factors.map(\.lookBackDays).max() ?? 1, mode.onset.silenceDays ?? 1)
    }
    self.signals = demand.signals.keys.sorted()
    self.events = demand.events.sorted()
    let signalSlots = Dictionary(uniqueKeysWithValues: zip(self.signals, self.signals.indices))
    let eventSlots = Dictionary(uniqueKeysWithValues: zip(self.events, self.events.indices))
    self.signalSlots = BySymbol(signalSlots)
    self.eventSlots = BySymbol(eventSlots)
    let modes = Set(profiles.flatMap(\.modes).map(\.id)).sorted()
    self.modes = modes
    let modeSlots = Dictionary(uniqueKeysWithValues: zip(modes, modes.indices))
    self.modeSlots = modeSlots
    watchesHours = profiles.contains { $0.modes.contains { $0.bucket == .hour } }
    countsEvents = profiles.contains { profile in
      profile.modes.contains { $0.factors.contains { if case .eventCount = $0 { true } else { false } } }
    }
    lookBackDays = lookBack
    let names = self.events
    shape = RecordShape(
      signals: self.signals, uses: self.signals.map { demand.signals[$0] ?? [] }, events: names,
      isWindowed: names.map { demand.windowed.contains($0) },
      timed: names.indices.filter { demand.timed.contains(names[$0]) }, modes: modes, watchesHours: watchesHours)
    rules = profiles.map { profile in
      profile.modes.compactMap { mode in
        modeSlots[mode.id].map { slot in
          PlacedMode(
            mode, key: ModeKey(product: product, mode: mode.id), slot: slot,
            onset: PlacedRule(mode.onset, signals: signalSlots, events: eventSlots))
        }
      }
    }
  }

  /// The profile for a device's firmware: the one whose range holds it; for a version that isn't known or isn't a
  /// number, one without bounds, else the latest.
  func profileIndex(firmware: Symbol) -> Int? {
    if profiles.count == 1, profiles[0].firmware.bounds.isEmpty { return 0 }
    let version = FirmwareVersion(firmware.text)
    if let index = profiles.firstIndex(where: { $0.firmware.contains(version) }) { return index }
    return version.isNumbered ? nil : profiles.indices.last
  }

  func placedModes(ofProfile index: Int) -> [PlacedMode] { rules[index] }
}

extension OnsetRule {
  fileprivate var silenceDays: Int? {
    if case .silence(let days) = self { days } else { nil }
  }
}

/// An onset rule with the places of what it looks at.
indirect enum PlacedRule: Sendable {
  case event(slot: Int, count: Int32)
  case signal(slot: Int, OnsetRule.Statistic, Double)
  case any([PlacedRule])
  case all([PlacedRule])
  /// Judged over several buckets, not in one.
  case never

  init(_ rule: OnsetRule, signals: [Symbol: Int], events: [Symbol: Int]) {
    switch rule {
    case .event(let type, let count):
      self = events[type].map { .event(slot: $0, count: Int32(clamping: count)) } ?? .never
    case .signal(let name, let statistic, let limit):
      self = signals[name].map { .signal(slot: $0, statistic, limit) } ?? .never
    case .any(let rules): self = .any(rules.map { PlacedRule($0, signals: signals, events: events) })
    case .all(let rules): self = .all(rules.map { PlacedRule($0, signals: signals, events: events) })
    case .silence: self = .never
    }
  }

  /// Whether a row of a device's buckets shows the mode's symptom.
  func isMet(by tallies: TallySheet, _ row: Int) -> Bool {
    switch self {
    case .event(let slot, let count): return tallies.event(row, slot) >= count
    case .signal(let slot, let statistic, let limit):
      let signal = tallies.signal(row, slot)
      guard signal.count > 0 else { return false }
      switch statistic {
      case .sumAbove: return signal.sum > limit
      case .meanAbove: return signal.sum > limit * Double(signal.count)
      case .meanBelow: return signal.sum < limit * Double(signal.count)
      case .maxAbove: return signal.greatest > limit
      case .minBelow: return signal.least < limit
      }
    case .any(let rules): return rules.contains { $0.isMet(by: tallies, row) }
    case .all(let rules): return rules.allSatisfy { $0.isMet(by: tallies, row) }
    case .never: return false
    }
  }
}

extension RiskFactor {
  fileprivate var lookBackDays: Int {
    if case .eventCount(_, let days, _) = self { days } else { 1 }
  }
}

/// What the rules and factors of a product's modes look at.
private struct Demand {
  var signals: [Symbol: RecordShape.Uses] = [:]
  var events: Set<Symbol> = []
  var windowed: Set<Symbol> = []
  var timed: Set<Symbol> = []

  mutating func note(_ rule: OnsetRule) {
    switch rule {
    case .event(let type, _): events.insert(type)
    case .signal(let name, let statistic, _):
      let use: RecordShape.Uses =
        switch statistic {
        case .sumAbove, .meanAbove, .meanBelow: .sum
        case .maxAbove: .greatest
        case .minBelow: .least
        }
      signals[name, default: []].insert(use)
    case .any(let rules), .all(let rules): for rule in rules { note(rule) }
    case .silence: break
    }
  }

  mutating func note(_ factor: RiskFactor) {
    switch factor {
    case .signalMean(let name, _): signals[name, default: []].insert(.sum)
    case .eventCount(let type, _, _):
      events.insert(type)
      windowed.insert(type)
    case .since(.event(let type), _):
      events.insert(type)
      timed.insert(type)
    case .since(.install, _), .since(.activation, _): break
    }
  }
}
