import Vocabulary

/// The modes of a product's profiles with the places of what they look at, in flat tables of plain numbers: a pass judges
/// every mode of every device, and counting references to rules and factors would be most of its work.
struct PlacedModes: Sendable {
  struct Mode: Sendable {
    let slot: Int
    let key: ModeKey
    let bucket: BucketLength
    let graceBuckets: Int
    let refractoryHours: Int32
    /// The horizon in whole buckets, at least one.
    let horizonHours: Int32
    /// `nil`: not a mode of silence.
    let silenceDays: Int?
    fileprivate let rule: Int
    fileprivate let ageEdges: Range<Int>
    fileprivate let factors: Range<Int>
  }

  /// A condition on one row of a device's buckets, or several joined; the parts of a joined one lie one behind the other.
  private struct Rule: Sendable {
    enum Kind { case event, signal, any, all, never }
    var kind = Kind.never
    var slot = 0
    var count: Int32 = 0
    var statistic = OnsetRule.Statistic.sumAbove
    var limit = 0.0
    var parts = 0..<0
  }

  private struct Factor: Sendable {
    enum Kind { case signalMean, eventCount, sinceEvent, sinceInstall, sinceActivation, nothing }
    var kind = Kind.nothing
    var slot = 0
    var windowHours: Int32 = 0
    var edges = 0..<0
  }

  private var modes: [Mode] = []
  private var rules: [Rule] = []
  private var factors: [Factor] = []
  private var edges: [Double] = []
  /// The places of each profile's modes.
  private var profiles: [Range<Int>] = []
  /// The slots of modes of silence, over all profiles.
  private(set) var silentSlots: [Int] = []

  init(
    product: Symbol, profiles: [FirmwareProfile], signals: [Symbol: Int], events: [Symbol: Int],
    modes slots: [Symbol: Int]
  ) {
    for profile in profiles {
      let first = modes.count
      for mode in profile.modes {
        guard let slot = slots[mode.id] else { continue }
        var placed: [Factor] = []
        for factor in mode.factors { placed.append(place(factor, signals, events)) }
        let ageEdges = keep(mode.ageBinsDays)
        let rule = rules.count
        rules.append(Rule())
        rules[rule] = place(mode.onset, signals, events)
        modes.append(
          Mode(
            slot: slot, key: ModeKey(product: product, mode: mode.id), bucket: mode.bucket,
            graceBuckets: mode.graceBuckets,
            refractoryHours: max(mode.bucket.hours, Int32((mode.refractoryDays * 24).rounded())),
            horizonHours: Self.wholeBuckets(mode.horizonDays, mode.bucket), silenceDays: mode.onset.silenceDays,
            rule: rule, ageEdges: ageEdges,
            factors: factors.count..<factors.count + placed.count))
        factors += placed
        if mode.onset.silenceDays != nil, !silentSlots.contains(slot) { silentSlots.append(slot) }
      }
      self.profiles.append(first..<modes.count)
    }
  }

  private static func wholeBuckets(_ days: Double, _ length: BucketLength) -> Int32 {
    Int32(clamping: Int64(max(1, (days * 24 / Double(length.hours)).rounded()))) * length.hours
  }

  private mutating func keep(_ edges: [Double]) -> Range<Int> {
    self.edges += edges
    return self.edges.count - edges.count..<self.edges.count
  }

  private mutating func place(_ rule: OnsetRule, _ signals: [Symbol: Int], _ events: [Symbol: Int]) -> Rule {
    var placed = Rule()
    switch rule {
    case .event(let type, let count):
      guard let slot = events[type] else { break }
      placed.kind = .event
      placed.slot = slot
      placed.count = Int32(clamping: count)
    case .signal(let name, let statistic, let limit):
      guard let slot = signals[name] else { break }
      placed.kind = .signal
      placed.slot = slot
      placed.statistic = statistic
      placed.limit = limit
    case .any(let parts), .all(let parts):
      if case .any = rule { placed.kind = .any } else { placed.kind = .all }
      placed.parts = rules.count..<rules.count + parts.count
      rules += parts.map { _ in Rule() }
      for (place, part) in zip(placed.parts, parts) { rules[place] = self.place(part, signals, events) }
    // Judged over several buckets, not in one.
    case .silence: break
    }
    return placed
  }

  private mutating func place(_ factor: RiskFactor, _ signals: [Symbol: Int], _ events: [Symbol: Int]) -> Factor {
    var placed = Factor()
    placed.edges = keep(factor.edges)
    switch factor {
    case .signalMean(let name, _):
      guard let slot = signals[name] else { break }
      placed.kind = .signalMean
      placed.slot = slot
    case .eventCount(let type, let windowDays, _):
      guard let slot = events[type] else { break }
      placed.kind = .eventCount
      placed.slot = slot
      placed.windowHours = Int32(windowDays) * 24
    case .since(.event(let type), _):
      guard let slot = events[type] else { break }
      placed.kind = .sinceEvent
      placed.slot = slot
    case .since(.install, _): placed.kind = .sinceInstall
    case .since(.activation, _): placed.kind = .sinceActivation
    }
    return placed
  }

  @inline(__always)
  func places(ofProfile index: Int) -> Range<Int> { profiles[index] }
  @inline(__always)
  subscript(place: Int) -> Mode { modes[place] }

  // MARK: Onsets

  /// Whether a row of a device's buckets shows the mode's symptom.
  @inline(__always)
  func isSymptom(_ mode: Mode, _ tallies: TallySheet, _ row: Int) -> Bool { isMet(mode.rule, tallies, row) }

  private func isMet(_ place: Int, _ tallies: TallySheet, _ row: Int) -> Bool {
    let rule = rules[place]
    switch rule.kind {
    case .event: return tallies.event(row, rule.slot) >= rule.count
    case .signal: return Self.isMet(rule, tallies.signal(row, rule.slot))
    case .any: return rule.parts.contains { isMet($0, tallies, row) }
    case .all: return rule.parts.allSatisfy { isMet($0, tallies, row) }
    case .never: return false
    }
  }

  private static func isMet(_ rule: Rule, _ signal: SignalTally) -> Bool {
    guard signal.count > 0 else { return false }
    switch rule.statistic {
    case .sumAbove: return signal.sum > rule.limit
    case .meanAbove: return signal.sum > rule.limit * Double(signal.count)
    case .meanBelow: return signal.sum < rule.limit * Double(signal.count)
    case .maxAbove: return signal.greatest > rule.limit
    case .minBelow: return signal.least < rule.limit
    }
  }

  // MARK: Age and factors

  /// 0 where the activation isn't known, else 1 + the number of edges that the age has reached.
  func age(_ mode: Mode, activated: EventTime?, at moment: EventTime) -> UInt8 {
    guard let activated else { return 0 }
    return bin(mode.ageEdges, Self.days(from: activated, to: moment))
  }

  /// The bins of a mode's risk factors before a bucket, from the device's kept tallies. `index`: of the first row that isn't
  /// before `bucket`.
  func bins(
    _ mode: Mode, before bucket: Bucket, _ tallies: TallySheet, index: Int, activated: EventTime?, _ standing: Standing
  ) -> FactorBins {
    var bins = FactorBins()
    for (position, place) in mode.factors.enumerated() {
      let factor = factors[place]
      let value = value(of: factor, before: bucket, tallies, index, activated, standing)
      bins[position] = value.map { bin(factor.edges, $0) } ?? 0
    }
    return bins
  }

  private func bin(_ edges: Range<Int>, _ value: Double) -> UInt8 {
    var reached: UInt8 = 1
    for place in edges where value >= self.edges[place] { reached += 1 }
    return reached
  }

  private func value(
    of factor: Factor, before bucket: Bucket, _ tallies: TallySheet, _ index: Int, _ activated: EventTime?,
    _ standing: Standing
  ) -> Double? {
    switch factor.kind {
    case .signalMean: return index > 0 ? tallies.signal(index - 1, factor.slot).mean : nil
    case .eventCount:
      let first = tallies.index(from: bucket.startHour - factor.windowHours)
      var sum: Int64 = 0
      for row in first..<max(first, index) { sum += Int64(tallies.event(row, factor.slot)) }
      return Double(sum)
    case .sinceEvent: return standing.lastEventHour[factor.slot].map { Double(bucket.startHour - $0) / 24 }
    case .sinceInstall: return standing.installedHour.map { Double(bucket.startHour - $0) / 24 }
    case .sinceActivation: return activated.map { Self.days(from: $0, to: bucket.start) }
    case .nothing: return nil
    }
  }

  private static func days(from: EventTime, to moment: EventTime) -> Double {
    Double(moment.milliseconds - from.milliseconds) / Double(EventTime.day)
  }
}

extension OnsetRule {
  var silenceDays: Int? {
    if case .silence(let days) = self { days } else { nil }
  }
}
