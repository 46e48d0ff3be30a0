package import Vocabulary

/// A defect that a plan puts into the fleet: a factor on one failure mode's hazard for the devices it concerns.
package struct PlantedDefect: Sendable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case badBatch, badFirmware, batchAndFirmware, firmwareAndHumidity, batchAndHumidity
    /// A batch whose hazard rises with its devices' age, long before others' does.
    case earlyWearOut

    var needsBatch: Bool {
      switch self {
      case .badBatch, .batchAndFirmware, .batchAndHumidity, .earlyWearOut: true
      case .badFirmware, .firmwareAndHumidity: false
      }
    }
    var needsFirmware: Bool { self == .badFirmware || self == .batchAndFirmware || self == .firmwareAndHumidity }
    var needsHumidity: Bool { self == .firmwareAndHumidity || self == .batchAndHumidity }

    /// What a finding about it should be put down to.
    package var cause: Cause {
      switch self {
      case .badBatch, .earlyWearOut: .batch
      case .badFirmware: .firmware
      case .batchAndFirmware: .batchAndFirmware
      case .firmwareAndHumidity: .firmwareAndEnvironment
      case .batchAndHumidity: .batchAndEnvironment
      }
    }
  }

  /// What the defect is planted to show: several of them are the same kind of effect.
  package enum Story: String, Sendable, Codable, CaseIterable {
    case badBatch, badFirmware, batchAndFirmware, firmwareAndHumidity
    case earlyWearOut, silentBatch, regionalFirmware, twoInOneMode, mislabelledBatches, componentLot
  }

  package var kind: Kind
  package var story: Story?
  package var product: String
  /// An id of the product's modes, or `silent`: falling silent for good (batches alone).
  package var mode: String
  /// Which of the product's batches, counted from the oldest; kinds without batch ignore it.
  package var batch: Int?
  package var firmware: String?
  /// Factor on the daily hazard; of an early wear-out, its final height.
  package var relativeRisk: Double
  /// Early wear-out: the factor rises in equal steps from 1 at this age to the full one at twice this age.
  package var wearsFromAgeDays = 90
  package var fromDay: Int
  /// First day on which it is over, if it ends by itself.
  package var untilDay: Int?
  /// The release that cures it: on this version and later ones the device behaves.
  package var fixedBy: String?

  package init(
    _ kind: Kind, story: Story? = nil, product: String, mode: String, batch: Int? = nil, firmware: String? = nil,
    relativeRisk: Double, fromDay: Int = 0, untilDay: Int? = nil, fixedBy: String? = nil
  ) {
    self.kind = kind
    self.story = story
    self.product = product
    self.mode = mode
    self.batch = batch
    self.firmware = firmware
    self.relativeRisk = relativeRisk
    self.fromDay = fromDay
    self.untilDay = untilDay
    self.fixedBy = fixedBy
  }
}

/// A planted defect with its names looked up: what each device-day asks.
struct ActiveDefect: Sendable {
  let product: Int
  let mode: Int
  let batch: Int?
  let release: Int?
  let fixedFromRelease: Int
  let needsHumidity: Bool
  let days: Range<Int>
  let fullFactor: Double
  private let wearsFromAgeDays: Int?

  /// `nil` where the fleet has no such product, mode or firmware: the defect then concerns nobody.
  init?(_ defect: PlantedDefect, products: [ProductModel]) {
    guard let product = products.firstIndex(where: { $0.product == defect.product }),
      let mode = defect.mode == "silent" && !defect.kind.needsFirmware
        ? SimulatedDevice.silentMode : products[product].modes.firstIndex(where: { $0.id == defect.mode })
    else { return nil }
    let releases = products[product].releases
    wearsFromAgeDays = defect.kind == .earlyWearOut ? max(1, defect.wearsFromAgeDays) : nil
    release = defect.kind.needsFirmware ? releases.firstIndex { $0.version == defect.firmware } : nil
    if defect.kind.needsFirmware, release == nil { return nil }
    if defect.kind.needsBatch, defect.batch == nil { return nil }
    fixedFromRelease = releases.firstIndex { $0.version == defect.fixedBy } ?? .max
    batch = defect.kind.needsBatch ? defect.batch : nil
    needsHumidity = defect.kind.needsHumidity
    days = defect.fromDay..<max(defect.fromDay, defect.untilDay ?? .max)
    fullFactor = defect.relativeRisk
    self.product = product
    self.mode = mode
  }

  func concerns(_ device: SimulatedDevice, release: Int, day: Int, isHumid: Bool) -> Bool {
    device.product == product && (batch == nil || batch == device.batch)
      && (self.release == nil || self.release == release) && release < fixedFromRelease && (!needsHumidity || isHumid)
      && days.contains(day)
  }

  /// What the hazard of a device that it concerns is multiplied by.
  func factor(_ device: SimulatedDevice, day: Int) -> Double {
    guard let wearsFromAgeDays else { return fullFactor }
    let worn = Double(day - device.activatedDay - wearsFromAgeDays) / Double(wearsFromAgeDays)
    return 1 + (fullFactor - 1) * min(1, max(0, worn))
  }
}

/// A carrier's network is down in one region: its customers' devices lose the link again and again.
package struct PlannedOutage: Sendable {
  package var carrier: String
  package var region: String
  package var fromHour: Int
  package var hours: Int
  /// Whether the outage feed says so, when it begins.
  package var isAnnounced: Bool
  /// Chance that a device of the stratum shows it in a report.
  package var share: Double

  package init(carrier: String, region: String, fromHour: Int, hours: Int, isAnnounced: Bool, share: Double = 0.75) {
    self.carrier = carrier
    self.region = region
    self.fromHour = fromHour
    self.hours = hours
    self.isAnnounced = isAnnounced
    self.share = share
  }

  /// Hours since the start of the simulation in which reports tell of it: to the end of the UTC day in which it ends,
  /// because a report tells what happened since the one before.
  var tellingHours: Range<Int> { fromHour..<((fromHour + hours - 1) / 24 + 1) * 24 }
}

/// What a region's devices report for some days without being so: a symptom out of a mistake of measuring.
package struct PlannedArtefact: Sendable {
  package var region: String
  package var mode: String
  package var days: Range<Int>
  /// Chance that a report shows it.
  package var share: Double

  package init(region: String, mode: String, days: Range<Int>, share: Double) {
    self.region = region
    self.mode = mode
    self.days = days
    self.share = share
  }
}
