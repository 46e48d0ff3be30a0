import Vocabulary

/// Seeded beliefs about two batches, two firmware versions and forty devices, over passes that follow one another.
struct RandomBeliefs {
  private var generator: SeededGenerator
  private var firmware: [String: Symbol] = [:]

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private static let batches: [Symbol] = ["W18", "W19"]
  private static let versions: [Symbol] = ["3.1.0", "3.2.0"]
  private static let cohorts =
    batches.map { Cohort(cause: .batch, batch: $0) } + versions.map { Cohort(cause: .firmware, firmware: $0) }
    + [
      Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0"),
      Cohort(cause: .unresolved, batch: "W19", firmware: "3.1.0"),
      Cohort(cause: .firmwareAndEnvironment, firmware: "3.2.0"),
    ]

  mutating func pass(_ day: Int) -> PassBeliefs {
    let cohorts = Self.cohorts.filter { _ in chance(0.7) }.map { belief($0) }
    let devices = (0..<40).map { device("D\($0)") }
    return Situation.pass(day, cohorts, devices)
  }

  mutating func chance(_ share: Double) -> Bool { unit() < share }
  mutating func unit() -> Double { Double.random(in: 0..<1, using: &generator) }
  mutating func shuffled<Element>(_ list: [Element]) -> [Element] { list.shuffled(using: &generator) }

  private mutating func interval(_ mean: Double) -> Interval {
    Interval(mean: mean, low: mean * (0.6 + 0.4 * unit()), high: mean + (1 - mean) * 0.5 * unit())
  }

  private mutating func attribution() -> Attribution {
    let weights = (0..<5).map { _ in unit() + 0.001 }
    let sum = weights.reduce(0, +)
    return Attribution(
      batch: weights[0] / sum, firmware: weights[1] / sum, environment: weights[2] / sum, device: weights[3] / sum,
      unknown: weights[4] / sum)
  }

  private mutating func belief(_ cohort: Cohort) -> CohortBelief {
    let mean = 0.5 + 6 * unit()
    let isFirmware = cohort.firmware != nil
    return CohortBelief(
      cohort: cohort, rateRatio: Interval(mean: mean, low: mean * 0.8, high: mean * 1.3), probability: unit(),
      logEvidence: 20 * unit(), logThreshold: 8, isPosteriorGateOpen: chance(0.6), attribution: attribution(),
      deviceDays: (100_000 * unit()).rounded(), failures: Int(900 * unit()), expectedFailures: 100 * unit(),
      controlDeviceDays: chance(0.1) ? 0 : (2_000_000 * unit()).rounded(), controlFailures: Int(5000 * unit()),
      onset: chance(0.8) ? Situation.day(-Int(20 * unit())) : nil,
      candidates: Self.cohorts.prefix(2).map { Candidate(cohort: $0, probability: unit()) },
      separation: cohort.cause == .unresolved ? "a few devices of batch W19 on firmware 3.2.0" : nil,
      fixes: isFirmware && chance(0.7)
        ? [.init(firmware: "4.1.0", probability: chance(0.5) ? 0.9 + 0.1 * unit() : nil, isClaimedByProfile: true)]
        : [],
      known: chance(0.1)
        ? .init(mode: Situation.mode, batch: cohort.batch, firmware: cohort.firmware, relativeRisk: 3, probability: 0.5)
        : nil)
  }

  /// Devices keep their batch; now and then one takes a new firmware.
  private mutating func device(_ name: String) -> DeviceBelief {
    let number = Int(name.dropFirst()) ?? 0
    if chance(0.15) { firmware[name] = "4.1.0" }
    let running = firmware[name] ?? Self.versions[number / 2 % 2]
    let fixed = interval(0.3 * unit())
    return DeviceBelief(
      identity: DeviceIdentity(product: Situation.product, device: name), mode: Situation.mode,
      facts: Facts(customer: "c-\(number / 3)", contactConsent: chance(0.2) ? false : nil),
      covariates: Covariates(region: "US-FL", carrier: "c", batch: Self.batches[number % 2], firmware: running),
      probability: interval(unit()), attribution: attribution(), probabilityByFirmware: ["4.1.0": fixed],
      probabilityIfHumid: chance(0.3) ? interval(unit()) : nil, probabilityOfReplacement: 0.2 * unit(),
      reports: Int(900 * unit()), onsets: Int(5 * unit()), customersOtherDevicesAffected: Int(4 * unit()))
  }
}
