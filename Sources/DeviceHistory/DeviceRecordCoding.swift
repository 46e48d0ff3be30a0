import Vocabulary

extension DeviceRecord {
  /// Version of the stored form; a record of another version is refused, not misread.
  private static let form: UInt8 = 1

  func write(layout: ProductLayout) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.form)
    write(facts, to: &writer)
    writer.write(places) { writer, place in
      writer.write(place.from)
      writer.write(place.region)
      writer.write(place.carrier)
    }
    identities.write(to: &writer)
    writer.write(Int64(reports))
    writer.write(latestVote) { $0.write($1) }
    writer.write(lastHeard) { $0.write($1) }
    writer.write(lastFirmware) { $0.write($1) }
    writer.write(Int64(unknownItems))
    // The names that the slots stand for: a reload may have changed the layout by the time this is read.
    writer.write(layout.signals) { $0.write($1) }
    writer.write(layout.events) { $0.write($1) }
    writer.write(layout.modes) { $0.write($1) }
    writer.write(days) { $1.write(to: &$0) }
    writer.write(hours) { $1.write(to: &$0) }
    dayStanding.write(to: &writer)
    hourStanding.write(to: &writer)
    writer.write(bookedSilence) { $1.write(to: &$0) }
    return writer.bytes
  }

  init(identity: DeviceIdentity, bytes: [UInt8], layout: ProductLayout) throws(UnreadableRecord) {
    var reader = ByteReader(bytes)
    guard try reader.integer(UInt8.self) == Self.form else {
      throw UnreadableRecord(description: "the record of \(identity.device) is of another version")
    }
    self.init(identity: identity, layout: layout)
    facts = try Self.facts(from: &reader)
    places = try reader.list { reader throws(UnreadableRecord) in
      Place(from: try reader.time(), region: try reader.symbol(), carrier: try reader.symbol())
    }
    identities = try ReportIdentities(from: &reader)
    reports = Int(try reader.integer(Int64.self))
    latestVote = try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    lastHeard = try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    lastFirmware = try reader.optional { reader throws(UnreadableRecord) in try reader.symbol() }
    unknownItems = Int(try reader.integer(Int64.self))
    let names = StoredNames(
      signals: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() },
      events: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() },
      modes: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() })
    days = try reader.list { reader throws(UnreadableRecord) in try BucketTally(from: &reader) }
    hours = try reader.list { reader throws(UnreadableRecord) in try BucketTally(from: &reader) }
    dayStanding = try Standing(from: &reader, layout: layout)
    hourStanding = try Standing(from: &reader, layout: layout)
    bookedSilence = try reader.optional { reader throws(UnreadableRecord) in
      try Evidence(from: &reader, length: .day)
    }
    guard reader.isAtEnd else {
      throw UnreadableRecord(description: "the record of \(identity.device) is longer than it should be")
    }
    fit(to: layout, from: names)
  }

  struct StoredNames {
    var signals: [Symbol]
    var events: [Symbol]
    var modes: [Symbol]
  }

  /// Moves every slot to where the layout wants it: what isn't tracked any more goes, what is new starts empty.
  mutating func fit(to layout: ProductLayout, from names: StoredNames) {
    guard names.signals != layout.signals || names.events != layout.events || names.modes != layout.modes else {
      return
    }
    func moved<Element>(_ old: [Element], _ oldNames: [Symbol], _ newNames: [Symbol], empty: Element) -> [Element] {
      newNames.map { name in oldNames.firstIndex(of: name).flatMap { $0 < old.count ? old[$0] : nil } ?? empty }
    }
    for tallies in [\DeviceRecord.days, \DeviceRecord.hours] {
      for index in self[keyPath: tallies].indices {
        let tally = self[keyPath: tallies][index]
        self[keyPath: tallies][index].signals = moved(
          tally.signals, names.signals, layout.signals, empty: SignalTally())
        self[keyPath: tallies][index].events = moved(tally.events, names.events, layout.events, empty: 0)
      }
    }
    for standing in [\DeviceRecord.dayStanding, \DeviceRecord.hourStanding] {
      let old = self[keyPath: standing]
      self[keyPath: standing].lastEventHour = moved(old.lastEventHour, names.events, layout.events, empty: nil)
      self[keyPath: standing].modes = moved(old.modes, names.modes, layout.modes, empty: Standing.Mode())
    }
  }

  private func write(_ facts: Facts, to writer: inout ByteWriter) {
    for time in [facts.time, facts.manufactured, facts.activated, facts.retired] { writer.write(time) { $0.write($1) } }
    for symbol in [facts.batch, facts.factory, facts.firmware, facts.region, facts.carrier] {
      writer.write(symbol) { $0.write($1) }
    }
    for text in [facts.customer, facts.locale] { writer.write(text) { $0.write($1) } }
    for flag in [facts.telemetryConsent, facts.contactConsent] { writer.write(flag) { $0.write($1) } }
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

extension Standing {
  func write(to writer: inout ByteWriter) {
    writer.write(upToHour)
    writer.write(firmware) { $0.write($1) }
    writer.write(installedHour) { $0.write($1) }
    writer.write(firstHeardHour) { $0.write($1) }
    writer.write(lastEventHour) { writer, hour in writer.write(hour) { $0.write($1) } }
    writer.write(modes) { writer, mode in
      writer.write(mode.evidenceFromHour)
      writer.write(mode.lastOnsetHour) { $0.write($1) }
      writer.write(mode.onsets)
      writer.write(mode.accruedHazard)
    }
  }

  init(from reader: inout ByteReader, layout: ProductLayout) throws(UnreadableRecord) {
    self.init(layout: layout)
    upToHour = try reader.integer()
    firmware = try reader.optional { reader throws(UnreadableRecord) in try reader.symbol() }
    installedHour = try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
    firstHeardHour = try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
    lastEventHour = try reader.list { reader throws(UnreadableRecord) in
      try reader.optional { reader throws(UnreadableRecord) in try reader.integer() }
    }
    modes = try reader.list { reader throws(UnreadableRecord) in
      Mode(
        evidenceFromHour: try reader.integer(),
        lastOnsetHour: try reader.optional { reader throws(UnreadableRecord) in try reader.integer() },
        onsets: try reader.integer(), accruedHazard: try reader.double())
    }
  }
}
