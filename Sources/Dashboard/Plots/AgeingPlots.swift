import ControlProtocol
import Terminal

/// How failures come with age: how many a device has had, and how likely the next is.
struct AgeingPlots {
  /// The whole product.
  var whole: AgeingItem
  /// One of its batches, to compare.
  var batch: AgeingItem?

  private var cohorts: [(item: AgeingItem, kind: String)] {
    [(whole, "")] + (batch.map { [($0, "hot")] } ?? [])
  }

  private func placed(_ item: AgeingItem) -> [(from: Double, until: Double, bin: AgeingItem.Bin)] {
    item.bins.compactMap { bin in
      guard let from = bin.fromDays else { return nil }
      return (from, bin.untilDays ?? from * 1.25, bin)
    }
  }

  private var oldest: Double {
    max(cohorts.flatMap { placed($0.item) }.filter { $0.bin.deviceDays > 0 }.map(\.until).max() ?? 30, 1)
  }

  private struct Point {
    var x = 0.0
    var low = 0.0
    var mean = 0.0
    var high = 0.0
  }

  func cumulative(_ title: String) -> HTML {
    let curves = cohorts.map { cohort in
      let points = placed(cohort.item).compactMap { bin in
        bin.bin.cumulative.map { Point(x: bin.until, low: $0.low, mean: $0.mean, high: $0.high) }
      }
      return (kind: cohort.kind, points: [Point()] + points)
    }
    let most = curves.flatMap(\.points).map(\.high).max() ?? 1
    var drawing = Drawing(height: 270, x: (0, oldest), y: (0, max(most * 1.05, 1e-6)))
    drawing.axisX("age in days")
    drawing.axisY("failures a device", ticks: drawing.y.ticks(5).map { ($0, Scale.label($0)) })
    for curve in curves { drawing.band(curve.points.map { ($0.x, $0.low, $0.high) }, "band-\(curve.kind)") }
    for curve in curves { drawing.line(curve.points.map { ($0.x, $0.mean) }, curve.kind) }
    return drawing.svg(title)
  }

  func hazard(_ title: String) -> HTML {
    let bins = cohorts.map { cohort in
      (kind: cohort.kind, bins: placed(cohort.item).filter { $0.bin.hazardPerDay != nil })
    }
    // An age with next to no exposure has an interval that would press all others flat.
    let highs = bins.flatMap(\.bins).compactMap { bin in bin.bin.hazardPerDay.map { min($0.high, $0.mean * 6) } }
    var drawing = Drawing(height: 270, x: (0, oldest), y: (0, max((highs.max() ?? 1) * 1000 * 1.05, 1e-6)))
    drawing.axisX("age in days")
    drawing.axisY("failures in 1,000 device-days", ticks: drawing.y.ticks(5).map { ($0, Scale.label($0)) })
    for (index, cohort) in bins.enumerated() {
      for bin in cohort.bins {
        guard let hazard = bin.bin.hazardPerDay else { continue }
        let place = bin.from + (bin.until - bin.from) * (index == 0 ? 0.45 : 0.55)
        drawing.line([(bin.from, hazard.mean * 1000), (min(bin.until, oldest), hazard.mean * 1000)], cohort.kind)
        if place <= oldest {
          drawing.whisker(x: place, low: hazard.low * 1000, high: hazard.high * 1000, cohort.kind)
        }
      }
    }
    return drawing.svg(title)
  }

  var table: DataTable {
    DataTable(
      "Failures by age",
      [
        "Cohort", .number("From (days)"), .number("Until (days)"), .number("Device-days"), .number("Failures"),
        .number("In 1,000 device-days"), .number("Low"), .number("High"), .number("Cumulative a device"),
        .number("Cumulative low"), .number("Cumulative high"),
      ],
      rows: cohorts.flatMap { cohort in
        cohort.item.bins.map { bin in
          let hazard = bin.hazardPerDay
          return [
            .init(cohort.item.batch ?? "whole product"), .init(bin.fromDays, 0), .init(bin.untilDays, 0),
            .init(bin.deviceDays, 0), .init(bin.onsets), .init(hazard.map { $0.mean * 1000 }, 3),
            .init(hazard.map { $0.low * 1000 }, 3), .init(hazard.map { $0.high * 1000 }, 3),
            .init(bin.cumulative?.mean, 4), .init(bin.cumulative?.low, 4), .init(bin.cumulative?.high, 4),
          ]
        }
      })
  }
}
