import Testing
import Vocabulary

@testable import DefectModel

struct AgeingTests {
  private static let key = SimulatedFleet.key

  @Test func `bins of equal person-time with 10 and 30 onsets have a shape of 2`() throws {
    let shape = try #require(WeibullShape([[(0, 1, 1000, 10), (1, 2, 1000, 30)]]))
    #expect(abs(shape.mean - 2) < 1e-6)
    #expect(shape.low > 1 && shape.high < 3.2)
    // Weibull with that shape: 40 onsets over 2 000, so that η² = Σ n w / D = (1000 + 3000) / 40 = 100.
    let scale = try #require(shape.scale(of: [(0, 1, 1000, 10), (1, 2, 1000, 30)]))
    #expect(abs(scale - 10) < 1e-5)
  }

  /// ln L of shape and scale together, from Poisson counts, by search over both.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `shape and interval are those of a plain search over shape and scale`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let group: WeibullShape.Group = [(0.0, 30.0), (30, 90), (90, 180), (180, 365), (365, 730)].map {
      ($0.0, $0.1, Double(2000 + generator.next() % 20_000), Double(generator.next() % 25))
    }
    func profile(_ shape: Double) -> Double {
      func value(_ logScale: Double) -> Double {
        group.reduce(0) { sum, bin in
          let hazard =
            (exponentialOfAny(shape * (logarithm(bin.until) - logScale))
              - (bin.from > 0 ? exponentialOfAny(shape * (logarithm(bin.from) - logScale)) : 0))
            / (bin.until - bin.from)
          return sum + bin.onsets * logarithm(bin.exposure * hazard) - bin.exposure * hazard
        }
      }
      var (low, high) = (-30.0, 60.0)
      for _ in 0..<200 {
        let (left, right) = (low + (high - low) / 3, high - (high - low) / 3)
        if value(left) < value(right) { low = left } else { high = right }
      }
      return value((low + high) / 2)
    }
    let shape = try #require(WeibullShape([group]))
    let top = profile(shape.mean)
    for step in [-0.3, -0.01, 0.01, 0.3] { #expect(profile(shape.mean * (1 + step)) < top) }
    #expect(abs(top - profile(shape.low) - 1.352_77) < 1e-3)
    #expect(abs(top - profile(shape.high) - 1.352_77) < 1e-3)
  }

  @Test func `without onsets, or with every batch at one age, there is no shape`() {
    #expect(WeibullShape([[(0, 30, 500, 0), (30, 90, 500, 0)]]) == nil)
    #expect(WeibullShape([[(0, 30, 500, 9), (30, 90, 0, 0)], [(0, 30, 0, 0), (30, 90, 500, 40)]]) == nil)
    #expect(WeibullShape([]) == nil)
  }

  @Test func `a bad batch of old devices isn't taken for wear-out`() throws {
    // Within each batch age makes no difference; the old batch fails ten times as often.
    let young: WeibullShape.Group = [(0, 30, 20_000, 20), (30, 90, 20_000, 20), (90, 180, 1000, 1)]
    let old: WeibullShape.Group = [(30, 90, 1000, 10), (90, 180, 20_000, 200), (180, 365, 20_000, 200)]
    let shape = try #require(WeibullShape([young, old]))
    #expect(shape.low < 1 && shape.high > 1)
  }

  /// Devices of two batches with ages spread over two years, followed one by one for 30 days.
  private func model(seed: UInt64, shape: Double, rate: Double) -> HazardModel {
    var generator = SeededGenerator(seed: seed)
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    let devices = (0..<4000).map { _ in
      (batch: Int(generator.next() % 2), age: 700 * generator.unit(), rest: [-1])
    }
    var restUntil = devices.map { _ in -1 }
    for day in 0..<30 {
      var cells: [Covariates: CellCounts] = [:]
      for (index, device) in devices.enumerated() where restUntil[index] <= day {
        let age = device.age + Double(day)
        let hazard = rate * shape * exponential((shape - 1) * logarithm((age + 0.5) / 365))
        let failed = generator.unit() < hazard
        let covariates = Covariates(
          region: "R", carrier: "C", batch: SimulatedFleet.batchName(device.batch), firmware: "3.1.0",
          age: SimulatedFleet.age(Int(age)))
        cells[covariates, default: CellCounts()] += CellCounts(
          atRisk: 1, onsets: failed ? 1 : 0, symptoms: failed ? 1 : 0)
        if failed { restUntil[index] = day + 7 }
      }
      let bucket = SimulatedFleet.bucket(day)
      model.learn(
        contentsOf: cells.map { Evidence(mode: Self.key, cell: Cell(bucket: bucket, covariates: $0), counts: $1) })
      _ = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
    }
    return model
  }

  @Test(
    arguments: [(2.5, .wearOut), (0.4, .infantMortality), (1, .random)] as [(Double, AgeingReport.Pattern)])
  func `wear-out, infant mortality and random failure are told from simulated lives`(
    shape: Double, pattern: AgeingReport.Pattern
  ) throws {
    let reports = model(seed: 7, shape: shape, rate: 0.004).ageing(Self.key)
    #expect(reports.map(\.batch) == [nil, SimulatedFleet.batchName(0), SimulatedFleet.batchName(1)])
    let whole = try #require(reports.first)
    #expect(whole.pattern == pattern, "\(String(describing: whole.shape))")
    let interval = try #require(whole.shape)
    #expect(interval.low < 1.1 * shape && interval.high > 0.9 * shape, "\(interval)")
    #expect(whole.batchesThatTell == 2)
  }

  @Test func `over twenty fleets the shape's interval holds the truth and no age effect is invented`() {
    var held = 0
    var invented = 0
    for seed in 1...20 as ClosedRange<UInt64> {
      guard let whole = model(seed: 100 + seed, shape: 1, rate: 0.002).ageing(Self.key).first, let shape = whole.shape
      else { continue }
      if shape.low <= 1, 1 <= shape.high { held += 1 }
      if whole.pattern == .wearOut || whole.pattern == .infantMortality { invented += 1 }
    }
    // 90 % of 20, less two standard deviations.
    #expect(held >= 15 && invented <= 5, "\(held), \(invented)")
  }

  private func tally(_ batches: [(batch: Symbol, atRisk: [Int64], onsets: [Int64], recent: [Int64])]) -> AgeTally {
    AgeTally(
      edges: [30, 90], bucketsPerDay: 1,
      batches: batches.map {
        var counts = AgeTally.Counts(bins: 4)
        counts.atRisk = $0.atRisk
        counts.onsets = $0.onsets
        counts.recent = $0.recent
        return ($0.batch, counts)
      })
  }

  @Test func `hazards and the mean cumulative function are the sums that Nelson's estimator is`() throws {
    let tally = tally([("B", [500, 2000, 1000, 300], [1, 4, 0, 2], [70, 700, 0, 0])])
    let report = AgeingReport(
      mode: Self.key, batch: "B", counts: tally.all, groups: tally.batches.map { tally.group($0.counts) }, tally)
    let bins = report.bins
    #expect(bins.map(\.from) == [nil, 0, 30, 90] && bins.map(\.until) == [nil, 30, 90, nil])
    #expect(abs((bins[1].hazard?.mean ?? 0) - 0.002) < 1e-12)
    #expect(abs((bins[1].cumulative?.mean ?? 0) - 0.06) < 1e-12)
    #expect(abs((bins[2].cumulative?.mean ?? 0) - 0.06) < 1e-12)
    #expect(bins[0].cumulative == nil && bins[3].cumulative == nil)
    // Half of chi-square's points with 9 degrees of freedom: 3.3251 and 16.9190.
    let hazard = try #require(bins[1].hazard)
    #expect(abs(hazard.low - 3.3251 / 4000) < 1e-7 && abs(hazard.high - 16.9190 / 4000) < 1e-7)
    #expect(bins[2].hazard?.mean == 0 && (bins[2].hazard?.high ?? 0) > 0)
    #expect(report.onsets == 7 && report.deviceDays == 3800 && report.devicesAtRisk == 110)
  }

  @Test func `an age that nobody has isn't stepped over`() {
    let tally = AgeTally(
      edges: [30, 90, 180], bucketsPerDay: 1,
      batches: [
        {
          var counts = AgeTally.Counts(bins: 5)
          counts.atRisk = [0, 1000, 0, 1000, 0]
          counts.onsets = [0, 5, 0, 5, 0]
          return ("B", counts)
        }()
      ])
    let report = AgeingReport(
      mode: Self.key, batch: nil, counts: tally.all, groups: tally.batches.map { tally.group($0.counts) }, tally)
    #expect(report.bins.map { $0.cumulative != nil } == [false, true, false, false, false])
    #expect(report.bins[3].hazard != nil)
  }

  @Test func `a hundred devices at 0.01 a day have thirty onsets in thirty days`() {
    let forecast = SparesForecast(edges: [30], present: [0, 0, 100], exposure: [0, 0, 10_000], onsets: [0, 0, 100])
    let interval = forecast.expected(days: 30)
    #expect(abs(interval.mean - 30) < 0.05)
    #expect((18...20).contains(interval.low) && (40...43).contains(interval.high), "\(interval)")
  }

  @Test func `devices move to later bins as devices followed one by one do`() {
    let forecast = SparesForecast(
      edges: [30, 90, 180], present: [5, 60, 120, 40, 10], exposure: [1, 1, 1, 1, 1], onsets: [0, 0, 0, 0, 0])
    for days in [7.0, 30, 90, 200] {
      var expected = [5 * days, 0, 0, 0, 10 * days]
      for (bin, devices) in [(1, 60.0), (2, 120), (3, 40)] {
        let (from, until) = ([0.0, 30, 90][bin - 1], [30.0, 90, 180][bin - 1])
        for index in 0..<1000 {
          let age = from + (until - from) * (Double(index) + 0.5) / 1000
          for step in 0..<Int(days * 4) {
            let later = age + (Double(step) + 0.5) / 4
            expected[1 + [30.0, 90, 180].count { later >= $0 }] += devices / 4000
          }
        }
      }
      let future = forecast.deviceDays(days)
      for bin in future.indices { #expect(abs(future[bin] - expected[bin]) < 0.002 * 235 * days, "\(days), \(bin)") }
      #expect(abs(future.reduce(0, +) - 235 * days) < 1e-6 * days)
    }
  }
}
