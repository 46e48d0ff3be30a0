import Foundation
import Vocabulary

/// One failure mode of a fleet, device by device and day by day, straight into evidence: no reports, no topics. It has what
/// decides how long a defect stays hidden (batches entangled with regions and ages, staged rollouts, frailty, weather,
/// refractory time, days not heard), and a hundred and twenty days of 40 000 devices take a second, not seven minutes.
struct UnitFleet {
  enum Defect: String, CaseIterable, Codable { case batch, pair, firmware, humid, none }

  static let key = ModeKey(product: "unit-product", mode: "unit-mode")
  static var mode: FailureMode { FailureMode(id: key.mode, title: "unit", onset: .event("fault", count: 1)) }
  static var profile: FirmwareProfile { FirmwareProfile(product: key.product, title: "unit", modes: [mode]) }

  var seed: UInt64
  var defect = Defect.none
  var risks = 2.5...4.0
  var devices = 40_000
  var days = 120
  /// Onsets a device and day, before every effect.
  var rate = 0.001
  /// Standard deviation of ln(hazard) between sound batches.
  var variation = 0.1

  static let batches = 40
  private static let strata = 18
  /// Canary day of each release; a quarter follows four days later, everyone nine.
  private static let releases = [-1000, -330, -270, -210, -150, -100, -60, -24, 8, 34, 76, 104]

  struct Run {
    var relativeRisk = 1.0
    var cohort: Cohort?
    /// The first day on which a device was under the defect.
    var change: Int?
    /// By how much sound batches differ.
    var harmless: [Symbol: Double] = [:]
    var days: [[Evidence]] = []
    /// Of the devices under the defect in the fortnight from the change on: onsets, and those of them that would have come
    /// without it.
    var onsets = 0
    var onsetsWithout = 0

    /// What `DefectEffect` calls the rate ratio; `nil` where nothing would have failed.
    var realisedRatio: Double? { onsetsWithout > 0 ? Double(onsets) / Double(onsetsWithout) : nil }
  }

  static func bucket(_ day: Int) -> Bucket { Bucket(startHour: Int32(24 * (20_000 + day)), length: .day) }
  private static func batchName(_ index: Int) -> Symbol { Symbol("B\(index < 10 ? "0" : "")\(index)") }
  private static func firmwareName(_ index: Int) -> Symbol { Symbol("3.\(index).0") }

  func run() -> Run {
    var draw = UnitDraws(seed: seed)
    var run = Run()
    let risk = risks.lowerBound + (risks.upperBound - risks.lowerBound) * draw.unit()
    let badBatch = 6 + Int(26 * draw.unit())
    let badFirmware = defect == .pair ? 9 : 8 + Int(3 * draw.unit())
    let fromDay = defect == .batch ? 25 + Int(36 * draw.unit()) : 0
    if defect != .none { run.relativeRisk = risk }
    switch defect {
    case .none: break
    case .batch: run.cohort = Cohort(cause: .batch, batch: Self.batchName(badBatch), firmware: nil)
    case .firmware: run.cohort = Cohort(cause: .firmware, batch: nil, firmware: Self.firmwareName(badFirmware))
    case .humid:
      run.cohort = Cohort(cause: .firmwareAndEnvironment, batch: nil, firmware: Self.firmwareName(badFirmware))
    case .pair:
      run.cohort = Cohort(
        cause: .batchAndFirmware, batch: Self.batchName(badBatch), firmware: Self.firmwareName(badFirmware))
    }
    let batchFactor = (0..<Self.batches).map { _ in exp(variation * draw.normal()) }
    for (batch, factor) in batchFactor.enumerated() { run.harmless[Self.batchName(batch)] = factor }
    let firmwareFactor = Self.releases.map { _ in exp(0.03 * draw.normal()) }
    let regionFactor = (0..<Self.strata).map { _ in exp(0.3 * draw.normal()) }
    let shares = (0..<6).map { _ in
      (0..<Self.batches).map { _ in (0.7 + 0.7 * draw.unit()) * (0.25 + draw.gamma(1.5)) }
    }
    var batchOf = [Int32](), stratumOf = [Int32](), activated = [Int32](), frailty = [Double]()
    var installs: [[Int32]] = []
    for _ in 0..<devices {
      let region = Int(6 * draw.unit())
      stratumOf.append(Int32(region * 3 + Int(3 * draw.unit())))
      let batch = draw.index(shares[region])
      batchOf.append(Int32(batch))
      activated.append(Int32(-10 * (Self.batches - batch) + 14 + Int(-30 * log(draw.unit()))))
      frailty.append(draw.gamma(3))
      let isSlow = draw.unit() < 0.12
      installs.append(
        Self.releases.map { canary in
          let place = draw.unit()
          let stage = canary + (place < 0.05 ? 0 : place < 0.25 ? 4 : 9)
          return Int32(stage + 1 + Int(-(isSlow ? 25 : 2) * log(draw.unit())))
        })
    }
    var restUntil = [Int32](repeating: .min, count: devices)
    let firmwares = Self.releases.count
    var counts = [CellCounts](repeating: CellCounts(), count: Self.strata * Self.batches * firmwares * 8)
    for day in 0..<days {
      let humid = (0..<6).map { _ in draw.unit() < 0.4 }
      var touched: [Int] = []
      for device in 0..<devices {
        guard activated[device] <= day, restUntil[device] <= day else { continue }
        let chance = draw.unit()
        guard chance >= 0.05 else { continue }
        let own = installs[device]
        var firmware = 0
        for index in 1..<firmwares where own[index] <= day { firmware = index }
        if own[firmware] == day { continue }
        let batch = Int(batchOf[device])
        let stratum = Int(stratumOf[device])
        let isHumid = humid[stratum / 3]
        var hazard = rate * frailty[device] * batchFactor[batch] * firmwareFactor[firmware] * regionFactor[stratum]
        if isHumid { hazard *= 1.4 }
        let isUnder =
          switch defect {
          case .none: false
          case .batch: batch == badBatch && day >= fromDay
          case .firmware: firmware == badFirmware
          case .humid: firmware == badFirmware && isHumid
          case .pair: batch == badBatch && firmware == badFirmware
          }
        if isUnder {
          hazard *= risk
          if run.change == nil { run.change = day }
        }
        let failing = draw.unit()
        let failed = failing < hazard
        if isUnder, failed, let change = run.change, day < change + 14 {
          run.onsets += 1
          if failing < hazard / risk { run.onsetsWithout += 1 }
        }
        let age = Self.age(day - Int(activated[device]))
        let cell = ((stratum * Self.batches + batch) * firmwares + firmware) * 8 + age
        if counts[cell].atRisk == 0 { touched.append(cell) }
        counts[cell] += CellCounts(atRisk: 1, onsets: failed ? 1 : 0, symptoms: failed ? 1 : 0)
        if failed { restUntil[device] = Int32(day + 7) }
      }
      let bucket = Self.bucket(day)
      run.days.append(
        touched.map { cell in
          let stratum = cell / 8 / firmwares / Self.batches
          let covariates = Covariates(
            region: Symbol("R\(stratum / 3)"), carrier: Symbol("C\(stratum % 3)"),
            batch: Self.batchName(cell / 8 / firmwares % Self.batches),
            firmware: Self.firmwareName(cell / 8 % firmwares), age: UInt8(1 + cell % 8),
            weather: humid[stratum / 3] ? .humid : .dry)
          defer { counts[cell] = CellCounts() }
          return Evidence(mode: Self.key, cell: Cell(bucket: bucket, covariates: covariates), counts: counts[cell])
        })
    }
    return run
  }

  private static func age(_ days: Int) -> Int { min(mode.ageBinsDays.count { Double(days) >= $0 }, 7) }
}

/// splitmix64.
struct UnitDraws {
  private var state: UInt64

  /// Seeds are scattered: neighbours' numbers would else be each other's, one on.
  init(seed: UInt64) { state = (seed &+ 1) &* 0xd1b5_4a32_d192_ed03 ^ seed &* seed &* 0x2545_f491_4f6c_dd1d }

  mutating func unit() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    return (Double(z >> 11) + 0.5) * 0x1p-53
  }

  mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }

  /// Mean 1 (Marsaglia & Tsang 2000).
  mutating func gamma(_ shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      if v > 0, log(unit()) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v / shape }
    }
  }

  mutating func index(_ weights: [Double]) -> Int {
    var left = unit() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.count - 1
  }
}
