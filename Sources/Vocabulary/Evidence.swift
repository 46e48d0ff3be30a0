/// A failure mode of a product.
package struct ModeKey: Hashable, Sendable, Comparable {
  package var product: Symbol
  package var mode: Symbol

  package init(product: Symbol, mode: Symbol) {
    self.product = product
    self.mode = mode
  }

  package static func < (left: ModeKey, right: ModeKey) -> Bool {
    left.product == right.product ? left.mode < right.mode : left.product < right.product
  }
}

package enum WeatherBin: UInt8, Sendable, Hashable, CaseIterable {
  case unknown = 0
  case dry, humid
}

/// The bins of up to eight risk factors, four bits each, in the order of the profile.
package struct FactorBins: Hashable, Sendable {
  package static let most = 8
  package static let mostBins = 15
  package var packed: UInt32

  package init(packed: UInt32 = 0) { self.packed = packed }

  package subscript(index: Int) -> UInt8 {
    get { UInt8(packed >> (4 * UInt32(index)) & 15) }
    set {
      let shift = 4 * UInt32(index)
      packed = packed & ~(15 << shift) | UInt32(newValue & 15) << shift
    }
  }
}

/// What distinguishes the hazard of one device in one bucket from another's.
package struct Covariates: Hashable, Sendable {
  package var region: Symbol
  package var carrier: Symbol
  package var batch: Symbol
  package var firmware: Symbol
  /// 0: activation not known; k ≥ 1: between edges k−2 and k−1 of the mode's `ageBinsDays`.
  package var age: UInt8
  package var weather: WeatherBin
  package var factors: FactorBins

  package init(
    region: Symbol = .unknown, carrier: Symbol = .unknown, batch: Symbol = .unknown, firmware: Symbol = .unknown,
    age: UInt8 = 0, weather: WeatherBin = .unknown, factors: FactorBins = FactorBins()
  ) {
    self.region = region
    self.carrier = carrier
    self.batch = batch
    self.firmware = firmware
    self.age = age
    self.weather = weather
    self.factors = factors
  }
}

/// The key of the cell table: one bucket and one combination of covariates, of one failure mode.
package struct Cell: Hashable, Sendable {
  package var bucket: Bucket
  package var covariates: Covariates

  package init(bucket: Bucket, covariates: Covariates) {
    self.bucket = bucket
    self.covariates = covariates
  }
}

/// Integer counts: they add and subtract, so shards merge by addition and a revision is a difference.
package struct CellCounts: Hashable, Sendable {
  package var atRisk: Int32
  package var onsets: Int32
  package var symptoms: Int32

  package init(atRisk: Int32 = 0, onsets: Int32 = 0, symptoms: Int32 = 0) {
    self.atRisk = atRisk
    self.onsets = onsets
    self.symptoms = symptoms
  }

  package static func += (left: inout CellCounts, right: CellCounts) {
    left.atRisk += right.atRisk
    left.onsets += right.onsets
    left.symptoms += right.symptoms
  }

  package static prefix func - (counts: CellCounts) -> CellCounts {
    CellCounts(atRisk: -counts.atRisk, onsets: -counts.onsets, symptoms: -counts.symptoms)
  }

  package var isZero: Bool { atRisk == 0 && onsets == 0 && symptoms == 0 }
}

/// What the devices' words tell about a failure mode: a difference to the cell table.
package struct Evidence: Hashable, Sendable {
  package var mode: ModeKey
  package var cell: Cell
  package var counts: CellCounts

  package init(mode: ModeKey, cell: Cell, counts: CellCounts) {
    self.mode = mode
    self.cell = cell
    self.counts = counts
  }
}

/// Shares of a region's recent buckets by weather; they sum to 1.
package struct WeatherShares: Hashable, Sendable {
  package var unknown: Double
  package var dry: Double
  package var humid: Double

  package init(unknown: Double = 1, dry: Double = 0, humid: Double = 0) {
    self.unknown = unknown
    self.dry = dry
    self.humid = humid
  }

  package init(only bin: WeatherBin) {
    self.init(unknown: bin == .unknown ? 1 : 0, dry: bin == .dry ? 1 : 0, humid: bin == .humid ? 1 : 0)
  }

  package subscript(bin: WeatherBin) -> Double {
    switch bin {
    case .unknown: unknown
    case .dry: dry
    case .humid: humid
    }
  }
}

/// One device's own standing in one failure mode, as of a bucket's end: what its posterior needs.
package struct DeviceRisk: Hashable, Sendable {
  /// As they will stand in the next bucket.
  package var covariates: Covariates
  package var weather: WeatherShares
  /// Onsets ever, outside refractory time.
  package var onsets: Int
  /// Hazard (expected onsets) accrued while at risk, by the model's own rates.
  package var accruedHazard: Double
  /// Buckets from now on in which the device is not at risk (refractory time after an onset).
  package var bucketsNotAtRisk: Int
  /// Share of recent buckets in which the device was heard, 0…1: only those are exposure.
  package var heardShare: Double
  /// What verdicts on the device multiply the odds by; 1 without any.
  package var likelihoodRatio: Double
  /// The end of the bucket of the last onset that counted; `nil`: none, or it came with an incident of the place.
  package var lastOnset: EventTime?

  package init(
    covariates: Covariates, weather: WeatherShares = WeatherShares(), onsets: Int = 0, accruedHazard: Double = 0,
    bucketsNotAtRisk: Int = 0, heardShare: Double = 1, likelihoodRatio: Double = 1, lastOnset: EventTime? = nil
  ) {
    self.lastOnset = lastOnset
    self.likelihoodRatio = likelihoodRatio
    self.covariates = covariates
    self.weather = weather
    self.onsets = onsets
    self.accruedHazard = accruedHazard
    self.bucketsNotAtRisk = bucketsNotAtRisk
    self.heardShare = heardShare
  }
}
