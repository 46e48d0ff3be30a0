import Testing
import Vocabulary

@testable import DefectModel

struct ChangeTimeTests {
  private static let pair = Suspect(batch: "B1", firmware: "2.0")

  @Test(arguments: [1.0, 24])
  func `a year's stakes are as many as its buckets`(bucketsPerDay: Double) {
    let changes = ChangeTime(bucketsPerDay: bucketsPerDay)
    let year = Int32(365 * bucketsPerDay)
    for suspect in [Suspect(batch: "B1"), Suspect(firmware: "2.0"), Suspect(firmware: "2.0", isHumid: true), Self.pair]
    {
      let sum = (0..<year).reduce(0) { $0 + changes.stake(of: suspect, after: $1) }
      #expect(abs(sum - Double(year)) < 1e-3, "\(suspect)")
      // The year after stakes no more.
      #expect((year..<2 * year).reduce(0) { $0 + changes.stake(of: suspect, after: $1) } <= Double(year))
    }
  }

  @Test func `a firmware stakes most on its first days, a batch the same on each`() {
    let changes = ChangeTime(bucketsPerDay: 1)
    #expect(abs(changes.stake(of: Self.pair, after: 0) - 42.51) < 0.01)
    #expect(abs((0..<14).reduce(0) { $0 + changes.stake(of: Self.pair, after: $1) } - 140.9) < 0.1)
    #expect(abs(changes.stake(of: Self.pair, after: 59) - 0.954) < 1e-3)
    #expect(changes.stake(of: Suspect(batch: "B1"), after: 0) == 1)
    #expect(changes.stake(of: Suspect(batch: "B1", isHumid: true), after: 300) == 1)
  }

  /// One onset of a lone suspect among ten devices, each day, from its first on: each gain is the same g, so that M after n days is
  /// Σ_k w_k e^{g (n − k)}.
  @Test func `what begins with the firmware is ahead by what was staked on its first days`() {
    var table = CellTable()
    for day in 0..<3 as Range<Int32> {
      for device in 0..<10 {
        table.add(
          CellCounts(atRisk: 1, onsets: device == 0 ? 1 : 0), startHour: 480_000 + day * 24,
          covariates: Covariates(
            region: "R", carrier: "C", batch: device == 0 ? "B1" : "B2", firmware: device == 0 ? "2.0" : "1.0"))
      }
    }
    table.settle()
    let cells = PassCells(table, until: .max, factorCount: 0)
    var test = SequentialTest()
    test.advance(
      over: cells.window(480_000..<480_072).groups, of: cells,
      effects: ProfileEffects(terms: [], coefficients: [], lexicon: cells.lexicon, factorCount: 0), coefficients: [:],
      known: [:], bucketsPerDay: 1)
    let changes = ChangeTime(bucketsPerDay: 1)
    let suspect = Suspect(firmware: "2.0")
    // ℓ(5) = ln 5 − ln 1.4; the caps are far away.
    let gain = 5 / 1.4
    var expected = 0.0
    for day in 0..<3 as Range<Int32> { expected = (expected + changes.stake(of: suspect, after: day)) * gain }
    #expect(abs((test.processes[suspect]?.logs[3] ?? 0) - logarithm(expected)) < 1e-9)
    #expect(test.processes[suspect]?.buckets == 3)
  }
}
