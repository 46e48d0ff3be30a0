import Vocabulary

/// A region and a carrier; with a bucket, the group within which devices are compared.
struct Stratum: Hashable, Sendable, Comparable {
  var region: Symbol
  var carrier: Symbol

  static func < (left: Stratum, right: Stratum) -> Bool {
    left.region == right.region ? left.carrier < right.carrier : left.region < right.region
  }
}

/// Small numbers for words, so that sums run over arrays. They follow the order of arrival: nothing may be summed or
/// compared in their order.
struct Numbering<Key: Hashable & Sendable>: Sendable {
  private(set) var keys: [Key] = []
  private var numbers: [Key: Int32] = [:]

  mutating func number(of key: Key) -> Int {
    if let known = numbers[key] { return Int(known) }
    numbers[key] = Int32(keys.count)
    keys.append(key)
    return keys.count - 1
  }
}

/// The words of one mode's cells.
struct Lexicon: Sendable {
  var strata = Numbering<Stratum>()
  var batches = Numbering<Symbol>()
  var firmwares = Numbering<Symbol>()
}

/// One cell in the form in which the arithmetic wants it.
struct CellRow: Sendable {
  var stratum: Int32
  var batch: Int32
  var firmware: Int32
  var age: UInt8
  var weather: WeatherBin
  var factors: FactorBins
  var atRisk: Double
  var onsets: Double
}

/// A bucket's cells in the order of their words' text (region, carrier, batch, firmware, age, weather, factors): any
/// order of arrival and any numbering of symbols gives the same sums, to the last bit.
struct BucketRows: Sendable {
  struct Group: Sendable {
    var stratum: Int32
    var rows: Range<Int>
    var atRisk: Double
    var onsets: Double
  }

  let startHour: Int32
  private(set) var rows: ContiguousArray<CellRow> = []
  /// The runs of rows with the same stratum.
  private(set) var groups: [Group] = []

  init(startHour: Int32, cells: [Covariates: CellCounts], lexicon: inout Lexicon) {
    self.startHour = startHour
    let ranks = Self.ranks(of: cells.keys)
    var keyed: [(key: SortKey, covariates: Covariates, counts: CellCounts)] = []
    keyed.reserveCapacity(cells.count)
    for (covariates, counts) in cells where counts.atRisk > 0 || counts.onsets > 0 {
      keyed.append((SortKey(covariates, ranks: ranks), covariates, counts))
    }
    keyed.sort { $0.key < $1.key }
    rows.reserveCapacity(keyed.count)
    for (_, covariates, counts) in keyed {
      let stratum = lexicon.strata.number(
        of: Stratum(region: covariates.region, carrier: covariates.carrier))
      let onsets = Double(max(counts.onsets, 0))
      let row = CellRow(
        stratum: Int32(stratum), batch: Int32(lexicon.batches.number(of: covariates.batch)),
        firmware: Int32(lexicon.firmwares.number(of: covariates.firmware)), age: covariates.age,
        weather: covariates.weather, factors: covariates.factors,
        // A device that failed was at risk: a table that lacks a shard mustn't divide by nothing.
        atRisk: max(Double(counts.atRisk), onsets), onsets: onsets)
      if let last = groups.indices.last, groups[last].stratum == row.stratum {
        groups[last].rows = groups[last].rows.lowerBound..<(rows.count + 1)
        groups[last].atRisk += row.atRisk
        groups[last].onsets += row.onsets
      } else {
        groups.append(
          Group(
            stratum: row.stratum, rows: rows.count..<(rows.count + 1), atRisk: row.atRisk, onsets: row.onsets))
      }
      rows.append(row)
    }
  }

  private static func ranks(of keys: Dictionary<Covariates, CellCounts>.Keys) -> [Symbol: UInt64] {
    var symbols: Set<Symbol> = []
    for covariates in keys {
      symbols.insert(covariates.region)
      symbols.insert(covariates.carrier)
      symbols.insert(covariates.batch)
      symbols.insert(covariates.firmware)
    }
    var ranks: [Symbol: UInt64] = [:]
    // Each word's text is fetched once: Symbol's own order asks for it at each comparison.
    let sorted = symbols.map { ($0, Array($0.text.utf8)) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }
    for (rank, entry) in sorted.enumerated() { ranks[entry.0] = UInt64(rank) }
    return ranks
  }
}

private struct SortKey: Comparable {
  let stratum: UInt64
  let cohort: UInt64
  let rest: UInt64

  init(_ covariates: Covariates, ranks: [Symbol: UInt64]) {
    func rank(_ symbol: Symbol) -> UInt64 { ranks[symbol] ?? 0 }
    stratum = rank(covariates.region) << 32 | rank(covariates.carrier)
    cohort = rank(covariates.batch) << 32 | rank(covariates.firmware)
    rest = UInt64(covariates.age) << 40 | UInt64(covariates.weather.rawValue) << 32 | UInt64(covariates.factors.packed)
  }

  static func < (left: SortKey, right: SortKey) -> Bool {
    if left.stratum != right.stratum { return left.stratum < right.stratum }
    if left.cohort != right.cohort { return left.cohort < right.cohort }
    return left.rest < right.rest
  }
}
