import Vocabulary

/// Which reports of one device were counted already: the last four boots with a window of 1 024 sequence numbers each,
/// and the digests of reports without a sequence number for as long as they could come again (the lateness limit).
struct ReportIdentities: Sendable, Hashable {
  static let mostBoots = 4
  static let window: Int64 = 1024
  /// Where counting of missing numbers ends, a device.
  private static let mostGaps: Int64 = 1_000_000

  enum Judgement { case new, seen, tooOld }

  private(set) var boots: [Boot] = []
  private(set) var digests: [Digest] = []
  /// Sequence numbers skipped within a boot, as far as the window shows: reports that the broker or the way lost.
  private(set) var gaps: Int64 = 0

  struct Boot: Sendable, Hashable {
    var name: String
    var highest: Int64
    var latest: EventTime
    /// Bit i of the ring: sequence number ≡ i (mod 1 024) within the window below `highest`.
    var ring: [UInt64]
  }

  struct Digest: Sendable, Hashable, Comparable {
    var time: EventTime
    var value: UInt64
    static func < (left: Digest, right: Digest) -> Bool { (left.time, left.value) < (right.time, right.value) }
  }

  func judge(_ report: Report) -> Judgement {
    guard let sequence = report.sequence, let name = report.boot else {
      let digest = Digest(time: report.time, value: report.digest)
      let index = digests.partitioningIndex { $0 >= digest }
      return index < digests.count && digests[index] == digest ? .seen : .new
    }
    guard let boot = boots.first(where: { $0.name == name }) else {
      // A fifth boot that was heard before all four belongs to one that had to go.
      let oldest = boots.map(\.latest).min() ?? .distantPast
      return boots.count == Self.mostBoots && report.time < oldest ? .tooOld : .new
    }
    guard sequence > boot.highest - Self.window else { return .tooOld }
    return sequence <= boot.highest && boot.isMarked(sequence) ? .seen : .new
  }

  /// Remembers a report that was judged new.
  mutating func remember(_ report: Report) {
    guard let sequence = report.sequence, let name = report.boot else {
      let digest = Digest(time: report.time, value: report.digest)
      digests.insert(digest, at: digests.partitioningIndex { $0 >= digest })
      return
    }
    guard let index = boots.firstIndex(where: { $0.name == name }) else {
      if boots.count == Self.mostBoots, let oldest = boots.indices.min(by: { boots[$0].latest < boots[$1].latest }) {
        boots.remove(at: oldest)
      }
      var boot = Boot(name: name, highest: sequence, latest: report.time, ring: Array(repeating: 0, count: 16))
      boot.mark(sequence)
      boots.append(boot)
      return
    }
    boots[index].latest = max(boots[index].latest, report.time)
    if sequence > boots[index].highest {
      // No more than the window shows: a device may name any number.
      gaps = min(gaps + min(sequence - boots[index].highest - 1, Self.window), Self.mostGaps)
      boots[index].raise(to: sequence)
    } else {
      boots[index].mark(sequence)
      gaps = max(0, gaps - 1)
    }
  }

  /// Forgets digests of reports that would be late by now.
  mutating func forget(before limit: EventTime) {
    guard let first = digests.first, first.time < limit else { return }
    digests.removeFirst(digests.partitioningIndex { $0.time >= limit })
  }
}

extension ReportIdentities.Boot {
  func isMarked(_ sequence: Int64) -> Bool {
    let bit = UInt64(bitPattern: sequence) & 1023
    return ring[Int(bit >> 6)] & 1 << (bit & 63) != 0
  }
  mutating func mark(_ sequence: Int64) {
    let bit = UInt64(bitPattern: sequence) & 1023
    ring[Int(bit >> 6)] |= 1 << (bit & 63)
  }
  mutating func raise(to sequence: Int64) {
    if sequence - highest >= ReportIdentities.window {
      ring = Array(repeating: 0, count: 16)
    } else {
      for passed in (highest + 1)..<sequence {
        let bit = UInt64(bitPattern: passed) & 1023
        ring[Int(bit >> 6)] &= ~(1 << (bit & 63))
      }
    }
    highest = sequence
    mark(sequence)
  }
}

extension ReportIdentities {
  func write(to writer: inout ByteWriter) {
    writer.write(gaps)
    writer.write(boots) { writer, boot in
      writer.write(boot.name)
      writer.write(boot.highest)
      writer.write(boot.latest)
      writer.write(boot.ring) { $0.write($1) }
    }
    writer.write(digests) { writer, digest in
      writer.write(digest.time)
      writer.write(digest.value)
    }
  }

  init(from reader: inout ByteReader) throws(UnreadableRecord) {
    gaps = min(max(try reader.integer(), 0), Self.mostGaps)
    boots = try reader.list { reader throws(UnreadableRecord) in
      Boot(
        name: try reader.text(), highest: try reader.integer(), latest: try reader.time(),
        ring: try reader.list { reader throws(UnreadableRecord) in try reader.integer() })
    }
    guard boots.allSatisfy({ $0.ring.count == 16 }) else {
      throw UnreadableRecord(description: "a window of sequence numbers has a wrong size")
    }
    digests = try reader.list { reader throws(UnreadableRecord) in
      Digest(time: try reader.time(), value: try reader.integer())
    }
  }
}

extension RandomAccessCollection {
  /// The first index from which on `predicate` holds, in a collection that is ordered by it.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
    var low = startIndex
    var count = self.count
    while count > 0 {
      let middle = index(low, offsetBy: count / 2)
      if predicate(self[middle]) {
        count /= 2
      } else {
        low = index(after: middle)
        count -= count / 2 + 1
      }
    }
    return low
  }
}
