import Vocabulary

/// The additive evidence of one failure mode: integer counts by bucket and covariates, an abelian group. Shards merge by
/// addition, a revision is a difference, a duplicate adds nothing.
///
/// Buckets are kept packed; differences wait in small hash tables, one a bucket, and are merged in before anyone looks.
struct CellTable: Sendable {
  private(set) var lexicon = Lexicon()
  private(set) var changed: Set<Int32> = []
  /// In the order of time; none is empty.
  private var frozen: [FrozenBucket] = []
  private var pending: [PendingCells] = []
  /// The one that was added to last: evidence comes bucket by bucket.
  private var current = 0
  /// Profiles after the last clearing out of those that no bucket names any more.
  private var profilesKept = 0

  /// Profiles may double before it is looked which of them are still named.
  private static let fewestProfiles = 1024

  /// Adds a difference; a cell that becomes zero vanishes, and so does a bucket without cells.
  @inline(__always)
  mutating func add(_ counts: CellCounts, startHour: Int32, covariates: Covariates) {
    guard !counts.isZero else { return }
    if current >= pending.count || pending[current].startHour != startHour { select(startHour) }
    let stratum = lexicon.stratum(covariates)
    let profile = lexicon.profile(covariates)
    pending[current].add(counts, stratum: stratum, profile: profile)
  }

  @inline(never)
  private mutating func select(_ startHour: Int32) {
    changed.insert(startHour)
    if let known = pending.firstIndex(where: { $0.startHour == startHour }) {
      current = known
    } else {
      current = pending.count
      pending.append(PendingCells(startHour: startHour))
    }
  }

  /// Merges what has been added since, and brings the lexicon's order up to date.
  mutating func settle() {
    lexicon.sort()
    for cells in pending {
      let differences = cells.sorted(lexicon)
      let index = frozen.partitioningIndex { $0.startHour >= cells.startHour }
      let isKnown = index < frozen.count && frozen[index].startHour == cells.startHour
      let before = isKnown ? frozen[index] : FrozenBucket(startHour: cells.startHour)
      let merged = before.merged(with: differences, lexicon: lexicon)
      switch (isKnown, merged.isEmpty) {
      case (true, true): frozen.remove(at: index)
      case (true, false): frozen[index] = merged
      case (false, false): frozen.insert(merged, at: index)
      case (false, true): break
      }
    }
    pending = []
    current = 0
  }

  /// The buckets that start within the range, in time order; what was added since `settle()` isn't in them.
  func buckets(in range: Range<Int32>) -> ArraySlice<FrozenBucket> {
    let first = frozen.partitioningIndex { $0.startHour >= range.lowerBound }
    let end = frozen.partitioningIndex { $0.startHour >= range.upperBound }
    return frozen[first..<max(first, end)]
  }

  func bucket(_ startHour: Int32) -> FrozenBucket? {
    let index = frozen.partitioningIndex { $0.startHour >= startHour }
    return index < frozen.count && frozen[index].startHour == startHour ? frozen[index] : nil
  }

  /// Every bucket, in time order.
  var all: [FrozenBucket] { frozen }

  mutating func takeChanged() -> [Int32] {
    settle()
    defer { changed = [] }
    return changed.sorted()
  }

  /// What stood in the store, as it stood.
  mutating func restore(_ blob: [UInt8], startHour: Int32) throws(BlobFault) {
    settle()
    let bucket = try CellBlob.decode(blob, startHour: startHour, lexicon: &lexicon)
    frozen.removeAll { $0.startHour == startHour }
    if !bucket.isEmpty { frozen.insert(bucket, at: frozen.partitioningIndex { $0.startHour >= startHour }) }
    changed.remove(startHour)
  }

  mutating func drop(before startHour: Int32) {
    settle()
    let count = frozen.partitioningIndex { $0.startHour >= startHour }
    guard count > 0 else { return }
    for bucket in frozen[..<count] { changed.insert(bucket.startHour) }
    frozen.removeFirst(count)
    forgetUnnamedProfiles()
  }

  /// Ages pass and firmware goes: without this the profiles would grow with the years.
  private mutating func forgetUnnamedProfiles() {
    guard lexicon.profiles.count > 2 * max(profilesKept, Self.fewestProfiles) else { return }
    var isNamed = ContiguousArray(repeating: false, count: lexicon.profiles.count)
    for bucket in frozen {
      for group in bucket.groups { bucket.forEachCell(of: group) { profile, _ in isNamed[Int(profile)] = true } }
    }
    lexicon.sort()
    let (kept, numbers) = lexicon.keeping(isNamed)
    lexicon = kept
    profilesKept = kept.profiles.count
    for index in frozen.indices { frozen[index] = frozen[index].renumbered(numbers) }
  }
}

/// Differences to one bucket that haven't been merged yet.
private struct PendingCells: Sendable {
  let startHour: Int32
  private var cells = Numbering<UInt64>()
  private var counts: ContiguousArray<CellCounts> = []

  init(startHour: Int32) { self.startHour = startHour }

  @inline(__always)
  mutating func add(_ difference: CellCounts, stratum: Int, profile: Int) {
    let number = cells.number(of: UInt64(stratum) << 32 | UInt64(profile))
    if number == counts.count { counts.append(difference) } else { counts[number] += difference }
  }

  func sorted(_ lexicon: Lexicon) -> [(rank: UInt64, stratum: Int32, profile: Int32, counts: CellCounts)] {
    var ranks = cells.keys.enumerated().map { number, key in
      (
        rank: lexicon.rank(stratum: Int32(key >> 32), profile: Int32(truncatingIfNeeded: key)),
        number: Int32(number)
      )
    }
    ranks.sort { $0.rank < $1.rank }
    return ranks.map { rank, number in
      let key = cells.keys[Int(number)]
      return (rank, Int32(key >> 32), Int32(truncatingIfNeeded: key), counts[Int(number)])
    }
  }
}

extension RandomAccessCollection {
  /// The first index from which on the predicate holds; the collection is ordered by it.
  func partitioningIndex(where isBehind: (Element) -> Bool) -> Index {
    var low = startIndex
    var count = count
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if isBehind(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
