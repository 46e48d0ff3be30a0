import ControlProtocol
import Foundation
import Testing

@testable import Dashboard

struct PlotTests {
  /// By hand: e⁻¹⁰ Σ 10ᵏ/k!: F(3) = .01034, F(4) = .02925; F(16) = .97296, F(17) = .98572.
  @Test func `limits of 10 expected failures at 95 % are 0_378 and 1_616`() {
    let limits = PoissonLimits.ratios(expected: 10, coverage: 0.95)
    #expect(abs(limits.low - 0.3775) < 0.0005 && abs(limits.high - 1.616) < 0.0005, "\(limits)")
  }

  /// e⁻¹ = .368 is above a fortieth already: no lower limit. F(2) = .9197, F(3) = .9810: 3 − .098.
  @Test func `of one expected failure, none at all is no surprise, and three are`() {
    let limits = PoissonLimits.ratios(expected: 1, coverage: 0.95)
    #expect(limits.low == 0 && abs(limits.high - 2.902) < 0.001, "\(limits)")
  }

  @Test(arguments: [0.95, 0.998]) func `where counting ends, the expansion goes on without a step`(coverage: Double) {
    let below = PoissonLimits.ratios(expected: PoissonLimits.exactUpTo, coverage: coverage)
    let above = PoissonLimits.ratios(expected: PoissonLimits.exactUpTo + 1e-6, coverage: coverage)
    #expect(abs(below.low - above.low) < 2e-4 && abs(below.high - above.high) < 2e-4, "\(below) \(above)")
  }

  @Test func `a batch is judged by all its firmware together`() {
    func cell(_ batch: String, _ firmware: String, _ failures: Int, _ expected: Double) -> CohortCell {
      CohortCell(
        batch: batch, firmware: firmware, deviceDays: 1, failures: failures, expected: expected, ratio: nil)
    }
    let sums = BatchSum.all([
      cell("b", "1", 9, 5), cell("b", "2", 9, 5), cell("a", "1", 10, 10), cell("c", "1", 25, 10), cell("d", "1", 0, 0),
    ])
    #expect(sums.map(\.batch) == ["a", "b", "c", "d"])
    #expect(sums.map(\.verdict) == [.inside, .outside95, .outside998, .inside])
  }

  // MARK: Heat map

  private func cell(failures: Int, expected: Double, ratio: Double?) -> CohortCell {
    CohortCell(
      batch: "b", firmware: "f", deviceDays: 100, failures: failures, expected: expected,
      ratio: ratio.map { Estimate(mean: $0, low: $0 / 2, high: $0 * 2) })
  }

  @Test func `a cell with too little to say is hatched, one with a few failures isn't`() {
    let thin = cell(failures: 1, expected: 0.9, ratio: 3)
    #expect(HeatMap.paint(thin) == nil)
    #expect(HeatMap(cells: [thin]).svg("map").text.contains("fill=\"url(#hatching)\""))
    let told = cell(failures: 3, expected: 0.9, ratio: 3)
    #expect(HeatMap.paint(told)?.kind == "hot")
    #expect(!HeatMap(cells: [told]).svg("map").text.contains("fill=\"url(#hatching)\""))
  }

  /// ln 5 / ln 5 = 1, so half of the colour at ten expected failures; at 2.5 of them 0.35 + 0.65 · ½ of that.
  @Test func `less exposure is fainter, more than five times as often no stronger`() throws {
    let full = try #require(HeatMap.paint(cell(failures: 50, expected: 10, ratio: 5)))
    let faint = try #require(HeatMap.paint(cell(failures: 12, expected: 2.5, ratio: 5)))
    let most = try #require(HeatMap.paint(cell(failures: 500, expected: 50, ratio: 60)))
    let less = try #require(HeatMap.paint(cell(failures: 2, expected: 10, ratio: 0.2)))
    #expect(abs(full.opacity - 0.5) < 1e-9 && abs(faint.opacity - 0.3375) < 1e-9 && abs(most.opacity - 0.5) < 1e-9)
    #expect(less.kind == "cool" && abs(less.opacity - 0.5) < 1e-9)
  }

  @Test(arguments: [Palette.light, .dark]) func `a figure can be read on the strongest cell`(palette: Palette) throws {
    for kind in ["hot", "cool"] {
      let contrast = try #require(palette.contrast("text", "card", under: kind, opacity: HeatMap.strongest))
      #expect(contrast >= 4.5, "\(kind): \(contrast)")
    }
  }

  // MARK: Forest plot

  @Test func `a forest plot says the same where there is room and where there is little`() {
    let rows = [
      ForestPlot.Row(label: "US-FL", ratio: Estimate(mean: 5, low: 2, high: 12), note: "37 in 41k"),
      ForestPlot.Row(label: "DE-BY", ratio: nil),
    ]
    let text = ForestPlot(rows: rows, axis: "rate ratio", noteTitle: "in device-days").svg("regions").text
    let drawings = text.components(separatedBy: "<svg ").dropFirst()
    #expect(drawings.count == 2 && drawings.count { $0.hasPrefix("class=\"plot forest narrow\"") } == 1)
    for drawing in drawings {
      for word in ["US-FL", "5.0 × [2.0–12.0]", "37 in 41k", "DE-BY", "no comparison", "rate ratio", "in device-days"] {
        #expect(drawing.contains(word), "\(word)")
      }
    }
  }

  // MARK: Scales

  @Test func `a logarithmic axis puts the geometric mean in the middle`() {
    let scale = Scale(0.5, 8, from: 0, to: 100, isLogarithmic: true)
    #expect(abs(scale.place(2) - 50) < 1e-9 && scale.place(100) == 100 && scale.place(0) == 0)
    #expect(scale.ticks(6) == [0.5, 1, 2, 5])
  }

  @Test func `ticks are round, and labels short`() {
    #expect(Scale(0, 0.93, from: 0, to: 1).ticks(5).map { Scale.label($0) } == ["0", "0.2", "0.4", "0.6", "0.8"])
    #expect(
      [0, 0.05, 1, 1500, 2_000_000, 0.0004, -3].map { Scale.label($0) } == [
        "0", "0.05", "1", "1.5k", "2M", "4e-4", "-3",
      ])
  }

  @Test func `an axis without a span, or with what is no number, is drawn all the same`() {
    let scale = Scale(.nan, .infinity, from: 0, to: 100)
    #expect(scale.place(.nan) == 0 && scale.ticks(5).count > 2)
    #expect(Scale(3, 3, from: 0, to: 100).place(3) == 0)
  }
}
