import Testing
import Vocabulary

@testable import DefectModel

struct FinalHazardTests {
  private static let days: [[Evidence]] =
    SimulatedFleet(seed: 12, devices: 400, days: 40) { $0.device.batch == 2 && $0.day >= 12 ? 8 : 1 }.run().days
  private static let key = SimulatedFleet.key

  private func close(_ model: inout HazardModel, _ day: Int) -> [ModeBelief] {
    let bucket = SimulatedFleet.bucket(day)
    return model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `evidence that comes up to six days late, in any order, leaves final hazards, beliefs and state the same`(
    seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    var arrivals = [[Evidence]](repeating: [], count: Self.days.count)
    for (day, evidence) in Self.days.enumerated() {
      for piece in evidence { arrivals[min(day + Int(generator.next() % 7), Self.days.count - 1)].append(piece) }
    }
    var inTime = HazardModel(profiles: [SimulatedFleet.profile])
    var late = inTime
    var beliefs = (inTime: [ModeBelief](), late: [ModeBelief]())
    let covariates = Self.days.joined().map(\.cell.covariates)
    for day in Self.days.indices {
      inTime.learn(contentsOf: Self.days[day])
      for piece in arrivals[day].shuffled(using: &generator) { late.learn(piece) }
      beliefs = (close(&inTime, day), close(&late, day))
      for index in stride(from: 0, to: covariates.count, by: 97) {
        #expect(
          late.finalHazard(Self.key, covariates[index]) == inTime.finalHazard(Self.key, covariates[index]))
      }
    }
    #expect(beliefs.late == beliefs.inTime)
    #expect(late.state(of: Self.key) == inTime.state(of: Self.key))
  }

  @Test func `the final hazard follows the bad batch once its days are final, and is kept over a restart`() throws {
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    let bad = try #require(
      Self.days[39].map(\.cell.covariates).first { $0.batch == SimulatedFleet.batchName(2) })
    var good = bad
    good.batch = SimulatedFleet.batchName(7)
    #expect(model.finalHazard(Self.key, bad) == model.hazard(Self.key, bad))
    for day in Self.days.indices {
      model.learn(contentsOf: Self.days[day])
      _ = close(&model, day)
      if day == 12 {
        #expect(model.finalHazard(Self.key, bad) < 2 * model.finalHazard(Self.key, good))
      }
    }
    #expect(model.finalHazard(Self.key, bad) > 3 * model.finalHazard(Self.key, good))
    var second = HazardModel(profiles: [SimulatedFleet.profile])
    for (mode, bucket, blob) in model.takeChangedCells() {
      try second.restoreCells(mode: mode, bucket: bucket, blob: blob)
    }
    try second.restoreState(mode: Self.key, blob: model.state(of: Self.key))
    #expect(second.finalHazard(Self.key, bad) == model.finalHazard(Self.key, bad))
    let undeclared = ModeKey(product: "no such product", mode: "no such mode")
    #expect(model.finalHazard(undeclared, bad) == 0)
  }

  @Test func `a state of version 1 gets its final hazard with the next pass`() throws {
    var first = HazardModel(profiles: [SimulatedFleet.profile])
    for day in 0..<30 {
      first.learn(contentsOf: Self.days[day])
      _ = close(&first, day)
    }
    let (final, hazard, _) = try StateBlob.decode(first.state(of: Self.key))
    var withoutHour = final.asBeforeVersion6
    withoutHour.hazardHour = nil
    let least = PredictiveHazard(
      terms: [], coefficients: [], covariance: [], shifts: [:], rates: RecentRates(bucketsPerDay: 1), factorMeans: [])
    // Version 1 ends where version 2 goes on with: no hour, no terms, shifts or factors, five doubles, no strata; and version
    // 3 with: a double, four zeros a bin; version 4 with: two doubles, a byte; version 6 with: no difference of a batch;
    // version 7 with: a byte a suspect.
    let added = 5 + 5 * 8 + 8 + 4 * (CalibrationTally.bins + 1) + 17 + 1 + final.test.processes.count
    let version1 = [1] + StateBlob.encode(withoutHour, hazard, least).dropFirst().dropLast(added)
    var second = HazardModel(profiles: [SimulatedFleet.profile])
    for (mode, bucket, blob) in first.takeChangedCells() {
      try second.restoreCells(mode: mode, bucket: bucket, blob: blob)
    }
    try second.restoreState(mode: Self.key, blob: version1)
    // The pass of the same bucket again: the frontier stands where it stood.
    _ = close(&second, 29)
    _ = close(&first, 29)
    let states = try [first, second].map { try StateBlob.decode($0.state(of: Self.key)) }
    let kept = states.map { StateBlob.encode($0.final.asBeforeVersion6, $0.hazard, $0.finalHazard) }
    #expect(kept[0] == kept[1])
    #expect(states[0].final.test.processes != states[1].final.test.processes)
    #expect(states[1].final.test.processes.values.allSatisfy { $0.buckets >= ChangeTime.uncounted })
    let covariates = Self.days[29][0].cell.covariates
    #expect(second.finalHazard(Self.key, covariates) == first.finalHazard(Self.key, covariates))
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `a hazard is the stratum's rate, times weather's, times e to the sum of the terms that concern it`(
    seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    func symbol(_ prefix: String, _ count: UInt64) -> Symbol { Symbol("\(prefix)\(generator.next() % count)") }
    var effects: [Term: Double] = [:]
    for _ in 0..<60 {
      let batch = symbol("made-", 6)
      let firmware = symbol("8.", 4)
      let all: [Term] = [
        .suspect(Suspect(batch: batch)), .suspect(Suspect(firmware: firmware)),
        .suspect(Suspect(batch: batch, firmware: firmware)), .suspect(Suspect(batch: batch, isHumid: true)),
        .suspect(Suspect(firmware: firmware, isHumid: true)), .age(UInt8(generator.next() % 5)),
        .factor(UInt8(generator.next() % 2), bin: UInt8(generator.next() % 3)),
      ]
      effects[all[Int(generator.next() % 7)]] = generator.unit() * 2 - 1
    }
    let terms = Array(effects.keys)
    let shift = Suspect(batch: "made-1", firmware: "8.9")
    let stratum = Stratum(region: "here", carrier: "one")
    let rates = RecentRates(
      product: .init(mean: 0.002, variance: 1), strata: [stratum: .init(mean: 0.004, variance: 1)],
      weather: [1, 0.8, 1.7])
    let hazard = PredictiveHazard(
      terms: terms, coefficients: ContiguousArray(terms.map { effects[$0] ?? 0 }), covariance: [],
      shifts: [shift: .init(mean: 0.3, variance: 0.1)], rates: rates, factorMeans: [1, 1])
    for _ in 0..<400 {
      var covariates = Covariates(
        region: generator.next() % 2 == 0 ? "here" : "there", carrier: "one", batch: symbol("made-", 7),
        firmware: generator.next() % 5 == 0 ? "8.9" : symbol("8.", 5), age: UInt8(generator.next() % 6),
        weather: WeatherBin.allCases[Int(generator.next() % 3)])
      covariates.factors[0] = UInt8(generator.next() % 3)
      covariates.factors[1] = UInt8(generator.next() % 3)
      var sum = 0.0
      for (term, value) in effects {
        switch term {
        case .suspect(let suspect):
          if suspect.includes(covariates.batch, covariates.firmware, covariates.weather) { sum += value }
        case .age(let bin): if bin == covariates.age { sum += value }
        case .factor(let factor, let bin): if covariates.factors[Int(factor)] == bin { sum += value }
        }
      }
      if shift.includes(covariates.batch, covariates.firmware, covariates.weather) { sum += 0.3 }
      let rate = covariates.region == "here" ? 0.004 : 0.002
      let expected = rate * rates.weather[Int(covariates.weather.rawValue)] * exponential(sum)
      #expect(abs(hazard.hazard(covariates) / expected - 1) < 1e-12)
    }
  }
}

extension FinalState {
  /// As it is known of a state of a version before 6.
  fileprivate var asBeforeVersion6: FinalState {
    var state = self
    let processes = test.processes.mapValues { process in
      var process = process
      process.difference = HarmlessDifference()
      process.buckets = ChangeTime.uncounted
      return process
    }
    state.test = SequentialTest(processes: processes, weighted: test.weighted)
    return state
  }
}
