import Vocabulary

/// Which reports of one device were counted already: the last four boots with a window of 1 024 sequence numbers each,
/// and the digests of reports without a sequence number for as long as they could come again (the lateness limit).
struct ReportIdentities: Sendable, Hashable {
  static let mostBoots = 4
  /// One that says more without numbering it has its oldest forgotten early, and what is older than those counts as late,
  /// so that nothing counts twice.
  static let mostDigests = HistorySettings.mostDigests
  /// Where counting of missing numbers ends, a device.
  private static let mostGaps: Int64 = 1_000_000

  enum Judgement { case new, seen, tooOld }

  private(set) var boots: [Boot] = []
  private(set) var digests: [Digest] = []
  /// Reports without a number up to this time are not told apart any more.
  private(set) var digestsForgottenUpTo: EventTime?
  /// Sequence numbers skipped within a boot, as far as the window shows: reports that the broker or the way lost.
  private(set) var gaps: Int64 = 0

  struct Boot: Sendable, Hashable {
    var name: String
    var window: SequenceWindow
    var latest: EventTime
  }

  struct Digest: Sendable, Hashable, Comparable {
    var time: EventTime
    var value: UInt64
    static func < (left: Digest, right: Digest) -> Bool { (left.time, left.value) < (right.time, right.value) }
  }

  init() {}

  func judge(_ report: Report) -> Judgement {
    guard let sequence = report.sequence, let name = report.boot else {
      if let forgotten = digestsForgottenUpTo, report.time <= forgotten { return .tooOld }
      let digest = Digest(time: report.time, value: report.digest)
      let index = digests.partitioningIndex { $0 >= digest }
      return index < digests.count && digests[index] == digest ? .seen : .new
    }
    guard let boot = boots.first(where: { $0.name == name }) else {
      // A fifth boot that was heard before all four belongs to one that had to go.
      let oldest = boots.map(\.latest).min() ?? .distantPast
      return boots.count == Self.mostBoots && report.time < oldest ? .tooOld : .new
    }
    guard sequence > boot.window.highest - SequenceWindow.size else { return .tooOld }
    return boot.window.contains(sequence) ? .seen : .new
  }

  /// Remembers a report that was judged new.
  mutating func remember(_ report: Report) {
    guard let sequence = report.sequence, let name = report.boot else {
      let digest = Digest(time: report.time, value: report.digest)
      digests.insert(digest, at: digests.partitioningIndex { $0 >= digest })
      if digests.count > Self.mostDigests { digestsForgottenUpTo = digests.removeFirst().time }
      return
    }
    guard let index = boots.firstIndex(where: { $0.name == name }) else {
      if boots.count == Self.mostBoots, let oldest = boots.indices.min(by: { boots[$0].latest < boots[$1].latest }) {
        boots.remove(at: oldest)
      }
      boots.append(Boot(name: name, window: SequenceWindow(first: sequence), latest: report.time))
      return
    }
    boots[index].latest = max(boots[index].latest, report.time)
    let highest = boots[index].window.highest
    if sequence > highest {
      // No more than the window shows: a device may name any number.
      gaps = min(gaps + min(sequence - highest - 1, SequenceWindow.size), Self.mostGaps)
    } else {
      gaps = max(0, gaps - 1)
    }
    boots[index].window.insert(sequence)
  }

  /// Takes back what the last report added to `gaps`: none of its boot's numbers is missing.
  mutating func takeBackGaps(to before: Int64) { gaps = before }

  /// Forgets digests of reports that would be late by now, and boots of which nothing could come again; the last boot stays,
  /// since its numbers go on.
  mutating func forget(before limit: EventTime) {
    if let first = digests.first, first.time < limit {
      digests.removeFirst(digests.partitioningIndex { $0.time >= limit })
    }
    if let forgotten = digestsForgottenUpTo, forgotten < limit { digestsForgottenUpTo = nil }
    guard boots.count > 1, let last = boots.map(\.latest).max() else { return }
    boots.removeAll { $0.latest < limit && $0.latest < last }
  }
}

/// The sequence numbers of one boot that were taken, among the 1 024 up to the highest: as runs from the highest down
/// (taken, missing, taken, …), which for a device that loses nothing is a single one.
struct SequenceWindow: Sendable, Hashable {
  static let size: Int64 = 1024

  private(set) var highest: Int64
  /// How many were taken below and with the highest without a gap.
  private var run: Int32 = 1
  /// Further runs, missing and taken in turn; what lies below them is missing.
  private var further: [Int32] = []

  init(first: Int64) { highest = first }

  /// `sequence` must not lie below the window.
  func contains(_ sequence: Int64) -> Bool {
    guard sequence <= highest else { return false }
    var depth = highest - sequence
    if depth < Int64(run) { return true }
    depth -= Int64(run)
    for (index, length) in further.enumerated() {
      if depth < Int64(length) { return index % 2 == 1 }
      depth -= Int64(length)
    }
    return false
  }

  mutating func insert(_ sequence: Int64) {
    if sequence == highest + 1, further.isEmpty {
      highest = sequence
      if Int64(run) < Self.size { run += 1 }
      return
    }
    if sequence > highest {
      let skipped = sequence - highest - 1
      highest = sequence
      if skipped >= Self.size {
        run = 1
        further = []
        return
      }
      if skipped == 0 {
        run += 1
      } else {
        further.insert(contentsOf: [Int32(skipped), run], at: 0)
        run = 1
      }
      trim()
    } else {
      fill(Int(highest - sequence))
    }
  }

  /// Marks the number `depth` below the highest, which was missing.
  private mutating func fill(_ depth: Int) {
    var bits = [Bool](repeating: false, count: Int(Self.size))
    forEachRun { isTaken, range in
      if isTaken { for place in range { bits[place] = true } }
    }
    guard depth < bits.count else { return }
    bits[depth] = true
    var runs: [Int32] = []
    var isTaken = true
    for bit in bits {
      if runs.isEmpty || bit != isTaken {
        runs.append(0)
        isTaken = bit
      }
      runs[runs.count - 1] += 1
    }
    if runs.count % 2 == 0 { runs.removeLast() }
    run = runs[0]
    further = Array(runs.dropFirst())
  }

  /// Runs end with the window, and with one of taken numbers.
  private mutating func trim() {
    run = min(run, Int32(Self.size))
    var left = Int32(Self.size) - run
    for index in further.indices {
      guard left > 0 else {
        further.removeSubrange(index...)
        break
      }
      further[index] = min(further[index], left)
      left -= further[index]
    }
    if further.count % 2 == 1 { further.removeLast() }
  }

  private func forEachRun(_ body: (_ isTaken: Bool, _ range: Range<Int>) -> Void) {
    body(true, 0..<Int(run))
    var start = Int(run)
    for (index, length) in further.enumerated() {
      body(index % 2 == 1, start..<start + Int(length))
      start += Int(length)
    }
  }
}

extension SequenceWindow {
  func write(to writer: inout PackedWriter) {
    writer.signed(highest)
    writer.count(further.count)
    writer.unsigned(UInt64(run))
    for length in further { writer.unsigned(UInt64(length)) }
  }

  init(from reader: inout PackedReader) {
    highest = reader.signed()
    let count = reader.count()
    run = Int32(truncatingIfNeeded: reader.unsigned())
    for _ in 0..<count { further.append(Int32(truncatingIfNeeded: reader.unsigned())) }
  }

  /// From the bits of the first stored form: bit i of the ring is the number ≡ i (mod 1 024) in the window.
  init(highest: Int64, ring: [UInt64]) {
    self.highest = highest
    for depth in (1..<Int(Self.size)).reversed() {
      let bit = UInt64(bitPattern: highest &- Int64(depth)) & 1023
      if ring[Int(bit >> 6)] & 1 << (bit & 63) != 0 { fill(depth) }
    }
  }
}

extension ReportIdentities {
  /// `lastHeard` is the usual time of the newest boot: the difference takes a byte.
  func write(to writer: inout PackedWriter, lastHeard: EventTime) {
    // Most devices: one boot, no digests, no gaps.
    let hasRest = gaps > 0 || !digests.isEmpty || digestsForgottenUpTo != nil
    writer.unsigned(UInt64(boots.count) << 1 | (hasRest ? 1 : 0))
    for boot in boots {
      writer.text(boot.name)
      writer.signed(boot.latest.milliseconds - lastHeard.milliseconds)
      boot.window.write(to: &writer)
    }
    guard hasRest else { return }
    writer.unsigned(UInt64(gaps))
    writer.unsigned(digestsForgottenUpTo == nil ? 0 : 1)
    if let digestsForgottenUpTo { writer.time(digestsForgottenUpTo) }
    writer.count(digests.count)
    var before = EventTime(milliseconds: Packed.epoch)
    for digest in digests {
      writer.signed(digest.time.milliseconds - before.milliseconds)
      writer.fixed(digest.value)
      before = digest.time
    }
  }

  mutating func read(from reader: inout PackedReader, lastHeard: EventTime) {
    boots.removeAll(keepingCapacity: true)
    digests.removeAll(keepingCapacity: true)
    digestsForgottenUpTo = nil
    gaps = 0
    let header = reader.unsigned()
    for _ in 0..<(header >> 1) {
      let name = reader.text()
      let latest = lastHeard + reader.signed()
      boots.append(Boot(name: name, window: SequenceWindow(from: &reader), latest: latest))
    }
    guard header & 1 == 1 else { return }
    gaps = Int64(truncatingIfNeeded: reader.unsigned())
    if reader.unsigned() == 1 { digestsForgottenUpTo = reader.time() }
    var before = EventTime(milliseconds: Packed.epoch)
    for _ in 0..<reader.count() {
      before = before + reader.signed()
      digests.append(Digest(time: before, value: reader.fixed()))
    }
  }

  /// The gaps alone.
  static func gaps(from reader: inout PackedReader) -> Int64 {
    let header = reader.unsigned()
    guard header & 1 == 1 else { return 0 }
    for _ in 0..<(header >> 1) {
      reader.skip(reader.count())
      _ = reader.signed()
      _ = reader.signed()
      let runs = reader.count()
      for _ in 0...runs { _ = reader.unsigned() }
    }
    return Int64(truncatingIfNeeded: reader.unsigned())
  }

  /// From the first stored form.
  init(gaps: Int64, boots: [Boot], digests: [Digest]) {
    self.gaps = min(max(gaps, 0), Self.mostGaps)
    self.boots = boots
    self.digests = digests
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
