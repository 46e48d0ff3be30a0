import Testing
import Vocabulary

@testable import DefectModel

struct StormWeightsTests {
  private static let day0 = Int32(20_000 * 24)

  /// Two strata of 1 000 devices, four batches each, over 28 days; `onsets` by stratum and day.
  private func window(_ onsets: (Int, Int) -> Int32) -> CellWindow {
    var table = CellTable()
    for stratum in 0..<2 {
      for day in 0..<28 {
        for batch in 0..<4 {
          let covariates = Covariates(region: Symbol("R\(stratum)"), carrier: "C", batch: Symbol("B\(batch)"))
          table.add(
            CellCounts(atRisk: 250, onsets: batch == 0 ? onsets(stratum, day) : 0),
            startHour: Self.day0 + Int32(day) * 24, covariates: covariates)
        }
      }
    }
    table.settle()
    return PassCells(table, until: .max, factorCount: 0).window(Self.day0..<Self.day0 + 28 * 24)
  }

  private func weights(_ onsets: @escaping (Int, Int) -> Int32) -> [Double] { window(onsets).groups.map(\.weight) }

  @Test func `a day with five hundred times the usual onsets counts as five`() {
    let storm = window { stratum, day in stratum == 0 && day == 9 ? 250 : 1 }
    let low = storm.groups.filter { $0.weight < 1 }
    #expect(low.count == 1)
    #expect(low.first.map { $0.startHour } == Self.day0 + 9 * 24)
    #expect(low.first?.weight == 5.0 / 250)
    // Three times the usual ten.
    let larger = window { stratum, day in stratum == 0 && day == 9 ? 250 : 10 }.groups.filter { $0.weight < 1 }
    #expect(larger.first.map { abs($0.weight * 250 - 30) < 0.5 } == true)
    #expect(!storm.usual.isCalm)
  }

  @Test func `what varies by chance, doubles for good, or has just begun keeps all its weight`() {
    #expect(weights { _, day in Int32([3, 5, 8, 2, 12, 6, 4][day % 7]) }.allSatisfy { $0 == 1 })
    #expect(weights { stratum, day in stratum == 0 && day >= 20 ? 10 : 5 }.allSatisfy { $0 == 1 })
    #expect(weights { _, day in day < 2 ? 0 : day == 27 ? 12 : 5 }.allSatisfy { $0 == 1 })
  }

  @Test func `two days of one storm don't excuse each other`() {
    let low = window { stratum, day in stratum == 1 && (day == 9 || day == 10) ? 200 : 1 }.groups.filter {
      $0.weight < 1
    }
    #expect(low.count == 2)
    #expect(low.allSatisfy { $0.weight * 200 <= 5 })
  }

  /// In an outage that nobody announced good and bad devices fail alike: 70 % of a stratum on two days.
  @Test(arguments: [21, 22] as [UInt64])
  func `a bad batch is found and its ratio is right, whatever storms came over its stratum`(seed: UInt64) throws {
    var days = SimulatedFleet(seed: seed, devices: 2000, days: 46) { $0.device.batch == 5 && $0.day >= 20 ? 4 : 1 }
      .run()
      .days
    for day in [24, 25, 30] {
      days[day] = days[day].map { evidence in
        var evidence = evidence
        let covariates = evidence.cell.covariates
        if covariates.region == "R1" || covariates.region == "R2", covariates.carrier == "C0" {
          let struck = Int32((Double(evidence.counts.atRisk) * 0.7).rounded())
          evidence.counts.onsets = max(evidence.counts.onsets, struck)
        }
        return evidence
      }
    }
    let result = SimulatedFleet.findings(in: days, passEvery: 4)
    // In between, it may not be told from the batch on one of its firmwares.
    #expect(result.findings.last?.cohort == Cohort(cause: .batch, batch: SimulatedFleet.batchName(5)))
    #expect(
      result.findings.allSatisfy {
        $0.belief.candidates.contains { $0.cohort.cause == .batch && $0.cohort.batch == SimulatedFleet.batchName(5) }
      })
    let last = try #require(
      result.last.flatMap(\.cohorts).first {
        $0.cohort.batch == SimulatedFleet.batchName(5) && $0.cohort.cause == .batch
      })
    #expect(last.rateRatio.low < 4.5 && last.rateRatio.high > 3)
  }
}
