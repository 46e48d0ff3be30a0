import Vocabulary

/// The additive evidence of one failure mode: integer counts by bucket and covariates, an abelian group. Shards merge by
/// addition, a revision is a difference, a duplicate adds nothing.
struct CellTable: Sendable {
  private(set) var buckets: [Int32: [Covariates: CellCounts]] = [:]
  private(set) var changed: Set<Int32> = []
  private(set) var lexicon = Lexicon()
  private var sortedRows: [Int32: BucketRows] = [:]

  /// Adds a difference; a cell that becomes zero vanishes, and so does a bucket without cells.
  mutating func add(_ counts: CellCounts, startHour: Int32, covariates: Covariates) {
    guard !counts.isZero else { return }
    changed.insert(startHour)
    sortedRows[startHour] = nil
    let isEmpty = buckets[startHour, default: [:]].addToCell(covariates, counts)
    if isEmpty { buckets[startHour] = nil }
  }

  /// What stood in the store, as it stood.
  mutating func restore(_ cells: [Covariates: CellCounts], startHour: Int32) {
    buckets[startHour] = cells.isEmpty ? nil : cells
    sortedRows[startHour] = nil
    changed.remove(startHour)
  }

  mutating func takeChanged() -> [Int32] {
    defer { changed = [] }
    return changed.sorted()
  }

  /// The buckets that start within the range, in time order.
  mutating func rows(in range: Range<Int32>) -> [BucketRows] {
    buckets.keys.filter { range.contains($0) }.sorted().map { rows(of: $0) }
  }

  mutating func drop(before startHour: Int32) {
    for hour in buckets.keys.filter({ $0 < startHour }) {
      buckets[hour] = nil
      sortedRows[hour] = nil
      changed.insert(hour)
    }
  }

  private mutating func rows(of startHour: Int32) -> BucketRows {
    if let known = sortedRows[startHour] { return known }
    let rows = BucketRows(startHour: startHour, cells: buckets[startHour] ?? [:], lexicon: &lexicon)
    sortedRows[startHour] = rows
    return rows
  }
}

extension [Covariates: CellCounts] {
  /// Whether the table is empty afterwards.
  fileprivate mutating func addToCell(_ covariates: Covariates, _ counts: CellCounts) -> Bool {
    let sum = {
      (value: inout CellCounts) in
      value += counts
      return value.isZero
    }(&self[covariates, default: CellCounts()])
    if sum { self[covariates] = nil }
    return isEmpty
  }
}
