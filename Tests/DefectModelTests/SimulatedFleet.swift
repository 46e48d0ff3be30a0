import DefectModel
import Vocabulary

/// splitmix64: small, seeded, the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// A fleet's evidence for one mode with day buckets: 12 batches sold in regions at different times, staged firmware
/// rollouts, humid days by region, refractory time, and a defect planted by a rule.
struct SimulatedFleet {
  struct Device {
    var batch: Int
    var stratum: Int
    var activatedDay: Int
    /// Day from which each firmware runs.
    var installs: [Int]
    var frailty = 1.0
  }

  struct Situation {
    var device: Device
    var day: Int
    var firmware: Int
    var isHumid: Bool
  }

  static let product: Symbol = "simulated-product"
  static let key = ModeKey(product: product, mode: "simulated-mode")

  var seed: UInt64
  var devices = 2500
  var days = 70
  var rate = 0.004
  var batches = 12
  /// Day of release; the first is there from the beginning.
  var releases = [-1000, -20, 15, 40]
  var rolloutDays = 14
  var refractoryDays = 7
  /// Factor on the hazard.
  var effect: (Situation) -> Double = { _ in 1 }
  /// Factor on the hazard of everyone in a stratum on a day.
  var disturbance: (_ stratum: Int, _ day: Int) -> Double = { _, _ in 1 }
  /// Changes a device as it is made.
  var arrange: (inout Device, inout SeededGenerator) -> Void = { _, _ in }

  static func batchName(_ index: Int) -> Symbol { Symbol("B\(index < 10 ? "0" : "")\(index)") }
  static func firmwareName(_ index: Int) -> Symbol { Symbol("3.\(index).0") }

  static var mode: FailureMode { FailureMode(id: key.mode, title: "simulated", onset: .event("fault", count: 1)) }
  static var profile: FirmwareProfile {
    FirmwareProfile(product: product, title: "simulated product", modes: [mode])
  }

  /// The evidence of each day, and who had an onset when.
  func run() -> (days: [[Evidence]], devices: [Device], onsets: [[Int]]) {
    var generator = SeededGenerator(seed: seed)
    var fleet: [Device] = []
    for index in 0..<devices {
      let batch = index % batches
      let stratum = Int(generator.next() % 8)
      // Later batches are younger: batch, age and region are confounded as in life.
      let activated = -400 + 30 * batch + Int(generator.next() % 60)
      var device = Device(
        batch: batch, stratum: stratum, activatedDay: activated,
        installs: releases.map { $0 + Int(generator.next() % UInt64(rolloutDays)) })
      arrange(&device, &generator)
      fleet.append(device)
    }
    var restUntil = [Int](repeating: -1, count: devices)
    var evidence: [[Evidence]] = []
    var onsets = [[Int]](repeating: [], count: devices)
    for day in 0..<days {
      let humid = (0..<8).map { _ in generator.unit() < 0.4 }
      var cells: [Covariates: CellCounts] = [:]
      for (index, device) in fleet.enumerated() where restUntil[index] <= day {
        let firmware = device.installs.lastIndex { $0 <= day } ?? 0
        // The bucket of an install is grace.
        if device.installs[firmware] == day { continue }
        // Weather is the region's: two carriers share it.
        let isHumid = humid[device.stratum / 2]
        let situation = Situation(device: device, day: day, firmware: firmware, isHumid: isHumid)
        let covariates = Covariates(
          region: Symbol("R\(device.stratum / 2)"), carrier: Symbol("C\(device.stratum % 2)"),
          batch: Self.batchName(device.batch), firmware: Self.firmwareName(firmware),
          age: Self.age(day - device.activatedDay), weather: isHumid ? .humid : .dry)
        let hazard =
          rate * device.frailty * effect(situation) * disturbance(device.stratum, day) * (isHumid ? 1.5 : 1)
        let failed = generator.unit() < hazard
        cells[covariates, default: CellCounts()] += CellCounts(
          atRisk: 1, onsets: failed ? 1 : 0, symptoms: failed ? 1 : 0)
        if failed {
          restUntil[index] = day + refractoryDays
          onsets[index].append(day)
        }
      }
      let bucket = Self.bucket(day)
      evidence.append(
        cells.map { Evidence(mode: Self.key, cell: Cell(bucket: bucket, covariates: $0), counts: $1) })
    }
    return (evidence, fleet, onsets)
  }

  static func bucket(_ day: Int) -> Bucket { Bucket(startHour: Int32(24 * (20_000 + day)), length: .day) }

  static func age(_ days: Int) -> UInt8 { UInt8(1 + mode.ageBinsDays.count { Double(days) >= $0 }) }

  /// One cohort of one pass that both gates, or the sequential one alone, let through.
  struct Raised: Hashable {
    var cohort: Cohort
    var day: Int
    var belief: CohortBelief
  }

  /// Runs the model over the days, with a pass each day or less often, and returns each finding (both gates) at its first day, and the model.
  static func findings(
    in days: [[Evidence]], profile: FirmwareProfile = profile, latenessDays: Int = 7, passEvery: Int = 1
  ) -> (findings: [Raised], last: [ModeBelief], model: HazardModel) {
    var model = HazardModel(profiles: [profile])
    var findings: [Raised] = []
    var last: [ModeBelief] = []
    for (day, evidence) in days.enumerated() {
      for piece in evidence { model.learn(piece) }
      guard (days.count - 1 - day).isMultiple(of: passEvery) else { continue }
      let bucket = bucket(day)
      last = model.close(bucket, finalBefore: bucket.end - Int64(latenessDays) * EventTime.day)
      for belief in last.flatMap(\.cohorts) where belief.isSequentialGateOpen && belief.isPosteriorGateOpen {
        if !findings.contains(where: { $0.cohort == belief.cohort }) {
          findings.append(Raised(cohort: belief.cohort, day: day, belief: belief))
        }
      }
    }
    return (findings, last, model)
  }
}
