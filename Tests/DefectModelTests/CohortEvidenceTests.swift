import Testing
import Vocabulary

@testable import DefectModel

struct CohortEvidenceTests {
  private static let key = ModeKey(product: "lamp", mode: "dark")

  /// Two batches in one region, one day.
  private func model(_ first: CellCounts, _ second: CellCounts) -> HazardModel {
    let mode = FailureMode(id: Self.key.mode, title: "dark", onset: .event("fault", count: 1))
    var model = HazardModel(profiles: [FirmwareProfile(product: Self.key.product, title: "Lamp", modes: [mode])])
    for (batch, counts) in [(Symbol("A"), first), ("B", second)] {
      let covariates = Covariates(
        region: "R1", carrier: "c", batch: batch, firmware: "1.0", age: 1, weather: .dry, factors: FactorBins())
      let cell = Cell(bucket: Bucket(startHour: 24 * 100, length: .day), covariates: covariates)
      model.learn(Evidence(mode: Self.key, cell: cell, counts: counts))
    }
    return model
  }

  @Test func `10 onsets of 100 against 2 of 100 are a ratio of 4_2, from 1_32 to 13_4`() throws {
    let model = model(
      CellCounts(atRisk: 100, onsets: 10, symptoms: 0), CellCounts(atRisk: 100, onsets: 2, symptoms: 0))
    let evidence = try #require(
      model.evidence(Self.key, of: Cohort(cause: .batch, batch: "A"), since: nil, effects: []))
    let region = try #require(evidence.regions.first)
    let ratio = try #require(region.ratio)
    #expect(region.onsets == 10 && region.otherOnsets == 2 && evidence.regions.count == 1)
    #expect(abs(ratio.mean - 4.2) < 1e-9 && abs(ratio.low - 1.32) < 0.01 && abs(ratio.high - 13.36) < 0.05)
    #expect(evidence.days.map(\.onsets) == [10] && abs(evidence.days[0].expected - 2) < 1e-9)
  }

  @Test func `onsets are expected in proportion to devices at risk`() throws {
    let model = model(
      CellCounts(atRisk: 300, onsets: 3, symptoms: 0), CellCounts(atRisk: 100, onsets: 5, symptoms: 0))
    let grid = try #require(model.grid(Self.key))
    #expect(grid.cells.map(\.batch.text) == ["A", "B"])
    #expect(grid.cells.map(\.onsets) == [3, 5])
    #expect(zip(grid.cells, [6.0, 2]).allSatisfy { abs($0.expected - $1) < 1e-9 })
  }
}
