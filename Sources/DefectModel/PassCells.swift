import Vocabulary

/// The cells that one pass looks at. Most loops of a pass run over strata-buckets with onsets alone, several times each:
/// those are unpacked once, for all of them.
struct PassCells: Sendable {
  /// A stratum's bucket with onsets, unpacked.
  struct Group: Sendable {
    var startHour: Int32
    var stratum: Int32
    var rows: Range<Int>
    /// Into `onsetRows`.
    var failed: Range<Int>
    var atRisk: Double
    var onsets: Double
    /// See `StormWeights`: of all that the onsets of this bucket are taken to tell.
    var weight = 1.0

    /// See `FrozenBucket.Group`.
    var isInformative: Bool { onsets > 0 && rows.count > 1 }
  }

  struct OnsetRow: Sendable {
    var row: Int
    var profile: Int32
    var startHour: Int32
    var onsets: Double
  }

  let lexicon: Lexicon
  let factorCount: Int
  /// In time order, each within `hours`.
  let buckets: [FrozenBucket]
  /// In the order of time and then of the strata's names.
  let groups: ContiguousArray<Group>
  let onsetRows: ContiguousArray<OnsetRow>
  let profiles: ContiguousArray<Int32>
  let atRisk: ContiguousArray<Int32>

  init(_ table: CellTable, until end: Int32, factorCount: Int) {
    lexicon = table.lexicon
    self.factorCount = factorCount
    buckets = Array(table.buckets(in: .min..<end))
    var groups: ContiguousArray<Group> = []
    var onsetRows: ContiguousArray<OnsetRow> = []
    var profiles: ContiguousArray<Int32> = []
    var atRisk: ContiguousArray<Int32> = []
    let count = buckets.reduce(0) { $0 + $1.groups.reduce(0) { $0 + ($1.onsets > 0 ? Int($1.rowCount) : 0) } }
    profiles.reserveCapacity(count)
    atRisk.reserveCapacity(count)
    for bucket in buckets {
      for group in bucket.groups where group.onsets > 0 {
        let firstRow = profiles.count
        let firstOnset = onsetRows.count
        bucket.forEachRow(of: group) { profile, exposure, onsets in
          if onsets > 0 {
            onsetRows.append(
              OnsetRow(
                row: profiles.count, profile: Int32(profile), startHour: bucket.startHour, onsets: onsets))
          }
          profiles.append(Int32(profile))
          atRisk.append(Int32(exposure))
        }
        groups.append(
          Group(
            startHour: bucket.startHour, stratum: group.stratum, rows: firstRow..<profiles.count,
            failed: firstOnset..<onsetRows.count, atRisk: Double(group.atRisk), onsets: Double(group.onsets)))
      }
    }
    self.groups = groups
    self.onsetRows = onsetRows
    self.profiles = profiles
    self.atRisk = atRisk
  }

  /// The rows' columns without bounds checks, for the loops that take most of a pass.
  @inline(__always)
  func withRows<Answer>(
    _ body: (_ profiles: UnsafeBufferPointer<Int32>, _ atRisk: UnsafeBufferPointer<Int32>) -> Answer
  ) -> Answer {
    profiles.withUnsafeBufferPointer { profiles in atRisk.withUnsafeBufferPointer { body(profiles, $0) } }
  }

  /// - Parameter usual: what is usual, where the window itself doesn't say it.
  func window(_ hours: Range<Int32>, usual: StormWeights? = nil) -> CellWindow {
    CellWindow(cells: self, hours: hours, usual: usual)
  }
}

/// The cells of a stretch of time.
struct CellWindow: Sendable {
  let cells: PassCells
  let buckets: ArraySlice<FrozenBucket>
  let groups: ArraySlice<PassCells.Group>
  let onsetRows: ArraySlice<PassCells.OnsetRow>
  let usual: StormWeights

  fileprivate init(cells: PassCells, hours: Range<Int32>, usual: StormWeights?) {
    self.cells = cells
    func slice<Element>(_ elements: some RandomAccessCollection<Element>, _ hour: (Element) -> Int32) -> Range<Int> {
      let first = elements.partitioningIndex { hour($0) >= hours.lowerBound }
      let end = elements.partitioningIndex { hour($0) >= hours.upperBound }
      let start = elements.distance(from: elements.startIndex, to: first)
      return start..<max(start, elements.distance(from: elements.startIndex, to: end))
    }
    buckets = cells.buckets[slice(cells.buckets) { $0.startHour }]
    let usual = usual ?? StormWeights(buckets, hours: hours, strata: cells.lexicon.strata.count)
    self.usual = usual
    var groups = ArraySlice(cells.groups)[slice(cells.groups) { $0.startHour }]
    for index in groups.indices {
      let group = groups[index]
      let weight = usual.weight(
        group.stratum, startHour: group.startHour, atRisk: group.atRisk, onsets: group.onsets)
      if weight < 1 { groups[index].weight = weight }
    }
    self.groups = groups
    onsetRows = ArraySlice(cells.onsetRows)[slice(cells.onsetRows) { $0.startHour }]
  }

  var lexicon: Lexicon { cells.lexicon }
  var factorCount: Int { cells.factorCount }

  func since(_ hour: Int32) -> CellWindow { cells.window(hour..<(.max), usual: usual) }
}
