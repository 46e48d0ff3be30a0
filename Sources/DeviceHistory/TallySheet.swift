import Vocabulary

/// What one device said, bucket by bucket, added up so that the order of its reports doesn't matter. One row a bucket in
/// which it was heard, in the order of time; signals and events lie in flat columns, since a pass reads millions of them.
struct TallySheet: Sendable, Hashable {
  let signalCount: Int
  let eventCount: Int
  private(set) var heads: [Head] = []
  private(set) var signals: [SignalTally] = []
  private(set) var events: [Int32] = []

  struct Head: Sendable, Hashable {
    var startHour: Int32
    var reports: Int32 = 0
    var firmware = FirmwareSpan()
    /// Nothing but the firmware and the events of counting windows is kept of it: it can't be revised any more.
    var isStripped = false
  }

  init(signals: Int, events: Int) {
    signalCount = signals
    eventCount = events
  }

  init(shape: RecordShape) { self.init(signals: shape.signals.count, events: shape.events.count) }

  var count: Int { heads.count }
  var isEmpty: Bool { heads.isEmpty }

  @inline(__always)
  func signal(_ row: Int, _ slot: Int) -> SignalTally { signals[row * signalCount + slot] }
  @inline(__always)
  func event(_ row: Int, _ slot: Int) -> Int32 { events[row * eventCount + slot] }

  /// The first row that starts at `hour` or later.
  func index(from hour: Int32) -> Int { heads.partitioningIndex { $0.startHour >= hour } }

  /// The version in force at the end of a row, if it or an earlier one named any.
  func firmware(through row: Int) -> Symbol? {
    var row = row
    while row >= 0 {
      if let latest = heads[row].firmware.latest { return latest }
      row -= 1
    }
    return nil
  }

  mutating func set(_ tally: SignalTally, _ row: Int, _ slot: Int) { signals[row * signalCount + slot] = tally }
  mutating func set(_ count: Int32, event slot: Int, _ row: Int) { events[row * eventCount + slot] = count }

  mutating func append(_ head: Head) {
    heads.append(head)
    signals.append(contentsOf: repeatElement(SignalTally(), count: signalCount))
    events.append(contentsOf: repeatElement(0, count: eventCount))
  }

  mutating func removeAll() {
    heads.removeAll(keepingCapacity: true)
    signals.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
  }

  mutating func removeFirst(_ rows: Int) {
    guard rows > 0 else { return }
    heads.removeFirst(rows)
    signals.removeFirst(rows * signalCount)
    events.removeFirst(rows * eventCount)
  }

  /// Moves the last row of `other` to the end of this sheet.
  mutating func takeLast(of other: inout TallySheet) {
    guard let head = other.heads.popLast() else { return }
    heads.append(head)
    signals.append(contentsOf: other.signals.suffix(signalCount))
    events.append(contentsOf: other.events.suffix(eventCount))
    other.signals.removeLast(signalCount)
    other.events.removeLast(eventCount)
  }

  mutating func add(_ report: Report, bucket: Bucket, layout: ProductLayout) {
    let row = self.row(startingAt: bucket.startHour)
    heads[row].reports += 1
    if let version = report.firmware {
      let second = Int32(truncatingIfNeeded: (report.time.milliseconds - bucket.start.milliseconds) / 1000)
      heads[row].firmware.note(version, second: second)
    }
    for signal in report.signals {
      if let slot = layout.signalSlots[signal.name] { signals[row * signalCount + slot].add(signal.value) }
    }
    for event in report.events {
      guard let slot = layout.eventSlots[event.type] else { continue }
      let (sum, overflow) = events[row * eventCount + slot].addingReportingOverflow(event.count)
      events[row * eventCount + slot] = overflow ? .max : sum
    }
  }

  private mutating func row(startingAt hour: Int32) -> Int {
    if let last = heads.last, last.startHour == hour { return heads.count - 1 }
    let row = index(from: hour)
    if row == heads.count {
      append(Head(startHour: hour))
    } else if heads[row].startHour != hour {
      heads.insert(Head(startHour: hour), at: row)
      signals.insert(contentsOf: repeatElement(SignalTally(), count: signalCount), at: row * signalCount)
      events.insert(contentsOf: repeatElement(0, count: eventCount), at: row * eventCount)
    }
    return row
  }

  /// Of the rows before `row` only what windows and the silence rule look back to is kept.
  mutating func strip(before row: Int, shape: RecordShape) {
    for earlier in 0..<row where !heads[earlier].isStripped {
      heads[earlier].isStripped = true
      heads[earlier].reports = 0
      heads[earlier].firmware = heads[earlier].firmware.latest.map(FirmwareSpan.init(settled:)) ?? FirmwareSpan()
      for slot in 0..<signalCount { signals[earlier * signalCount + slot] = SignalTally() }
      for slot in 0..<eventCount where !shape.isWindowed[slot] { events[earlier * eventCount + slot] = 0 }
    }
  }

  /// The same rows with other columns; `nil`: a column that is new.
  func moved(signals: [Int?], events: [Int?]) -> TallySheet {
    var sheet = TallySheet(signals: signals.count, events: events.count)
    for row in heads.indices {
      sheet.append(heads[row])
      for (slot, old) in signals.enumerated() { if let old { sheet.set(signal(row, old), row, slot) } }
      for (slot, old) in events.enumerated() { if let old { sheet.set(event(row, old), event: slot, row) } }
    }
    return sheet
  }
}

/// Which firmware a device named first and last within one bucket, and whether it named several: all that the rules ask, and
/// the same in whatever order its reports come. Plain numbers: a pass copies millions of them.
struct FirmwareSpan: Sendable, Hashable {
  /// Of the first and last report that named one, in seconds from the bucket's start; by name where two were in the same
  /// second. `nil`: none did.
  private(set) var earliest: Symbol?
  private(set) var latest: Symbol?
  private(set) var first: Int32 = 0
  private(set) var last: Int32 = 0
  private(set) var isSeveral = false

  init() {}

  init(earliest: Symbol, latest: Symbol, first: Int32, last: Int32, isSeveral: Bool) {
    self.earliest = earliest
    self.latest = latest
    self.first = first
    self.last = last
    self.isSeveral = isSeveral
  }

  /// A version of a bucket that can't be revised any more.
  init(settled version: Symbol) {
    earliest = version
    latest = version
  }

  var isEmpty: Bool { earliest == nil }

  mutating func note(_ version: Symbol, second: Int32) {
    guard let earliest, let latest else {
      self = FirmwareSpan(earliest: version, latest: version, first: second, last: second, isSeveral: false)
      return
    }
    isSeveral = isSeveral || version != earliest
    if second < first || second == first && version < earliest {
      self.earliest = version
      first = second
    }
    if second > last || second == last && latest < version {
      self.latest = version
      last = second
    }
  }
}

/// Count, sum, least and greatest value of a signal. The sum is kept in millionths as an integer, since floating-point
/// addition depends on order: 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 must be the same sum.
struct SignalTally: Sendable, Hashable {
  var count: Int32 = 0
  var millionths: Int128 = 0
  var least = Double.infinity
  var greatest = -Double.infinity

  /// `value` is finite and at most 1e15 in size (the decoder's limit), so that 2^31 of them fit the sum.
  mutating func add(_ value: Double) {
    count += 1
    let scaled = (value * 1e6).rounded()
    millionths += abs(scaled) < 0x1p62 ? Int128(Int64(scaled)) : Int128(scaled)
    least = min(least, value)
    greatest = max(greatest, value)
  }

  /// Exact up to 2^63 millionths, the common case, where a conversion from 64 bits is many times faster than from 128.
  var sum: Double { Int64(exactly: millionths).map { Double($0) / 1e6 } ?? Double(millionths) / 1e6 }
  var mean: Double? { count > 0 ? sum / Double(count) : nil }
}
