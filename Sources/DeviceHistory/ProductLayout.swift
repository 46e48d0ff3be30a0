import Synchronization
import Vocabulary

/// What has to be remembered of a product's devices: the signals, events and modes that its profiles' rules use, each
/// with its place in a device's record. A class, because each look at a record needs it: one reference instead of many.
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
  /// From which relative humidity on a bucket is humid, by profile.
  let humidAtPct: [Double]
  let watchesSilence: Bool
  /// One for all versions.
  private let hasOneProfile: Bool
  /// The profile of each version that was asked for, by the symbol's number: reading a version takes as long as all else
  /// that a bucket is judged by.
  private let profileByVersion = Mutex<[KnownProfile]>([])
  private enum KnownProfile { case notAskedYet, none, at(Int) }
  /// The modes of each profile as a walk over a device's buckets needs them.
  let placed: PlacedModes

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
    humidAtPct = profiles.map(\.humidAtPct)
    placed = PlacedModes(
      product: product, profiles: profiles, signals: signalSlots, events: eventSlots, modes: modeSlots)
    watchesSilence = !placed.silentSlots.isEmpty
    hasOneProfile = profiles.count == 1 && profiles[0].firmware.bounds.isEmpty
  }

  /// The profile for a device's firmware: the one whose range holds it; for a version that isn't known or isn't a
  /// number, one without bounds, else the latest.
  func profileIndex(firmware: Symbol) -> Int? {
    if hasOneProfile { return 0 }
    return profileByVersion.withLock { known in
      let place = Int(firmware.number)
      if place >= known.count {
        known.append(contentsOf: repeatElement(.notAskedYet, count: place + 64 - known.count))
      }
      switch known[place] {
      case .none: return nil
      case .at(let index): return index
      case .notAskedYet:
        let index = readProfileIndex(firmware)
        known[place] = index.map { .at($0) } ?? .none
        return index
      }
    }
  }

  /// In the order of `placed`.
  func placedModes(ofProfile index: Int) -> [FailureMode] { profiles[index].modes.filter { modeSlots[$0.id] != nil } }

  private func readProfileIndex(_ firmware: Symbol) -> Int? {
    let version = FirmwareVersion(firmware.text)
    if let index = profiles.firstIndex(where: { $0.firmware.contains(version) }) { return index }
    return version.isNumbered ? nil : profiles.indices.last
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
