import Vocabulary

/// A bucket's cells, packed: two or three bytes each instead of the hundred of a hash table, in the order of their words'
/// text (region, carrier, batch, firmware, age, weather, factors), so that any order of arrival and any numbering gives
/// the same sums, to the last bit. A row is its profile's number as LEB128, and its counts where they are other than one device at
/// risk; runs of one stratum carry their totals, so that a stratum without onsets need not be looked into.
struct FrozenBucket: Sendable {
  struct Group: Sendable {
    var stratum: Int32
    /// Rows that count: with a device at risk.
    var rowCount: Int32 = 0
    var bytes: Range<Int>
    var atRisk: Int64 = 0
    var onsets: Int64 = 0

    /// Whether it tells one cohort from another once the stratum's own rate is left out.
    var isInformative: Bool { onsets > 0 && rowCount > 1 }
  }

  let startHour: Int32
  private(set) var groups: ContiguousArray<Group> = []
  private(set) var bytes: ContiguousArray<UInt8> = []

  init(startHour: Int32) { self.startHour = startHour }

  var isEmpty: Bool { bytes.isEmpty }
  var hasOnsets: Bool { groups.contains { $0.onsets > 0 } }

  /// Adds a cell behind those there are: the caller keeps the order.
  mutating func append(stratum: Int32, profile: Int32, _ counts: CellCounts) {
    if groups.last?.stratum != stratum { groups.append(Group(stratum: stratum, bytes: bytes.count..<bytes.count)) }
    let isOne = counts.atRisk == 1 && counts.onsets == 0 && counts.symptoms == 0
    bytes.appendVarint(UInt64(UInt32(bitPattern: profile)) << 1 | (isOne ? 0 : 1))
    if !isOne {
      let hasMore = counts.onsets != 0 || counts.symptoms != 0
      bytes.appendVarint(Self.zigzag(counts.atRisk) << 1 | (hasMore ? 1 : 0))
      if hasMore {
        bytes.appendVarint(Self.zigzag(counts.onsets))
        bytes.appendVarint(Self.zigzag(counts.symptoms))
      }
    }
    let last = groups.count - 1
    groups[last].bytes = groups[last].bytes.lowerBound..<bytes.count
    if counts.atRisk > 0 || counts.onsets > 0 {
      groups[last].rowCount += 1
      groups[last].atRisk += Int64(max(counts.atRisk, counts.onsets))
      groups[last].onsets += Int64(max(counts.onsets, 0))
    }
  }

  /// No more bytes than are used.
  mutating func trim() {
    bytes = ContiguousArray(unsafeUninitializedCapacity: bytes.count) { buffer, count in
      count = buffer.initialize(fromContentsOf: bytes)
    }
  }

  /// Every cell of a group as it was added.
  @inline(__always)
  func forEachCell(of group: Group, _ body: (_ profile: Int32, _ counts: CellCounts) -> Void) {
    unpack(group) { body($0, CellCounts(atRisk: $1, onsets: $2, symptoms: $3)) }
  }

  /// The cells of a group that count. A device that failed was at risk: a table that lacks a shard mustn't divide by
  /// nothing.
  @inline(__always)
  func forEachRow(of group: Group, _ body: (_ profile: Int, _ atRisk: Double, _ onsets: Double) -> Void) {
    unpack(group) { profile, atRisk, onsets, _ in
      if atRisk > 0 || onsets > 0 { body(Int(profile), Double(max(atRisk, onsets)), Double(max(onsets, 0))) }
    }
  }

  @inline(__always)
  private func unpack(
    _ group: Group, _ body: (_ profile: Int32, _ atRisk: Int32, _ onsets: Int32, _ symptoms: Int32) -> Void
  ) {
    bytes.withUnsafeBufferPointer { bytes in
      var position = group.bytes.lowerBound
      while position < group.bytes.upperBound {
        let head = bytes.varint(&position)
        let profile = Int32(truncatingIfNeeded: head >> 1)
        guard head & 1 != 0 else {
          body(profile, 1, 0, 0)
          continue
        }
        let packed = bytes.varint(&position)
        if packed & 1 == 0 {
          body(profile, Self.unzigzag(packed >> 1), 0, 0)
        } else {
          let onsets = Self.unzigzag(bytes.varint(&position))
          body(profile, Self.unzigzag(packed >> 1), onsets, Self.unzigzag(bytes.varint(&position)))
        }
      }
    }
  }

  /// The same cells, with the differences added: those are sorted by `rank`, as the cells are. A cell that becomes zero
  /// vanishes.
  func merged(
    with differences: [(rank: UInt64, stratum: Int32, profile: Int32, counts: CellCounts)], lexicon: Lexicon
  ) -> FrozenBucket {
    var result = FrozenBucket(startHour: startHour)
    result.bytes.reserveCapacity(bytes.count + differences.count * 4)
    var next = 0
    func appendDifferences(before rank: UInt64) {
      while next < differences.count, differences[next].rank < rank {
        let difference = differences[next]
        next += 1
        if !difference.counts.isZero {
          result.append(stratum: difference.stratum, profile: difference.profile, difference.counts)
        }
      }
    }
    for group in groups {
      forEachCell(of: group) { profile, counts in
        let rank = lexicon.rank(stratum: group.stratum, profile: profile)
        appendDifferences(before: rank)
        var counts = counts
        if next < differences.count, differences[next].rank == rank {
          counts += differences[next].counts
          next += 1
        }
        if !counts.isZero { result.append(stratum: group.stratum, profile: profile, counts) }
      }
    }
    appendDifferences(before: .max)
    result.trim()
    return result
  }

  /// The same cells under other numbers of their profiles.
  func renumbered(_ numbers: ContiguousArray<Int32>) -> FrozenBucket {
    var result = FrozenBucket(startHour: startHour)
    result.bytes.reserveCapacity(bytes.count)
    for group in groups {
      forEachCell(of: group) { result.append(stratum: group.stratum, profile: numbers[Int($0)], $1) }
    }
    result.trim()
    return result
  }

  @inline(__always)
  private static func zigzag(_ value: Int32) -> UInt64 { UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)) }

  @inline(__always)
  private static func unzigzag(_ value: UInt64) -> Int32 {
    let low = UInt32(truncatingIfNeeded: value)
    return Int32(bitPattern: low >> 1) ^ -Int32(bitPattern: low & 1)
  }
}

extension Lexicon {
  /// The place of a cell among all cells of a bucket, by the words' text.
  @inline(__always)
  func rank(stratum: Int32, profile: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: stratumRanks[Int(stratum)])) << 32 | UInt64(UInt32(bitPattern: ranks[Int(profile)]))
  }
}

extension ContiguousArray<UInt8> {
  @inline(__always)
  fileprivate mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Of bytes that this program packed itself: they end where they should.
  @inline(__always)
  fileprivate func varint(_ position: inout Int) -> UInt64 {
    let first = self[position]
    position &+= 1
    if first < 0x80 { return UInt64(first) }
    var value = UInt64(first & 0x7f)
    var shift: UInt64 = 7
    while true {
      let next = self[position]
      position &+= 1
      value |= UInt64(next & 0x7f) &<< shift
      if next < 0x80 { return value }
      shift &+= 7
    }
  }
}
