import Testing
import Vocabulary

@testable import DefectModel

struct AlarmBudgetTests {
  private typealias Claim = AlarmBudget.Claim

  @Test func `a kind's restarts weigh one a bucket together, and the line doesn't depend on their number`() {
    var savings = 0.0
    let claims = [
      Claim(kind: .batch, expected: 3, bornHour: 0), Claim(kind: .batch, expected: 1, bornHour: 0),
      Claim(kind: .firmware, expected: 4, bornHour: 0),
    ]
    let weights = AlarmBudget.weights(of: claims, startHour: 24, savings: &savings, bucketsPerDay: 1)
    #expect(weights == [0.75, 0.25, 1])
    #expect(abs(AlarmBudget.line(of: .batch, bucketsPerDay: 1) - 9.945) < 1e-3)
    #expect(abs(AlarmBudget.Kind.allCases.reduce(0) { $0 + AlarmBudget.share(of: $1) } - 1) < 1e-12)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `what pairs were given by any day is no more than one a bucket, however young they are`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var savings = 0.0
    var given = 0.0
    var born = (0..<8).map { _ in Int32(0) }
    for day in 0..<200 as Range<Int32> {
      if generator.unit() < 0.05 { born[Int(generator.next() % 8)] = day * 24 }
      let claims = born.map { Claim(kind: .pair, expected: 0.01 + generator.unit(), bornHour: $0) }
      let weights = AlarmBudget.weights(of: claims, startHour: day * 24, savings: &savings, bucketsPerDay: 1)
      #expect(weights.allSatisfy { $0 > 0 })
      given += weights.reduce(0, +)
      #expect(given + savings <= Double(day) + 1 + 1e-9)
    }
  }

  @Test func `a young pair starts further than an old one of the same size`() {
    var savings = 0.0
    let old = (0..<40).map { _ in Claim(kind: .pair, expected: 1, bornHour: 0) }
    for day in 20..<50 as Range<Int32> {
      _ = AlarmBudget.weights(of: old, startHour: day * 24, savings: &savings, bucketsPerDay: 1)
    }
    let young = (0..<40).map { _ in Claim(kind: .pair, expected: 1, bornHour: 50 * 24) }
    let weights = AlarmBudget.weights(of: old + young, startHour: 50 * 24, savings: &savings, bucketsPerDay: 1)
    #expect(weights[40] > 5 * weights[0])
  }

  /// The law that the gate rests on, at lines low enough to be crossed now and then: of a fleet without a defect, the chance
  /// that some process of a kind reaches c within n buckets is at most n / c.
  @Test func `in fleets without a defect the evidence of a kind reaches c in at most n in c of them`() {
    let buckets = 30
    let fleets = 150
    let line = 4.0 * Double(buckets)
    var reached = [Double](repeating: 0, count: AlarmBudget.Kind.allCases.count)
    for seed in 1...UInt64(fleets) {
      let highest = Self.highest(seed: seed, buckets: buckets)
      for kind in AlarmBudget.Kind.allCases where highest[kind.rawValue] >= logarithm(line) {
        reached[kind.rawValue] += 1
      }
    }
    // A quarter by the law; three standard deviations of chance on top.
    let most = Double(fleets) * (0.25 + 3 * (0.25 * 0.75 / Double(fleets)).squareRoot())
    for kind in AlarmBudget.Kind.allCases { #expect(reached[kind.rawValue] <= most, "\(kind)") }
    // It isn't idle: some fleets do come that far.
    #expect(reached.reduce(0, +) > 0)
  }

  /// The largest evidence of each kind in a fleet in which nobody is to blame.
  private static func highest(seed: UInt64, buckets: Int) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    var table = CellTable()
    for day in 0..<Int32(buckets) {
      for stratum in 0..<2 {
        let weather: WeatherBin = generator.unit() < 0.4 ? .humid : .dry
        let rate = 0.01 * (0.5 + generator.unit())
        for batch in 0..<4 {
          for firmware in 0..<2 {
            // The second firmware comes out half-way.
            guard firmware == 0 || day >= 15 else { continue }
            let atRisk = 5 + Int32(generator.next() % 30)
            var onsets: Int32 = 0
            for _ in 0..<atRisk where generator.unit() < rate { onsets += 1 }
            table.add(
              CellCounts(atRisk: atRisk, onsets: onsets, symptoms: onsets), startHour: day * 24,
              covariates: Covariates(
                region: Symbol("R\(stratum)"), carrier: "C", batch: SimulatedFleet.batchName(batch),
                firmware: SimulatedFleet.firmwareName(firmware), age: 1, weather: weather))
          }
        }
      }
    }
    table.settle()
    let pass = PassCells(table, until: .max, factorCount: 0)
    let effects = ProfileEffects(terms: [], coefficients: [], lexicon: pass.lexicon, factorCount: 0)
    var test = SequentialTest()
    var highest = [Double](repeating: -.infinity, count: AlarmBudget.Kind.allCases.count)
    for day in 0..<Int32(buckets) {
      test.advance(
        over: pass.window(day * 24..<(day + 1) * 24).groups, of: pass, effects: effects, coefficients: [:], known: [:],
        bucketsPerDay: 1)
      for (suspect, process) in test.processes {
        highest[suspect.kind.rawValue] = max(highest[suspect.kind.rawValue], process.logEvidence)
      }
    }
    return highest
  }
}
