import Testing
import Vocabulary

@testable import DefectModel

struct FactorSearchTests {
  private static let fineBins = 8

  /// Sixty days of four regions; the hazard is a function of two fine bins (1…8), and of the region's day.
  private func table(seed: UInt64, hazard: (UInt8, UInt8) -> Double) -> FactorTable {
    var generator = SeededGenerator(seed: seed)
    var table = FactorTable()
    for day in 0..<60 as Range<Int32> {
      for region in 0..<4 {
        let rate = 0.5 + generator.unit()
        for _ in 0..<40 {
          var bins = FactorBins()
          bins[0] = UInt8(1 + generator.next() % UInt64(Self.fineBins))
          bins[1] = UInt8(1 + generator.next() % UInt64(Self.fineBins))
          let failed = generator.unit() < rate * hazard(bins[0], bins[1])
          let cell = Cell(
            bucket: Bucket(startHour: 24 * day, length: .day),
            covariates: Covariates(region: Symbol("R\(region)"), factors: bins))
          table.add(
            Evidence(
              mode: SimulatedFleet.key, cell: cell, counts: CellCounts(atRisk: 1, onsets: failed ? 1 : 0, symptoms: 0)))
        }
      }
    }
    return table
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a step in the hazard is found where it is, with about its size, and judged by later onsets`(seed: UInt64) {
    let search = FactorSearch(table(seed: seed) { first, _ in first >= 6 ? 0.06 : 0.012 })
    let choice = search.look(at: 0, fineBins: Self.fineBins)
    // Edge 4 lies between the fine bins 5 and 6.
    #expect(choice.edges.contains { (3...5).contains($0) })
    #expect(FactorSearch.isWorthIt(choice.gain))
    let ratio = (choice.weights.last ?? 0) / choice.weights[1]
    #expect(ratio > 3 && ratio < 8)
    #expect(!FactorSearch.isWorthIt(search.look(at: 1, fineBins: Self.fineBins).gain))
    #expect(search.onsets.judging * 3 > search.onsets.training)
  }

  @Test(arguments: 11...30 as ClosedRange<UInt64>)
  func `where nothing foretells failures nothing is worth it`(seed: UInt64) {
    let search = FactorSearch(table(seed: seed) { _, _ in 0.02 })
    for factor in 0...1 { #expect(!FactorSearch.isWorthIt(search.look(at: factor, fineBins: Self.fineBins).gain)) }
  }

  @Test func `what one factor has told already another doesn't tell again`() {
    var table = FactorTable()
    // Two factors that are always equal.
    let origin = self.table(seed: 5) { first, _ in first >= 6 ? 0.06 : 0.012 }
    for set in origin.informative {
      for row in set.rows {
        var bins = row.bins
        bins[1] = bins[0]
        table.add(
          Evidence(
            mode: SimulatedFleet.key,
            cell: Cell(
              bucket: Bucket(startHour: set.startHour, length: .day), covariates: Covariates(factors: bins)),
            counts: CellCounts(atRisk: Int32(row.atRisk), onsets: Int32(row.onsets), symptoms: 0)))
      }
    }
    var search = FactorSearch(table)
    let first = search.look(at: 0, fineBins: Self.fineBins)
    #expect(FactorSearch.isWorthIt(first.gain))
    search.take(first, fineBins: Self.fineBins)
    #expect(!FactorSearch.isWorthIt(search.look(at: 1, fineBins: Self.fineBins).gain))
  }

  @Test func `two that only harm together are a cross`() {
    var search = FactorSearch(table(seed: 6) { $0 >= 5 && $1 >= 5 ? 0.12 : 0.012 })
    for factor in 0...1 {
      search.take(search.look(at: factor, fineBins: Self.fineBins), fineBins: Self.fineBins)
    }
    #expect(search.crosses.map { [$0.first, $0.second] } == [[0, 1]])
  }

  @Test func `the order of evidence changes nothing, and a difference that is taken back leaves no trace`() {
    let pieces = (0..<600).map { number in
      var bins = FactorBins()
      bins[0] = UInt8(1 + number % 7)
      return Evidence(
        mode: SimulatedFleet.key,
        cell: Cell(
          bucket: Bucket(startHour: Int32(24 * (number % 30)), length: .day),
          covariates: Covariates(region: Symbol("R\(number % 3)"), factors: bins)),
        counts: CellCounts(atRisk: 20, onsets: number % 7 == 6 ? 2 : number % 5 == 0 ? 1 : 0, symptoms: 0))
    }
    var forwards = FactorTable()
    var backwards = FactorTable()
    for piece in pieces { forwards.add(piece) }
    for piece in pieces.reversed() {
      backwards.add(piece)
      backwards.add(Evidence(mode: piece.mode, cell: piece.cell, counts: -piece.counts))
      backwards.add(piece)
    }
    let (one, other) = (
      FactorSearch(forwards).look(at: 0, fineBins: 7), FactorSearch(backwards).look(at: 0, fineBins: 7)
    )
    #expect(one == other)
    #expect(one.gain.nats > 0)
  }
}
