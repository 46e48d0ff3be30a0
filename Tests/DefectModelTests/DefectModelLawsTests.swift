import DefectModel
import Testing
import Vocabulary

struct DefectModelLawsTests {
  private static let days: [[Evidence]] =
    SimulatedFleet(seed: 11, devices: 400, days: 40) { $0.device.batch == 2 && $0.day >= 12 ? 8 : 1 }.run().days

  private func run(_ days: [[Evidence]], profile: FirmwareProfile = SimulatedFleet.profile) -> (
    beliefs: [ModeBelief], model: HazardModel
  ) {
    let result = SimulatedFleet.findings(in: days, profile: profile, passEvery: 5)
    return (result.last, result.model)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `order of arrival changes nothing, to the last bit`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let shuffled = Self.days.map { $0.shuffled(using: &generator) }
    let expected = run(Self.days)
    let actual = run(shuffled)
    #expect(actual.beliefs == expected.beliefs)
    #expect(actual.model.state(of: SimulatedFleet.key) == expected.model.state(of: SimulatedFleet.key))
  }

  @Test(arguments: [2, 7, 16])
  func `evidence split into shards and merged changes nothing, to the last bit`(shards: Int) {
    var generator = SeededGenerator(seed: UInt64(shards))
    let sharded = Self.days.map { day in
      day.flatMap { evidence -> [Evidence] in
        var parts = [Evidence](
          repeating: Evidence(mode: evidence.mode, cell: evidence.cell, counts: CellCounts()), count: shards)
        for _ in 0..<evidence.counts.atRisk {
          parts[Int(generator.next() % UInt64(shards))].counts += CellCounts(atRisk: 1)
        }
        parts[0].counts += CellCounts(onsets: evidence.counts.onsets, symptoms: evidence.counts.symptoms)
        return parts
      }.shuffled(using: &generator)
    }
    let expected = run(Self.days)
    let actual = run(sharded)
    #expect(actual.beliefs == expected.beliefs)
    #expect(actual.model.state(of: SimulatedFleet.key) == expected.model.state(of: SimulatedFleet.key))
  }

  @Test func `the order in which words were first seen changes nothing`() {
    // The same evidence under new words, made in forward and in reversed order: the texts differ by a common prefix only.
    func renamed(_ prefix: String, reversed: Bool) -> [[Evidence]] {
      let words = Set(Self.days.joined().flatMap { [$0.cell.covariates.batch, $0.cell.covariates.region] }).sorted()
      for word in reversed ? words.reversed() : words { _ = Symbol(prefix + word.text) }
      return Self.days.map { day in
        day.map { evidence in
          var evidence = evidence
          evidence.cell.covariates.batch = Symbol(prefix + evidence.cell.covariates.batch.text)
          evidence.cell.covariates.region = Symbol(prefix + evidence.cell.covariates.region.text)
          return evidence
        }
      }
    }
    let forward = run(renamed("forward-", reversed: false)).beliefs.flatMap(\.cohorts)
    let backward = run(renamed("backward-", reversed: true)).beliefs.flatMap(\.cohorts)
    #expect(!forward.isEmpty)
    #expect(forward.map(\.rateRatio) == backward.map(\.rateRatio))
    #expect(forward.map(\.probability) == backward.map(\.probability))
    #expect(forward.map(\.logEvidence) == backward.map(\.logEvidence))
  }

  @Test func `a difference and its opposite leave no trace`() {
    let expected = run(Self.days)
    let actual = run(
      Self.days.map { day in
        day + day.map { Evidence(mode: $0.mode, cell: $0.cell, counts: -$0.counts) } + day
          + [Evidence(mode: day[0].mode, cell: day[0].cell, counts: CellCounts())]
      })
    #expect(actual.beliefs == expected.beliefs)
    #expect(actual.model.cells(of: SimulatedFleet.key).count == expected.model.cells(of: SimulatedFleet.key).count)
  }

  @Test func `how often a pass was made changes nothing`() {
    let daily = SimulatedFleet.findings(in: Self.days)
    let rarely = run(Self.days)
    #expect(daily.last == rarely.beliefs)
    #expect(daily.model.state(of: SimulatedFleet.key) == rarely.model.state(of: SimulatedFleet.key))
  }

  @Test func `evidence of a later bucket than the closed one is not looked at`() {
    let expected = run(Self.days)
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    var last: [ModeBelief] = []
    for (day, evidence) in Self.days.enumerated() {
      for piece in evidence { model.learn(piece) }
      if day + 1 < Self.days.count { for piece in Self.days[day + 1] { model.learn(piece) } }
      let bucket = SimulatedFleet.bucket(day)
      if day % 5 == 4 { last = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day) }
      if day + 1 < Self.days.count {
        for piece in Self.days[day + 1] {
          model.learn(Evidence(mode: piece.mode, cell: piece.cell, counts: -piece.counts))
        }
      }
    }
    #expect(last == expected.beliefs)
  }

  @Test func `save and load change nothing, to the last bit`() throws {
    let expected = run(Self.days)
    var first = HazardModel(profiles: [SimulatedFleet.profile])
    var store: [Bucket: [UInt8]] = [:]
    func save(_ model: inout HazardModel) {
      for (_, bucket, blob) in model.takeChangedCells() { store[bucket] = blob.isEmpty ? nil : blob }
    }
    for day in 0..<25 {
      for piece in Self.days[day] { first.learn(piece) }
      guard day % 5 == 4 else { continue }
      let bucket = SimulatedFleet.bucket(day)
      _ = first.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
      save(&first)
    }
    var second = HazardModel(profiles: [SimulatedFleet.profile])
    for (bucket, blob) in store { try second.restoreCells(mode: SimulatedFleet.key, bucket: bucket, blob: blob) }
    let state = first.state(of: SimulatedFleet.key)
    try second.restoreState(mode: SimulatedFleet.key, blob: state)
    #expect(second.state(of: SimulatedFleet.key) == state)
    #expect(second.takeChangedCells().isEmpty)
    let covariates = Self.days[20][0].cell.covariates
    #expect(second.hazard(SimulatedFleet.key, covariates) == first.hazard(SimulatedFleet.key, covariates))
    let risk = DeviceRisk(covariates: covariates)
    #expect(
      second.probability(SimulatedFleet.key, risk, horizonDays: 30)
        == first.probability(SimulatedFleet.key, risk, horizonDays: 30))
    var last: [ModeBelief] = []
    for day in 25..<Self.days.count {
      for piece in Self.days[day] { second.learn(piece) }
      guard day % 5 == 4 else { continue }
      let bucket = SimulatedFleet.bucket(day)
      last = second.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
    }
    #expect(last == expected.beliefs)
    #expect(second.state(of: SimulatedFleet.key) == expected.model.state(of: SimulatedFleet.key))
  }

  @Test func `a damaged blob is refused with its cause`() throws {
    var model = run(Array(Self.days.prefix(12))).model
    let changed = try #require(model.takeChangedCells().first)
    let state = model.state(of: SimulatedFleet.key)
    #expect(throws: BlobFault.self) {
      try model.restoreCells(mode: changed.mode, bucket: changed.bucket, blob: changed.blob.dropLast())
    }
    #expect(throws: BlobFault.self) { try model.restoreState(mode: changed.mode, blob: state + [0]) }
    #expect(throws: BlobFault.self) { try model.restoreState(mode: changed.mode, blob: [99]) }
  }

  @Test func `more failures at equal exposure never lower a risk`() throws {
    // The same cell in every run of the test, whatever order the fleet's evidence comes in; and the risk of that very cell:
    // more failures of a batch on one firmware may well lower what is held of it on another.
    let covariates = try #require(
      Self.days[30].map(\.cell.covariates).min {
        ($0.batch, $0.firmware, $0.region, $0.carrier, $0.age) < ($1.batch, $1.firmware, $1.region, $1.carrier, $1.age)
      })
    let risk = DeviceRisk(covariates: covariates)
    var previous = -1.0
    for more in [0, 1, 2, 5, 10] as [Int32] {
      var days = Array(Self.days.prefix(36))
      let bucket = days[35][0].cell.bucket
      days[35].removeAll { $0.cell.covariates == covariates }
      days[35].append(
        Evidence(
          mode: SimulatedFleet.key, cell: Cell(bucket: bucket, covariates: covariates),
          counts: CellCounts(atRisk: 10, onsets: more)))
      let probability = run(days).model.probability(SimulatedFleet.key, risk, horizonDays: 30).mean
      #expect(probability >= previous)
      previous = probability
    }
    let model = run(Self.days).model
    var own = risk
    previous = -1
    for onsets in 0..<5 {
      own.onsets = onsets
      let probability = model.probability(SimulatedFleet.key, own, horizonDays: 30)
      #expect(probability.mean > previous)
      #expect(probability.low <= probability.mean && probability.mean <= probability.high)
      previous = probability.mean
    }
  }

  @Test func `an unknown firmware, batch, region or mode is not fatal`() {
    let model = run(Self.days).model
    let stranger = Covariates(
      region: "nowhere", carrier: "nobody", batch: "never made", firmware: "garbage", age: 255, weather: .humid,
      factors: FactorBins(packed: .max))
    let hazard = model.hazard(SimulatedFleet.key, stranger)
    #expect(hazard > 0 && hazard.isFinite)
    let probability = model.probability(SimulatedFleet.key, DeviceRisk(covariates: stranger), horizonDays: 30)
    #expect(probability.mean > 0 && probability.mean < 1)
    let undeclared = ModeKey(product: "no such product", mode: "no such mode")
    #expect(model.hazard(undeclared, stranger) == 0)
    #expect(model.state(of: undeclared).isEmpty)
  }

  @Test func `without any evidence the rate is the weak prior's and its interval wide`() {
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    let beliefs = model.close(SimulatedFleet.bucket(0), finalBefore: .distantPast)
    #expect(beliefs == [ModeBelief(mode: SimulatedFleet.key, cohorts: [], incidents: [])])
    let probability = model.probability(SimulatedFleet.key, DeviceRisk(covariates: Covariates()), horizonDays: 30)
    // h = 30 × 0.0005 = 0.015, P = 1 − (2 / 2.015)².
    #expect(abs(probability.mean - 0.014833) < 1e-5)
    #expect(probability.low < 0.001 && probability.high > 0.5)
  }

  @Test func `attribution sums to one`() {
    let model = run(Self.days).model
    for evidence in Self.days[39] {
      let risk = DeviceRisk(covariates: evidence.cell.covariates, weather: WeatherShares(only: .humid), onsets: 2)
      let shares = model.attribution(SimulatedFleet.key, risk)
      let sum = shares.batch + shares.firmware + shares.environment + shares.device + shares.unknown
      #expect(abs(sum - 1) < 1e-12)
    }
  }

  @Test func `a reload keeps the evidence of a mode that goes on and drops it of one that begins anew`() {
    var model = run(Self.days).model
    var profile = SimulatedFleet.profile
    profile.modes[0].title = "another title"
    profile.modes[0].costs.failure = 100
    let before = model.cells(of: SimulatedFleet.key).count
    #expect(model.replaceProfiles([profile], begunAnew: []).isEmpty)
    #expect(model.cells(of: SimulatedFleet.key).count == before)
    #expect(model.replaceProfiles([profile], begunAnew: [SimulatedFleet.key]) == [SimulatedFleet.key])
    #expect(model.cells(of: SimulatedFleet.key).isEmpty)
  }
}
