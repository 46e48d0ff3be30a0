import Vocabulary

/// The first stored form of a device's record, by itself in a row of the store: read once, by a start after the upgrade.
extension DeviceRecord {
  private static let form: UInt8 = 1

  init(firstForm bytes: [UInt8], identity: DeviceIdentity, shape: RecordShape) throws(UnreadableRecord) {
    var reader = ByteReader(bytes)
    guard try reader.integer(UInt8.self) == Self.form else {
      throw UnreadableRecord(description: "the record of \(identity.device) is of another version")
    }
    self.init(identity: identity, shape: shape)
    facts = try Self.facts(from: &reader)
    places = try reader.list { reader throws(UnreadableRecord) in
      Place(from: try reader.time(), region: try reader.symbol(), carrier: try reader.symbol())
    }
    presence.identities = try ReportIdentities(firstForm: &reader)
    presence.reports = Int(try reader.integer(Int64.self))
    presence.latestVote = try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    presence.lastHeard = try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    presence.lastFirmware = try reader.optional { reader throws(UnreadableRecord) in try reader.symbol() }
    presence.unknownItems = Int(try reader.integer(Int64.self))
    let old = RecordShape(
      signals: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() },
      events: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() },
      modes: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() })
    days = try TallySheet(firstForm: &reader, bucketHours: 24, shape: old)
    hours = try TallySheet(firstForm: &reader, bucketHours: 1, shape: old)
    dayStanding = try Standing(firstForm: &reader, shape: old)
    hourStanding = try Standing(firstForm: &reader, shape: old)
    bookedSilence = try reader.optional { reader throws(UnreadableRecord) in
      try Evidence(from: &reader, length: .day)
    }
    guard reader.isAtEnd else {
      throw UnreadableRecord(description: "the record of \(identity.device) is longer than it should be")
    }
    fit(to: shape, from: old)
  }

  /// Moves every column to where the new shape wants it: what isn't kept any more goes, what is new starts empty.
  mutating func fit(to shape: RecordShape, from old: RecordShape) {
    let signals = shape.signals.map { old.signals.firstIndex(of: $0) }
    let events = shape.events.map { old.events.firstIndex(of: $0) }
    let modes = shape.modes.map { old.modes.firstIndex(of: $0) }
    days = days.moved(signals: signals, events: events)
    hours = shape.watchesHours ? hours.moved(signals: signals, events: events) : TallySheet(shape: shape)
    presence.lastDay = TallySheet(shape: shape)
    presence.lastHour = TallySheet(shape: shape)
    for standing in [\DeviceRecord.dayStanding, \DeviceRecord.hourStanding] {
      let before = self[keyPath: standing]
      self[keyPath: standing].lastEventHour = events.map { $0.flatMap { before.lastEventHour[$0] } }
      self[keyPath: standing].modes = modes.map { $0.map { before.modes[$0] } ?? Standing.Mode() }
    }
    if !shape.watchesHours { hourStanding = Standing(shape: shape) }
  }

  private static func facts(from reader: inout ByteReader) throws(UnreadableRecord) -> Facts {
    func time() throws(UnreadableRecord) -> EventTime? {
      try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    }
    func symbol() throws(UnreadableRecord) -> Symbol? {
      try reader.optional { reader throws(UnreadableRecord) in try reader.symbol() }
    }
    func text() throws(UnreadableRecord) -> String? {
      try reader.optional { reader throws(UnreadableRecord) in try reader.text() }
    }
    func flag() throws(UnreadableRecord) -> Bool? {
      try reader.optional { reader throws(UnreadableRecord) in try reader.flag() }
    }
    var facts = Facts()
    facts.time = try time()
    facts.manufactured = try time()
    facts.activated = try time()
    facts.retired = try time()
    facts.batch = try symbol()
    facts.factory = try symbol()
    facts.firmware = try symbol()
    facts.region = try symbol()
    facts.carrier = try symbol()
    facts.customer = try text()
    facts.locale = try text()
    facts.telemetryConsent = try flag()
    facts.contactConsent = try flag()
    return facts
  }
}

extension TallySheet {
  fileprivate init(
    firstForm reader: inout ByteReader, bucketHours: Int32, shape: RecordShape
  ) throws(UnreadableRecord) {
    self.init(shape: shape)
    for _ in 0..<(try reader.integer(UInt32.self)) {
      var head = Head(startHour: try reader.integer())
      head.reports = try reader.integer()
      let start = Int64(head.startHour) * EventTime.hour
      for _ in 0..<(try reader.integer(UInt32.self)) {
        let version = try reader.symbol()
        for time in [try reader.time(), try reader.time()] {
          head.firmware.note(version, second: Int32(truncatingIfNeeded: (time.milliseconds - start) / 1000))
        }
      }
      append(head)
      let row = count - 1
      guard try reader.integer(UInt32.self) == UInt32(shape.signals.count) else { throw Self.misfit }
      for slot in shape.signals.indices {
        var signal = SignalTally()
        signal.count = try reader.integer()
        guard signal.count > 0 else { continue }
        signal.millionths = try reader.integer()
        signal.least = try reader.double()
        signal.greatest = try reader.double()
        set(signal, row, slot)
      }
      guard try reader.integer(UInt32.self) == UInt32(shape.events.count) else { throw Self.misfit }
      for slot in shape.events.indices { set(try reader.integer(), event: slot, row) }
    }
  }

  private static let misfit = UnreadableRecord(description: "a stored bucket has other columns than its record")
}

extension Standing {
  fileprivate init(firstForm reader: inout ByteReader, shape: RecordShape) throws(UnreadableRecord) {
    self.init(shape: shape)
    upToHour = try reader.integer()
    firmware = try reader.optional { reader throws(UnreadableRecord) in try reader.symbol() }
    installedHour = try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
    firstHeardHour = try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
    lastEventHour = try reader.list { reader throws(UnreadableRecord) in
      try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
    }
    modes = try reader.list { reader throws(UnreadableRecord) in
      var mode = Mode()
      mode.evidenceFromHour = try reader.integer()
      mode.lastOnsetHour = try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
      // Refractory time went by onsets then.
      mode.lastSymptomHour = mode.lastOnsetHour
      mode.onsets = try reader.integer()
      mode.accrue(try reader.double())
      return mode
    }
    guard lastEventHour.count == shape.events.count, modes.count == shape.modes.count else {
      throw UnreadableRecord(description: "a stored standing has other columns than its record")
    }
  }
}

extension ReportIdentities {
  fileprivate init(firstForm reader: inout ByteReader) throws(UnreadableRecord) {
    let gaps: Int64 = try reader.integer()
    let boots = try reader.list { reader throws(UnreadableRecord) in
      let name = try reader.text()
      let highest: Int64 = try reader.integer()
      let latest = try reader.time()
      let ring = try reader.list { reader throws(UnreadableRecord) in try reader.integer(UInt64.self) }
      guard ring.count == 16 else {
        throw UnreadableRecord(description: "a window of sequence numbers has a wrong size")
      }
      return Boot(name: name, window: SequenceWindow(highest: highest, ring: ring), latest: latest)
    }
    let digests = try reader.list { reader throws(UnreadableRecord) in
      Digest(time: try reader.time(), value: try reader.integer())
    }
    self.init(gaps: gaps, boots: boots, digests: digests)
  }
}
