import Testing
import Vocabulary

@testable import DefectModel

/// One stratum and day of ten devices, one of them the suspect's, which fails: the numbers of `SequentialTest`.
struct SuspectBetsTests {
  private func gain(
    _ suspect: Suspect, at place: Int = 3, effects: [Suspect: Double] = [:], open: Set<Suspect> = [],
    allowed: Double = 1.1
  ) throws -> Double {
    var table = CellTable()
    for device in 0..<10 {
      let covariates = Covariates(
        region: "R", carrier: "C", batch: device == 0 ? "B1" : "B2", firmware: device == 0 ? "2.0" : "1.0")
      table.add(CellCounts(atRisk: 1, onsets: device == 0 ? 1 : 0), startHour: 480_000, covariates: covariates)
    }
    table.settle()
    let cells = PassCells(table, until: .max, factorCount: 0)
    let window = cells.window(480_000..<480_024)
    var bets = SuspectBets(cells: cells, coefficients: effects)
    bets.allow { $0 == Suspect(batch: "B1") ? allowed : 1 }
    bets.establish(where: open.contains)
    bets.place(
      on: window.groups,
      effects: ProfileEffects(
        terms: effects.keys.map { .suspect($0) }, coefficients: ContiguousArray(effects.values), lexicon: cells.lexicon,
        factorCount: 0))
    let slot = try #require(bets.slots.first { bets.suspect($0) == suspect })
    let own = Array(bets.bets(of: slot))
    try #require(own.count == 1)
    return own[0].gains[place]
  }

  @Test func `a firmware is bet against none, a batch and its firmwares against the batch's harmless difference`()
    throws
  {
    #expect(abs(try gain(Suspect(firmware: "2.0")) - 1.272_966) < 1e-6)
    for suspect in [Suspect(batch: "B1"), Suspect(batch: "B1", firmware: "2.0")] {
      #expect(abs(try gain(suspect) - 1.247_825) < 1e-6)
      #expect(abs(try gain(suspect, allowed: 1) - 1.272_966) < 1e-6)
    }
  }

  @Test func `what a fit has given to an overlapping suspect isn't lost to a pair, a batch or a firmware`() throws {
    let (batch, firmware) = (Suspect(batch: "B1"), Suspect(firmware: "2.0"))
    let pair = Suspect(batch: "B1", firmware: "2.0")
    for effects in [[batch: 0.7], [firmware: 0.7], [pair: 0.7], [batch: 0.5, firmware: 0.3, pair: -0.2]] {
      #expect(abs(try gain(pair, effects: effects) - 1.247_825) < 1e-6, "\(effects)")
    }
    #expect(abs(try gain(batch, effects: [batch: 0.3, pair: 0.4]) - 1.247_825) < 1e-6)
    #expect(abs(try gain(firmware, effects: [firmware: 0.3, pair: 0.4]) - 1.272_966) < 1e-6)
    // What the firmware is to blame for is no evidence against the batch: own 2 instead of 1, ln 5 − ln(1 + 4 · 2.2 / 11.2).
    #expect(abs(try gain(batch, effects: [firmware: 0.693_147_180_56]) - 1.029_619) < 1e-6)
  }

  @Test func `of a batch whose own gate is open a pair wins only by what comes on top`() throws {
    let (batch, firmware) = (Suspect(batch: "B1"), Suspect(firmware: "2.0"))
    let pair = Suspect(batch: "B1", firmware: "2.0")
    let double = [batch: 0.693_147_180_56]
    #expect(abs(try gain(pair, effects: double, open: [batch]) - 1.029_619) < 1e-6)
    #expect(abs(try gain(pair, effects: double, open: [firmware]) - 1.247_825) < 1e-6)
    #expect(abs(try gain(batch, effects: double, open: [batch]) - 1.247_825) < 1e-6)
  }
}
