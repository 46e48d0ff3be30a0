import Vocabulary

/// One bucket's cells as bytes. Equal cells are equal bytes, whatever their order of arrival.
///
/// Version 2: the words of each kind in the order of their text; then run by run of one stratum the rows in the order of
/// their words, each told by what differs from the row before: with one device a cell some two bytes.
/// - head: bits 0–3 the firmware's number (15: it follows); bits 4–5 by how much the batch's number is larger (3: it
///   follows); bit 6: age, weather or factors differ, which of them is told by a byte; bit 7: counts other than one device
///   at risk follow.
///
/// Version 1, still read: one list of words, then for each cell seven numbers and its counts.
enum CellBlob {
  private static let version: UInt8 = 2

  fileprivate enum Mark {
    static let differs: UInt8 = 0x40
    static let counts: UInt8 = 0x80
    static let age: UInt8 = 1
    static let weather: UInt8 = 2
    static let factors: UInt8 = 4
  }

  static func encode(_ bucket: FrozenBucket, lexicon: Lexicon) -> [UInt8] {
    guard !bucket.isEmpty else { return [] }
    var batches = LocalWords(count: lexicon.batches.count)
    var firmwares = LocalWords(count: lexicon.firmwares.count)
    for group in bucket.groups {
      bucket.forEachCell(of: group) { profile, _ in
        batches.mark(Int(lexicon.profiles[Int(profile)].batch))
        firmwares.mark(Int(lexicon.profiles[Int(profile)].firmware))
      }
    }
    var writer = ByteWriter()
    writer.byte(version)
    writer.words(batches.settle(lexicon.batches.keys))
    writer.words(firmwares.settle(lexicon.firmwares.keys))
    writer.count(bucket.groups.count)
    var row = Row()
    for group in bucket.groups {
      let stratum = lexicon.strata.keys[Int(group.stratum)]
      writer.text(stratum.region.text)
      writer.text(stratum.carrier.text)
      var count = 0
      bucket.forEachCell(of: group) { _, _ in count += 1 }
      writer.count(count)
      row.batch = 0
      bucket.forEachCell(of: group) { number, counts in
        let profile = lexicon.profiles[Int(number)]
        let next = Row(
          batch: batches.numbers[Int(profile.batch)], firmware: firmwares.numbers[Int(profile.firmware)],
          age: profile.age, weather: profile.weather, factors: profile.factors)
        writer.row(next, counts, after: row)
        row = next
      }
    }
    return writer.bytes
  }

  /// - Parameter lexicon: gets the words and profiles that are new.
  static func decode(_ blob: [UInt8], startHour: Int32, lexicon: inout Lexicon) throws(BlobFault) -> FrozenBucket {
    guard !blob.isEmpty else { return FrozenBucket(startHour: startHour) }
    var reader = ByteReader(blob)
    let version = try reader.byte()
    switch version {
    case 1: return try decodeVersion1(&reader, startHour: startHour, lexicon: &lexicon)
    case Self.version: return try decodeVersion2(&reader, startHour: startHour, lexicon: &lexicon)
    default: throw BlobFault(description: "cells of version \(version) aren't known")
    }
  }

  private static func decodeVersion2(
    _ reader: inout ByteReader, startHour: Int32, lexicon: inout Lexicon
  ) throws(BlobFault) -> FrozenBucket {
    let batches = try reader.words()
    let firmwares = try reader.words()
    var bucket = FrozenBucket(startHour: startHour)
    var row = Row()
    var covariates = Covariates()
    var last: Stratum?
    for _ in 0..<(try reader.count()) {
      let stratum = Stratum(region: Symbol(try reader.text()), carrier: Symbol(try reader.text()))
      if let last, !(last < stratum) { throw BlobFault(description: "the strata aren't in order") }
      last = stratum
      covariates.region = stratum.region
      covariates.carrier = stratum.carrier
      let stratumNumber = Int32(lexicon.stratum(covariates))
      row.batch = 0
      for index in 0..<(try reader.count()) {
        let (next, counts) = try reader.row(after: row)
        guard index == 0 || row < next else { throw BlobFault(description: "the cells aren't in order") }
        guard next.batch < batches.count, next.firmware < firmwares.count else {
          throw BlobFault(description: "there is no batch \(next.batch) or no firmware \(next.firmware)")
        }
        row = next
        covariates.batch = batches[Int(row.batch)]
        covariates.firmware = firmwares[Int(row.firmware)]
        covariates.age = row.age
        covariates.weather = row.weather
        covariates.factors = row.factors
        bucket.append(stratum: stratumNumber, profile: Int32(lexicon.profile(covariates)), counts)
      }
    }
    guard reader.isAtEnd else { throw BlobFault(description: "there are bytes after the last cell") }
    bucket.trim()
    return bucket
  }

  private static func decodeVersion1(
    _ reader: inout ByteReader, startHour: Int32, lexicon: inout Lexicon
  ) throws(BlobFault) -> FrozenBucket {
    let words = try reader.words()
    func word(_ number: UInt64) throws(BlobFault) -> Symbol {
      guard number < UInt64(words.count) else { throw BlobFault(description: "there is no word \(number)") }
      return words[Int(number)]
    }
    var bucket = FrozenBucket(startHour: startHour)
    for _ in 0..<(try reader.count()) {
      var covariates = Covariates()
      covariates.region = try word(try reader.unsigned())
      covariates.carrier = try word(try reader.unsigned())
      covariates.batch = try word(try reader.unsigned())
      covariates.firmware = try word(try reader.unsigned())
      covariates.age = UInt8(truncatingIfNeeded: try reader.unsigned())
      covariates.weather = try reader.weather()
      covariates.factors = FactorBins(packed: UInt32(truncatingIfNeeded: try reader.unsigned()))
      // Version 1 is in the very same order.
      bucket.append(
        stratum: Int32(lexicon.stratum(covariates)), profile: Int32(lexicon.profile(covariates)),
        CellCounts(atRisk: try reader.int32(), onsets: try reader.int32(), symptoms: try reader.int32()))
    }
    guard reader.isAtEnd else { throw BlobFault(description: "there are bytes after the last cell") }
    bucket.trim()
    return bucket
  }

  /// A cell within its stratum, its words by their numbers in the blob.
  fileprivate struct Row: Comparable {
    var batch: UInt32 = 0
    var firmware: UInt32 = 0
    var age: UInt8 = 0
    var weather = WeatherBin.unknown
    var factors = FactorBins()

    static func < (left: Row, right: Row) -> Bool {
      if left.batch != right.batch { return left.batch < right.batch }
      if left.firmware != right.firmware { return left.firmware < right.firmware }
      return (left.age, left.weather.rawValue, left.factors.packed)
        < (right.age, right.weather.rawValue, right.factors.packed)
    }
  }

  /// The words of one kind that a bucket uses.
  private struct LocalWords {
    private var isUsed: [Bool]
    /// By the lexicon's number.
    private(set) var numbers: [UInt32]

    init(count: Int) {
      isUsed = [Bool](repeating: false, count: count)
      numbers = [UInt32](repeating: 0, count: count)
    }

    mutating func mark(_ number: Int) { isUsed[number] = true }

    /// Numbers what is used in the order of texts.
    mutating func settle(_ words: ContiguousArray<Symbol>) -> [Symbol] {
      let used = words.indices.filter { isUsed[$0] }.sorted { words[$0] < words[$1] }
      for (position, number) in used.enumerated() { numbers[number] = UInt32(position) }
      return used.map { words[$0] }
    }
  }
}

extension ByteWriter {
  fileprivate mutating func words(_ words: [Symbol]) {
    count(words.count)
    for word in words { text(word.text) }
  }

  fileprivate mutating func row(_ row: CellBlob.Row, _ counts: CellCounts, after last: CellBlob.Row) {
    let step = row.batch - last.batch
    var head = UInt8(min(row.firmware, 15)) | UInt8(min(step, 3)) << 4
    var differs: UInt8 = 0
    if row.age != last.age { differs |= CellBlob.Mark.age }
    if row.weather != last.weather { differs |= CellBlob.Mark.weather }
    if row.factors != last.factors { differs |= CellBlob.Mark.factors }
    let isPlain = counts == CellCounts(atRisk: 1)
    if differs != 0 { head |= CellBlob.Mark.differs }
    if !isPlain { head |= CellBlob.Mark.counts }
    byte(head)
    if row.firmware >= 15 { unsigned(UInt64(row.firmware)) }
    if step >= 3 { unsigned(UInt64(step)) }
    if differs != 0 {
      byte(differs)
      if differs & CellBlob.Mark.age != 0 { byte(row.age) }
      if differs & CellBlob.Mark.weather != 0 { byte(row.weather.rawValue) }
      if differs & CellBlob.Mark.factors != 0 { unsigned(UInt64(row.factors.packed)) }
    }
    guard !isPlain else { return }
    let hasMore = counts.onsets != 0 || counts.symptoms != 0
    signed(Int64(counts.atRisk) << 1 | (hasMore ? 1 : 0))
    if hasMore {
      signed(Int64(counts.onsets))
      signed(Int64(counts.symptoms))
    }
  }
}

extension ByteReader {
  fileprivate mutating func words() throws(BlobFault) -> [Symbol] {
    var words: [Symbol] = []
    for _ in 0..<(try count()) { words.append(Symbol(try text())) }
    return words
  }

  fileprivate mutating func weather() throws(BlobFault) -> WeatherBin {
    let weather = try unsigned()
    guard weather <= 255, let bin = WeatherBin(rawValue: UInt8(weather)) else {
      throw BlobFault(description: "there is no weather \(weather)")
    }
    return bin
  }

  fileprivate mutating func row(after last: CellBlob.Row) throws(BlobFault) -> (CellBlob.Row, CellCounts) {
    let head = try byte()
    var row = last
    row.firmware = UInt32(head & 15)
    if row.firmware == 15 { row.firmware = UInt32(truncatingIfNeeded: try unsigned()) }
    var step = UInt64(head >> 4 & 3)
    if step == 3 { step = try unsigned() }
    row.batch = UInt32(truncatingIfNeeded: UInt64(last.batch) &+ step)
    if head & CellBlob.Mark.differs != 0 {
      let differs = try byte()
      if differs & CellBlob.Mark.age != 0 { row.age = try byte() }
      if differs & CellBlob.Mark.weather != 0 { row.weather = try weather() }
      if differs & CellBlob.Mark.factors != 0 {
        row.factors = FactorBins(packed: UInt32(truncatingIfNeeded: try unsigned()))
      }
    }
    guard head & CellBlob.Mark.counts != 0 else { return (row, CellCounts(atRisk: 1)) }
    let packed = try signed()
    guard let atRisk = Int32(exactly: packed >> 1) else {
      throw BlobFault(description: "\(packed >> 1) devices don't fit 32 bits")
    }
    guard packed & 1 != 0 else { return (row, CellCounts(atRisk: atRisk)) }
    return (row, CellCounts(atRisk: atRisk, onsets: try int32(), symptoms: try int32()))
  }
}
