/// What a profile file says of one product and a range of its firmware: what its devices report, what failing means,
/// and what is known already. Section 6 of the README describes the keys.
package struct FirmwareProfile: Sendable, Hashable {
  package var product: Symbol
  package var title: String
  package var firmware: FirmwareRange
  package var replacement: Replacement?
  /// Daily mean relative humidity, in percent, from which a day is humid.
  package var humidAtPct: Double
  package var signals: [Symbol: SignalDeclaration]
  package var events: Set<Symbol>
  /// Sorted by id; always holds `silent`.
  package var modes: [FailureMode]
  package var releases: [Release]
  package var known: [KnownDefect]
  /// The file it was read from, for messages.
  package var source: String
  /// Digest of the file's bytes: which profile a ticket was decided with.
  package var revision: String

  package init(
    product: Symbol, title: String, firmware: FirmwareRange = FirmwareRange(), replacement: Replacement? = nil,
    humidAtPct: Double = 70, signals: [Symbol: SignalDeclaration] = [:], events: Set<Symbol> = [],
    modes: [FailureMode] = [], releases: [Release] = [], known: [KnownDefect] = [], source: String = "",
    revision: String = ""
  ) {
    self.product = product
    self.title = title
    self.firmware = firmware
    self.replacement = replacement
    self.humidAtPct = humidAtPct
    self.signals = signals
    self.events = events
    self.modes = modes
    self.releases = releases
    self.known = known
    self.source = source
    self.revision = revision
  }

  package struct Replacement: Sendable, Hashable {
    package var sku: String
    package var firmware: Symbol?
    package init(sku: String, firmware: Symbol? = nil) {
      self.sku = sku
      self.firmware = firmware
    }
  }

  package struct Release: Sendable, Hashable {
    package var version: Symbol
    package var date: EventTime?
    package var fixes: [Symbol]
    package init(version: Symbol, date: EventTime? = nil, fixes: [Symbol] = []) {
      self.version = version
      self.date = date
      self.fixes = fixes
    }
  }

  /// A defect that people know of before the data show it.
  package struct KnownDefect: Sendable, Hashable {
    package var mode: Symbol
    package var batch: Symbol?
    package var firmware: Symbol?
    package var relativeRisk: Double
    package var probability: Double
    package var kb: String?
    package init(
      mode: Symbol, batch: Symbol? = nil, firmware: Symbol? = nil, relativeRisk: Double, probability: Double,
      kb: String? = nil
    ) {
      self.mode = mode
      self.batch = batch
      self.firmware = firmware
      self.relativeRisk = relativeRisk
      self.probability = probability
      self.kb = kb
    }
  }
}

package struct SignalDeclaration: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case gauge
    /// Happenings since the last report.
    case count
    case flag
    /// One of a closed list of short strings; its value is the index in the list.
    case word([String])
  }
  package var kind: Kind
  package var unit: String?
  /// Values outside are kept out of the model and counted.
  package var range: ClosedRange<Double>?

  package init(kind: Kind, unit: String? = nil, range: ClosedRange<Double>? = nil) {
    self.kind = kind
    self.unit = unit
    self.range = range
  }
}

package enum Severity: String, Sendable, Codable, CaseIterable {
  case critical, major, minor
}

/// One way of failing, and how it is recognised, watched and paid for.
package struct FailureMode: Sendable, Hashable {
  /// The mode every product has: a device that falls silent for good.
  package static let silent = Symbol("silent")

  package var id: Symbol
  package var title: String
  package var kb: String?
  package var severity: Severity
  package var onset: OnsetRule
  package var bucket: BucketLength
  package var refractoryDays: Double
  package var graceBuckets: Int
  package var horizonDays: Double
  /// How many days of evidence the fit looks at.
  package var windowDays: Int
  /// Upper edges, in days since activation, of the age bins (the last bin is open).
  package var ageBinsDays: [Double]
  package var factors: [RiskFactor]
  package var costs: Costs
  /// Of the devices that would get care for a finding, the share that gets none, so that it shows whether care helps.
  package var holdoutShare = 0.05
  package var verdicts: VerdictTrust

  package init(
    id: Symbol, title: String, kb: String? = nil, severity: Severity = .major, onset: OnsetRule,
    bucket: BucketLength = .day, refractoryDays: Double = 7, graceBuckets: Int = 1, horizonDays: Double = 30,
    windowDays: Int = 28, ageBinsDays: [Double] = [30, 90, 180, 365, 730], factors: [RiskFactor] = [],
    costs: Costs = Costs(), verdicts: VerdictTrust = VerdictTrust()
  ) {
    self.id = id
    self.title = title
    self.kb = kb
    self.severity = severity
    self.onset = onset
    self.bucket = bucket
    self.refractoryDays = refractoryDays
    self.graceBuckets = graceBuckets
    self.horizonDays = horizonDays
    self.windowDays = windowDays
    self.ageBinsDays = ageBinsDays
    self.factors = factors
    self.costs = costs
    self.verdicts = verdicts
  }

  package struct Costs: Sendable, Hashable {
    package var failure: Double
    package var patch: Double
    package var replacement: Double
    package var diagnose: Double
    package var currency: String
    package init(
      failure: Double = 60, patch: Double = 0.5, replacement: Double = 45, diagnose: Double = 2,
      currency: String = "USD"
    ) {
      self.failure = failure
      self.patch = patch
      self.replacement = replacement
      self.diagnose = diagnose
      self.currency = currency
    }
  }
}

/// When a bucket of a device counts as a symptom of the mode.
package indirect enum OnsetRule: Sendable, Hashable {
  package enum Statistic: String, Sendable, Hashable, CaseIterable {
    case sumAbove = "sum_above", meanAbove = "mean_above", meanBelow = "mean_below", maxAbove = "max_above",
      minBelow = "min_below"
  }
  /// The event happened at least `count` times within the bucket.
  case event(Symbol, count: Int)
  case signal(Symbol, Statistic, Double)
  case any([OnsetRule])
  case all([OnsetRule])
  /// Nothing was heard for so many days: only of the mode `silent`.
  case silence(days: Int)
}

/// Something about a device that is judged before a bucket begins and may change its hazard. Bin 0 is "not known"; bin
/// k ≥ 1 holds values from edge k−1 (inclusive) to edge k.
package enum RiskFactor: Sendable, Hashable {
  /// Mean of the signal over the device's last bucket.
  case signalMean(Symbol, bins: [Double])
  /// How often the event happened within the days before the bucket.
  case eventCount(Symbol, windowDays: Int, bins: [Double])
  case since(Reference, binsDays: [Double])

  package enum Reference: Sendable, Hashable {
    case event(Symbol), install, activation
  }

  package var edges: [Double] {
    switch self {
    case .signalMean(_, let bins), .eventCount(_, _, let bins), .since(_, let bins): bins
    }
  }

  /// The bin of a value: 1 + the number of edges it reaches.
  package func bin(of value: Double?) -> UInt8 {
    guard let value else { return 0 }
    return UInt8(1 + edges.count(where: { value >= $0 }))
  }
}
