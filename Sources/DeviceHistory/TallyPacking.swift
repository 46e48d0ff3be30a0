import Vocabulary

/// The packed form of a sheet's rows. What equals its neighbour isn't said: a whole device's record is
/// some two hundred bytes.
extension TallySheet {
  /// What a row of packed bytes leaves out because it is so most of the time.
  private struct Flags: OptionSet {
    let rawValue: UInt8
    static let stripped = Flags(rawValue: 1)
    /// One version, that of the row before.
    static let sameFirmware = Flags(rawValue: 2)
    static let noFirmware = Flags(rawValue: 4)
    /// Each report told each signal that was told at all.
    static let fullCounts = Flags(rawValue: 8)
    static let signals = Flags(rawValue: 16)
    static let events = Flags(rawValue: 32)
    /// Buckets without a report lie between the row before and this one.
    static let gap = Flags(rawValue: 64)
    /// Of a stripped row: so many more of the same follow. Of others: the version was named in one second only.
    static let run = Flags(rawValue: 128)
  }

  /// What a row leaves out: it comes right behind the one before, with the same version.
  struct Context: Sendable, Hashable {
    var expected: Int32 = 0
    var firmware: Symbol?
  }

  /// What a row behind the last one can leave out.
  func context(_ bucketHours: Int32) -> Context {
    guard let last = heads.last else { return Context() }
    return Context(expected: last.startHour &+ bucketHours, firmware: firmware(through: count - 1))
  }

  func write(
    to writer: inout PackedWriter, bucketHours: Int32, after context: Context, shape: RecordShape,
    words: inout WordList
  ) {
    var context = context
    var row = 0
    while row < count {
      let head = heads[row]
      var flags: Flags = []
      let gap = Int64(head.startHour) - Int64(context.expected)
      if gap != 0 { flags.insert(.gap) }
      if head.firmware.isEmpty {
        flags.insert(.noFirmware)
      } else if !head.firmware.isSeveral, head.firmware.earliest == context.firmware {
        flags.insert(.sameFirmware)
      }
      let signals = signalFlags(of: row)
      flags.formUnion(signals)
      var events: UInt64 = 0
      for slot in 0..<eventCount where event(row, slot) > 0 { events |= 1 << UInt64(slot & 63) }
      if events != 0 { flags.insert(.events) }
      var followers = 0
      if head.isStripped {
        flags.remove(.fullCounts)
        flags.insert(.stripped)
        followers = events == 0 ? self.followers(of: row, bucketHours) : 0
        if followers > 0 { flags.insert(.run) }
      } else if !head.firmware.isEmpty, head.firmware.first == head.firmware.last {
        flags.insert(.run)
      }
      writer.byte(flags.rawValue)
      if flags.contains(.gap) { writer.signed(gap) }
      if followers > 0 { writer.count(followers) }
      if !head.isStripped { writer.unsigned(UInt64(head.reports)) }
      write(head.firmware, flags, to: &writer, &words)
      if flags.contains(.signals) { writeSignals(row, flags, to: &writer, shape) }
      if flags.contains(.events) {
        Self.writeMask(eventCount, to: &writer) { event(row, $0) > 0 }
        for slot in 0..<eventCount where event(row, slot) > 0 { writer.unsigned(UInt64(event(row, slot))) }
      }
      context.firmware = head.firmware.latest ?? context.firmware
      context.expected = head.startHour &+ Int32(followers + 1) &* bucketHours
      row += followers + 1
    }
  }

  private func signalFlags(of row: Int) -> Flags {
    var flags: Flags = .fullCounts
    let reports = heads[row].reports
    for slot in 0..<signalCount {
      let count = signal(row, slot).count
      guard count > 0 else { continue }
      flags.insert(.signals)
      if count != reports { flags.remove(.fullCounts) }
    }
    return flags
  }

  /// Rows after a stripped one that say the same of the buckets right behind it, without events.
  private func followers(of row: Int, _ bucketHours: Int32) -> Int {
    func isPlain(_ row: Int) -> Bool {
      events[row * eventCount..<(row + 1) * eventCount].allSatisfy { $0 == 0 }
    }
    guard isPlain(row) else { return 0 }
    var next = row + 1
    while next < count, heads[next].isStripped, isPlain(next), heads[next].firmware == heads[row].firmware,
      heads[next].startHour == heads[next - 1].startHour + bucketHours
    { next += 1 }
    return next - row - 1
  }

  private func write(
    _ firmware: FirmwareSpan, _ flags: Flags, to writer: inout PackedWriter, _ words: inout WordList
  ) {
    guard let earliest = firmware.earliest, let latest = firmware.latest else { return }
    if !flags.contains(.sameFirmware) {
      writer.unsigned(words.number(of: earliest) << 1 | (firmware.isSeveral ? 1 : 0))
      if firmware.isSeveral { writer.unsigned(words.number(of: latest)) }
    }
    guard !flags.contains(.stripped) else { return }
    writer.unsigned(UInt64(firmware.first))
    if !flags.contains(.run) { writer.unsigned(UInt64(firmware.last - firmware.first)) }
  }

  private func writeSignals(_ row: Int, _ flags: Flags, to writer: inout PackedWriter, _ shape: RecordShape) {
    Self.writeMask(signalCount, to: &writer) { signal(row, $0).count > 0 }
    for slot in 0..<signalCount {
      let tally = signal(row, slot)
      guard tally.count > 0 else { continue }
      if !flags.contains(.fullCounts) { writer.unsigned(UInt64(tally.count)) }
      let uses = shape.uses[slot]
      if uses.contains(.sum) { writer.millionths(tally.millionths) }
      if uses.contains(.least) { writer.decimal(tally.least) }
      if uses.contains(.greatest) { writer.decimal(tally.greatest) }
    }
  }

  private static func writeMask(_ slots: Int, to writer: inout PackedWriter, _ isSet: (Int) -> Bool) {
    var byte: UInt8 = 0
    for slot in 0..<slots {
      if isSet(slot) { byte |= 1 << UInt8(slot & 7) }
      if slot & 7 == 7 || slot == slots - 1 {
        writer.byte(byte)
        byte = 0
      }
    }
  }

  /// Appends what `write` wrote: a row with those that follow it in a run. Answers what the next one leaves out.
  mutating func readRow(
    from reader: inout PackedReader, bucketHours: Int32, after context: Context, shape: RecordShape, words: WordList
  ) -> Context {
    let flags = Flags(rawValue: reader.byte())
    var head = Head(startHour: context.expected)
    if flags.contains(.gap) { head.startHour = Int32(truncatingIfNeeded: Int64(context.expected) + reader.signed()) }
    head.isStripped = flags.contains(.stripped)
    let followers = head.isStripped && flags.contains(.run) ? reader.count() : 0
    if !head.isStripped { head.reports = Int32(truncatingIfNeeded: reader.unsigned()) }
    head.firmware = Self.firmware(from: &reader, flags, context.firmware, words)
    append(head)
    let row = count - 1
    if flags.contains(.signals) { readSignals(row, flags, from: &reader, shape) }
    if flags.contains(.events) { readEvents(row, from: &reader) }
    for follower in 0..<followers {
      var next = head
      next.startHour = head.startHour &+ Int32(follower + 1) &* bucketHours
      append(next)
    }
    return Context(
      expected: head.startHour &+ Int32(followers + 1) &* bucketHours,
      firmware: head.firmware.latest ?? context.firmware)
  }

  private static func firmware(
    from reader: inout PackedReader, _ flags: Flags, _ before: Symbol?, _ words: WordList
  ) -> FirmwareSpan {
    guard !flags.contains(.noFirmware) else { return FirmwareSpan() }
    var isSeveral = false
    let earliest: Symbol
    var latest: Symbol
    if flags.contains(.sameFirmware), let before {
      earliest = before
      latest = before
    } else {
      let header = reader.unsigned()
      isSeveral = header & 1 == 1
      earliest = words[header >> 1]
      latest = isSeveral ? words[reader.unsigned()] : earliest
    }
    guard !flags.contains(.stripped) else { return FirmwareSpan(settled: latest) }
    let first = Int32(truncatingIfNeeded: reader.unsigned())
    let last = flags.contains(.run) ? first : first &+ Int32(truncatingIfNeeded: reader.unsigned())
    return FirmwareSpan(earliest: earliest, latest: latest, first: first, last: last, isSeveral: isSeveral)
  }

  private mutating func readSignals(
    _ row: Int, _ flags: Flags, from reader: inout PackedReader, _ shape: RecordShape
  ) {
    var mask = Mask(slots: signalCount, from: &reader)
    for slot in 0..<signalCount where mask.next() {
      var tally = SignalTally()
      tally.count = flags.contains(.fullCounts) ? heads[row].reports : Int32(truncatingIfNeeded: reader.unsigned())
      let uses = shape.uses[slot]
      if uses.contains(.sum) { tally.millionths = reader.millionths() }
      if uses.contains(.least) { tally.least = reader.decimal() }
      if uses.contains(.greatest) { tally.greatest = reader.decimal() }
      set(tally, row, slot)
    }
  }

  private mutating func readEvents(_ row: Int, from reader: inout PackedReader) {
    var mask = Mask(slots: eventCount, from: &reader)
    for slot in 0..<eventCount where mask.next() {
      set(Int32(truncatingIfNeeded: reader.unsigned()), event: slot, row)
    }
  }

  /// A bit a slot, read in step with the slots.
  private struct Mask {
    private var bytes: PackedReader
    private var byte: UInt8 = 0
    private var place = 0

    init(slots: Int, from reader: inout PackedReader) {
      bytes = reader
      reader.skip((slots + 7) / 8)
    }

    mutating func next() -> Bool {
      if place & 7 == 0 { byte = bytes.byte() }
      defer { place += 1 }
      return byte & 1 << UInt8(place & 7) != 0
    }
  }
}
