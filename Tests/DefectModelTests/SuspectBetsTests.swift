import Testing
import Vocabulary

@testable import DefectModel

/// One stratum and day of ten devices, one of them the suspect's, which fails: the numbers of `SequentialTest`.
struct SuspectBetsTests {
  private func gain(_ suspect: Suspect, at place: Int = 3) throws -> Double {
    var table = CellTable()
    for device in 0..<10 {
      let covariates = Covariates(
        region: "R", carrier: "C", batch: device == 0 ? "B1" : "B2", firmware: device == 0 ? "2.0" : "1.0")
      table.add(CellCounts(atRisk: 1, onsets: device == 0 ? 1 : 0), startHour: 480_000, covariates: covariates)
    }
    table.settle()
    let cells = PassCells(table, until: .max, factorCount: 0)
    let window = cells.window(480_000..<480_024)
    var bets = SuspectBets(cells: cells, coefficients: [:])
    bets.place(
      on: window.groups,
      effects: ProfileEffects(.empty, without: { _ in false }, lexicon: cells.lexicon, factorCount: 0))
    let slot = try #require(bets.slots.first { bets.suspect($0) == suspect })
    let own = Array(bets.bets(of: slot))
    try #require(own.count == 1)
    return own[0].gains[place]
  }

  @Test func `a firmware is bet against none, whatever holds a batch against a harmless difference`() throws {
    #expect(abs(try gain(Suspect(firmware: "2.0")) - 1.272_966) < 1e-6)
    for suspect in [Suspect(batch: "B1"), Suspect(batch: "B1", firmware: "2.0")] {
      #expect(abs(try gain(suspect) - 1.247_825) < 1e-6)
    }
  }
}
