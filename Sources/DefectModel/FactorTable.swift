package import Vocabulary

/// Evidence of one failure mode by risk factors alone, as a search for factors sees it: sets of devices that were at risk in the
/// same bucket, region, carrier and firmware, each split by the bins of some factors. Like the cells, it adds: a difference
/// of a revised bucket takes back what it said before.
package struct FactorTable: Sendable {
  struct Place: Hashable, Comparable {
    var startHour: Int32
    var region, carrier, firmware: Symbol

    static func < (left: Place, right: Place) -> Bool {
      if left.startHour != right.startHour { return left.startHour < right.startHour }
      if left.region != right.region { return left.region < right.region }
      return left.carrier == right.carrier ? left.firmware < right.firmware : left.carrier < right.carrier
    }
  }

  private var cells: [Place: [UInt32: (atRisk: Int64, onsets: Int64)]] = [:]

  package init() {}

  package mutating func add(_ evidence: Evidence) {
    let covariates = evidence.cell.covariates
    let place = Place(
      startHour: evidence.cell.bucket.startHour, region: covariates.region, carrier: covariates.carrier,
      firmware: covariates.firmware)
    var cell = cells[place]?[covariates.factors.packed] ?? (0, 0)
    cell.atRisk += Int64(evidence.counts.atRisk)
    cell.onsets += Int64(evidence.counts.onsets)
    cells[place, default: [:]][covariates.factors.packed] = cell
  }

  /// A set in which somebody failed and not all devices are of the same bins.
  struct Informative: Sendable {
    struct Row: Sendable {
      var bins: FactorBins
      var atRisk: Double
      var onsets: Double
    }
    var startHour: Int32
    var rows: [Row]
    var onsets: Double
  }

  /// In the order of time and then of words.
  var informative: [Informative] {
    cells.sorted { $0.key < $1.key }.compactMap { place, rows in
      let sorted = rows.sorted { $0.key < $1.key }
        .map {
          Informative.Row(
            bins: FactorBins(packed: $0.key), atRisk: Double(max($0.value.atRisk, $0.value.onsets)),
            onsets: Double(max($0.value.onsets, 0)))
        }.filter { $0.atRisk > 0 }
      let onsets = sorted.reduce(0) { $0 + $1.onsets }
      return onsets > 0 && sorted.count > 1
        ? Informative(startHour: place.startHour, rows: sorted, onsets: onsets) : nil
    }
  }

  /// Onsets in all, informative or not.
  package var onsets: Int { Int(cells.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.onsets } }) }
}
