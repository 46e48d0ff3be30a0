import Vocabulary

/// The packed form of a device's record: its id, what each report changes (with its length, so that it can be exchanged by
/// itself), then the rest. The days stand last, so that one more can be added behind them.
enum RecordPacking {
  /// Of the presence's length: a device without sequence numbers can have twenty thousand digests there.
  static let lengthBytes = 3

  /// Bytes before the presence: the id with its length, and the presence's own length.
  static func presenceStart(_ bytes: UnsafeBufferPointer<UInt8>) -> Int { 1 + Int(bytes[0]) + lengthBytes }

  static func presenceLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let place = 1 + Int(bytes[0])
    return Int(bytes[place]) | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2]) << 16
  }

  static func id(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[1..<1 + Int(bytes[0])])
  }

  @inline(__always)
  static func isId(_ id: UnsafeBufferPointer<UInt8>, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard Int(bytes[0]) == id.count else { return false }
    // From the end, where ids of one fleet differ.
    for place in id.indices.reversed() where id[place] != bytes[place + 1] { return false }
    return true
  }

  static func product(_ bytes: UnsafeBufferPointer<UInt8>, words: WordList) -> Symbol {
    var reader = PackedReader(bytes)
    reader.skip(presenceStart(bytes) + 1)
    return words[reader.unsigned()]
  }

  /// `nil`: the facts don't say.
  static func telemetryConsent(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
    Presence.consent(bytes[presenceStart(bytes)])
  }

  /// What is known of the device, without unpacking the rest.
  static func facts(_ bytes: UnsafeBufferPointer<UInt8>, words: WordList) -> Facts {
    var reader = PackedReader(bytes)
    reader.skip(presenceStart(bytes) + presenceLength(bytes))
    var facts = Facts(from: &reader, words: words)
    facts.telemetryConsent = telemetryConsent(bytes)
    return facts
  }

  static func hasReports(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var reader = PackedReader(bytes)
    reader.skip(presenceStart(bytes) + 1)
    _ = reader.unsigned()
    return reader.count() > 0
  }

  /// What the history's sums over all devices need, without unpacking the rest: a start asks it of each.
  static func totals(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> (unknownItems: Int, gaps: Int64, latestVote: EventTime?) {
    var reader = PackedReader(bytes)
    reader.skip(presenceStart(bytes))
    let flags = reader.byte()
    _ = reader.unsigned()
    _ = reader.count()
    let unknownItems = reader.count()
    let lastHeard = flags & 4 != 0 ? reader.time() : nil
    let latestVote = flags & 16 != 0 ? lastHeard : flags & 8 != 0 ? reader.time() : nil
    if flags & 32 != 0 { _ = reader.unsigned() }
    return (unknownItems, ReportIdentities.gaps(from: &reader), latestVote)
  }

  static func write(_ record: inout DeviceRecord, shape: RecordShape, words: inout WordList) -> PackedWriter {
    record.presence.telemetryConsent = record.facts.telemetryConsent
    record.presence.lastDay.takeLast(of: &record.days)
    record.presence.lastHour.takeLast(of: &record.hours)
    record.presence.daysContext = record.days.context(24)
    var writer = PackedWriter()
    let id = record.identity.device.utf8
    writer.byte(UInt8(id.count))
    for byte in id { writer.byte(byte) }
    let length = writer.placeOfLength()
    record.presence.write(to: &writer, shape: shape, words: &words)
    writer.setLength(at: length)
    record.writeRest(to: &writer, shape: shape, words: &words)
    record.days.takeLast(of: &record.presence.lastDay)
    record.hours.takeLast(of: &record.presence.lastHour)
    return writer
  }

  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, into record: inout DeviceRecord, shape: RecordShape, words: WordList
  ) {
    var reader = PackedReader(bytes)
    reader.skip(presenceStart(bytes))
    record.presence.read(from: &reader, shape: shape, words: words)
    record.identity = DeviceIdentity(
      product: record.presence.product, device: String(decoding: id(bytes), as: UTF8.self))
    record.readRest(from: &reader, shape: shape, words: words)
    record.days.takeLast(of: &record.presence.lastDay)
    record.hours.takeLast(of: &record.presence.lastHour)
  }
}

extension Presence {
  static func consent(_ flags: UInt8) -> Bool? {
    switch flags & 3 {
    case 1: false
    case 2: true
    default: nil
    }
  }

  func write(to writer: inout PackedWriter, shape: RecordShape, words: inout WordList) {
    var flags: UInt8 = telemetryConsent.map { $0 ? 2 : 1 } ?? 0
    if lastHeard != nil { flags |= 4 }
    if latestVote != nil { flags |= latestVote == lastHeard ? 16 : 8 }
    if lastFirmware != nil { flags |= 32 }
    if !lastDay.isEmpty { flags |= 64 }
    if !lastHour.isEmpty { flags |= 128 }
    writer.byte(flags)
    writer.unsigned(words.number(of: product))
    writer.count(reports)
    writer.count(unknownItems)
    if let lastHeard { writer.time(lastHeard) }
    if let latestVote, latestVote != lastHeard { writer.time(latestVote) }
    if let lastFirmware { writer.unsigned(words.number(of: lastFirmware)) }
    identities.write(to: &writer, lastHeard: lastHeard ?? EventTime(milliseconds: Packed.epoch))
    if !lastHour.isEmpty {
      lastHour.write(to: &writer, bucketHours: 1, after: hourContext, shape: shape, words: &words)
    }
    if !lastDay.isEmpty {
      writer.signed(Int64(daysContext.expected))
      writer.unsigned(daysContext.firmware.map { words.number(of: $0) + 1 } ?? 0)
      writeLastDay(to: &writer, shape: shape, words: &words)
    }
  }

  /// As it will lie behind the other days.
  func writeLastDay(to writer: inout PackedWriter, shape: RecordShape, words: inout WordList) {
    lastDay.write(to: &writer, bucketHours: 24, after: daysContext, shape: shape, words: &words)
  }

  private var hourContext: TallySheet.Context { TallySheet.Context(firmware: lastFirmware) }

  mutating func read(from reader: inout PackedReader, shape: RecordShape, words: WordList) {
    let flags = reader.byte()
    telemetryConsent = Self.consent(flags)
    product = words[reader.unsigned()]
    reports = reader.count()
    unknownItems = reader.count()
    lastHeard = flags & 4 != 0 ? reader.time() : nil
    latestVote = flags & 16 != 0 ? lastHeard : flags & 8 != 0 ? reader.time() : nil
    lastFirmware = flags & 32 != 0 ? words[reader.unsigned()] : nil
    identities.read(from: &reader, lastHeard: lastHeard ?? EventTime(milliseconds: Packed.epoch))
    lastDay.removeAll()
    lastHour.removeAll()
    if flags & 128 != 0 {
      _ = lastHour.readRow(from: &reader, bucketHours: 1, after: hourContext, shape: shape, words: words)
    }
    daysContext = TallySheet.Context()
    if flags & 64 != 0 {
      daysContext.expected = Int32(truncatingIfNeeded: reader.signed())
      let firmware = reader.unsigned()
      daysContext.firmware = firmware == 0 ? nil : words[firmware - 1]
      _ = lastDay.readRow(from: &reader, bucketHours: 24, after: daysContext, shape: shape, words: words)
    }
  }
}

extension DeviceRecord {
  fileprivate func writeRest(to writer: inout PackedWriter, shape: RecordShape, words: inout WordList) {
    facts.write(to: &writer, words: &words)
    writePlaces(to: &writer, words: &words)
    dayStanding.write(to: &writer, shape: shape, words: &words)
    if shape.watchesHours {
      writer.count(hours.count)
      hours.write(to: &writer, bucketHours: 1, after: .init(), shape: shape, words: &words)
      hourStanding.write(to: &writer, shape: shape, words: &words)
    }
    var mask: UInt8 = bookedSilence == nil ? 0 : 1
    if dayReached.upToHour != .min { mask |= 2 }
    if hourReached.upToHour != .min { mask |= 4 }
    writer.byte(mask)
    if let bookedSilence { bookedSilence.write(to: &writer, words: &words) }
    if mask & 2 != 0 { dayReached.write(to: &writer, after: dayStanding, shape: shape, words: &words) }
    if mask & 4 != 0 { hourReached.write(to: &writer, after: hourStanding, shape: shape, words: &words) }
    days.write(to: &writer, bucketHours: 24, after: .init(), shape: shape, words: &words)
  }

  fileprivate mutating func readRest(from reader: inout PackedReader, shape: RecordShape, words: WordList) {
    facts = Facts(from: &reader, words: words)
    facts.telemetryConsent = presence.telemetryConsent
    readPlaces(from: &reader, words: words)
    days.removeAll()
    hours.removeAll()
    dayStanding.read(from: &reader, shape: shape, words: words)
    if shape.watchesHours {
      let count = reader.count()
      var context = TallySheet.Context()
      while hours.count < count {
        context = hours.readRow(from: &reader, bucketHours: 1, after: context, shape: shape, words: words)
      }
      hourStanding.read(from: &reader, shape: shape, words: words)
    }
    let mask = reader.byte()
    bookedSilence = mask & 1 != 0 ? Evidence(from: &reader, words: words) : nil
    if mask & 2 != 0 {
      dayReached.read(from: &reader, after: dayStanding, shape: shape, words: words)
    } else {
      dayReached.upToHour = .min
    }
    if mask & 4 != 0 {
      hourReached.read(from: &reader, after: hourStanding, shape: shape, words: words)
    } else {
      hourReached.upToHour = .min
    }
    var context = TallySheet.Context()
    while reader.left > 0 {
      context = days.readRow(from: &reader, bucketHours: 24, after: context, shape: shape, words: words)
    }
  }

  /// Nearly always a device has been in one place, the one that its facts name, since the facts were said.
  private func writePlaces(to writer: inout PackedWriter, words: inout WordList) {
    let isUsual = places.count == 1 && places[0] == usualPlace
    writer.unsigned(UInt64(places.count) << 1 | (isUsual ? 1 : 0))
    guard !isUsual else { return }
    for place in places {
      writer.time(place.from)
      writer.unsigned(words.number(of: place.region))
      writer.unsigned(words.number(of: place.carrier))
    }
  }

  private var usualPlace: Place? {
    facts.time.map { Place(from: $0, region: facts.region ?? .unknown, carrier: facts.carrier ?? .unknown) }
  }

  private mutating func readPlaces(from reader: inout PackedReader, words: WordList) {
    places.removeAll(keepingCapacity: true)
    let header = reader.unsigned()
    if header & 1 == 1, let usualPlace {
      places.append(usualPlace)
      return
    }
    for _ in 0..<(header >> 1) {
      places.append(Place(from: reader.time(), region: words[reader.unsigned()], carrier: words[reader.unsigned()]))
    }
  }
}

extension Facts {
  /// All but the consent to telemetry, which lies with the presence. A bit a field, then what the bits announce.
  fileprivate func write(to writer: inout PackedWriter, words: inout WordList) {
    var mask: UInt64 = 0
    if time != nil { mask |= 1 }
    if batch != nil { mask |= 2 }
    if region != nil { mask |= 4 }
    if carrier != nil { mask |= 8 }
    if activated != nil { mask |= 16 }
    if firmware != nil { mask |= 32 }
    if customer != nil { mask |= 64 }
    if factory != nil { mask |= 128 }
    if manufactured != nil { mask |= 256 }
    if retired != nil { mask |= 512 }
    if locale != nil { mask |= 1024 }
    if let contactConsent { mask |= contactConsent ? 4096 : 2048 }
    writer.unsigned(mask)
    if let time { writer.time(time) }
    if let batch { writer.unsigned(words.number(of: batch)) }
    if let region { writer.unsigned(words.number(of: region)) }
    if let carrier { writer.unsigned(words.number(of: carrier)) }
    if let activated { writer.time(activated) }
    if let firmware { writer.unsigned(words.number(of: firmware)) }
    if let customer { writer.text(customer) }
    if let factory { writer.unsigned(words.number(of: factory)) }
    if let manufactured { writer.time(manufactured) }
    if let retired { writer.time(retired) }
    if let locale { writer.text(locale) }
  }

  fileprivate init(from reader: inout PackedReader, words: WordList) {
    self.init()
    let mask = reader.unsigned()
    if mask & 1 != 0 { time = reader.time() }
    if mask & 2 != 0 { batch = words[reader.unsigned()] }
    if mask & 4 != 0 { region = words[reader.unsigned()] }
    if mask & 8 != 0 { carrier = words[reader.unsigned()] }
    if mask & 16 != 0 { activated = reader.time() }
    if mask & 32 != 0 { firmware = words[reader.unsigned()] }
    if mask & 64 != 0 { customer = reader.text() }
    if mask & 128 != 0 { factory = words[reader.unsigned()] }
    if mask & 256 != 0 { manufactured = reader.time() }
    if mask & 512 != 0 { retired = reader.time() }
    if mask & 1024 != 0 { locale = reader.text() }
    contactConsent = mask & 4096 != 0 ? true : mask & 2048 != 0 ? false : nil
  }
}

extension Evidence {
  /// Of a day: only silence is kept so.
  fileprivate func write(to writer: inout PackedWriter, words: inout WordList) {
    let covariates = cell.covariates
    for symbol in [
      mode.product, mode.mode, covariates.region, covariates.carrier, covariates.batch, covariates.firmware,
    ] { writer.unsigned(words.number(of: symbol)) }
    writer.signed(Int64(cell.bucket.startHour))
    writer.byte(covariates.age)
    writer.byte(covariates.weather.rawValue)
    writer.unsigned(UInt64(covariates.factors.packed))
    for count in [counts.atRisk, counts.onsets, counts.symptoms] { writer.signed(Int64(count)) }
  }

  fileprivate init(from reader: inout PackedReader, words: WordList) {
    let symbols = (0..<6).map { _ in words[reader.unsigned()] }
    let bucket = Bucket(startHour: Int32(truncatingIfNeeded: reader.signed()), length: .day)
    let covariates = Covariates(
      region: symbols[2], carrier: symbols[3], batch: symbols[4], firmware: symbols[5], age: reader.byte(),
      weather: WeatherBin(rawValue: reader.byte()) ?? .unknown,
      factors: FactorBins(packed: UInt32(truncatingIfNeeded: reader.unsigned())))
    let counts = (0..<3).map { _ in Int32(truncatingIfNeeded: reader.signed()) }
    self.init(
      mode: ModeKey(product: symbols[0], mode: symbols[1]), cell: Cell(bucket: bucket, covariates: covariates),
      counts: CellCounts(atRisk: counts[0], onsets: counts[1], symptoms: counts[2]))
  }
}
