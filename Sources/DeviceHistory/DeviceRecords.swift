import Synchronization
import Vocabulary

/// Every device's packed record, by number and by id, with the words that the records are packed with. What columns a record
/// has (`shape`) is for the caller to know.
struct DeviceRecords: Sendable {
  private var pages = DevicePages()
  private var index = DeviceIndex()
  private(set) var words = WordList()
  /// Where the next question probably ends, too: several are asked of each message's device.
  private let lastAsked = LastAsked()
  private final class LastAsked: Sendable {
    let number = Atomic(0)
  }

  var count: Int { pages.count }

  // MARK: Looking one up

  func number(of device: String) -> Int? {
    let last = lastAsked.number.load(ordering: .relaxed)
    if last < pages.count, isNamed(device, last) { return last }
    var device = device
    return device.withUTF8 { id in
      index.find(UnsafeRawBufferPointer(id)) { number in
        guard pages.withBytes(of: number, { RecordPacking.isId(id, of: $0) }) else { return false }
        lastAsked.number.store(number, ordering: .relaxed)
        return true
      }
    }
  }

  func isNamed(_ device: String, _ number: Int) -> Bool {
    var device = device
    return device.withUTF8 { id in pages.withBytes(of: number) { RecordPacking.isId(id, of: $0) } }
  }

  /// Whether only a pseudonym is left of the device.
  func isErased(_ number: Int) -> Bool {
    pages.withBytes(of: number) { RecordPacking.id($0).starts(with: Pseudonym.prefix.utf8) }
  }

  func id(of number: Int) -> String {
    pages.withBytes(of: number) { String(decoding: RecordPacking.id($0), as: UTF8.self) }
  }

  func product(of number: Int) -> Symbol {
    let words = words
    return pages.withBytes(of: number) { RecordPacking.product($0, words: words) }
  }

  /// `nil`: its facts don't say.
  func telemetryConsent(of number: Int) -> Bool? { pages.withBytes(of: number, RecordPacking.telemetryConsent) }

  func facts(of number: Int) -> Facts {
    let words = words
    return pages.withBytes(of: number) { RecordPacking.facts($0, words: words) }
  }

  func hasReports(_ number: Int) -> Bool { pages.withBytes(of: number, RecordPacking.hasReports) }

  func totals(of number: Int) -> (unknownItems: Int, gaps: Int64, latestVote: EventTime?) {
    pages.withBytes(of: number, RecordPacking.totals)
  }

  // MARK: Unpacking and packing

  // The words are taken out first: a closure that captures all of `self` copies it.

  /// Into a record whose memory is used again; one of another product than `product`, the device's, is made anew.
  func read(_ number: Int, of product: Symbol, into record: inout DeviceRecord, shape: RecordShape) {
    let words = words
    if record.presence.product != product {
      record = DeviceRecord(identity: DeviceIdentity(product: product, device: ""), shape: shape)
    }
    pages.withBytes(of: number) { RecordPacking.read($0, into: &record, shape: shape, words: words) }
  }

  func read(_ number: Int, of product: Symbol, into presence: inout Presence, shape: RecordShape) {
    let words = words
    if presence.product != product { presence = Presence(product: product, shape: shape) }
    pages.withBytes(of: number) { bytes in
      var reader = PackedReader(bytes)
      reader.skip(RecordPacking.presenceStart(bytes))
      presence.read(from: &reader, shape: shape, words: words)
    }
  }

  mutating func write(_ record: inout DeviceRecord, at number: Int, shape: RecordShape) {
    let packed = RecordPacking.write(&record, shape: shape, words: &words)
    pages.replace(0..<size(of: number), of: number, with: packed.bytes)
  }

  /// Answers the new record's number.
  mutating func append(_ record: inout DeviceRecord, shape: RecordShape) -> Int {
    let packed = RecordPacking.write(&record, shape: shape, words: &words)
    let number = pages.count
    pages.append(packed.bytes)
    enter(number)
    return number
  }

  mutating func replace(_ presence: Presence, of number: Int, shape: RecordShape) {
    var writer = PackedWriter()
    let length = writer.placeOfLength()
    presence.write(to: &writer, shape: shape, words: &words)
    writer.setLength(at: length)
    let part = pages.withBytes(of: number) { bytes in
      let start = RecordPacking.presenceStart(bytes)
      return start - RecordPacking.lengthBytes..<start + RecordPacking.presenceLength(bytes)
    }
    pages.replace(part, of: number, with: writer.bytes)
  }

  /// Puts the presence's last day behind the record's other days, packed as it is.
  mutating func addLastDay(of presence: Presence, to number: Int, shape: RecordShape) {
    var writer = PackedWriter()
    presence.writeLastDay(to: &writer, shape: shape, words: &words)
    let end = size(of: number)
    pages.replace(end..<end, of: number, with: writer.bytes)
  }

  /// The same with another id.
  mutating func rename(_ record: inout DeviceRecord, at number: Int, shape: RecordShape) {
    pages.withBytes(of: number) { index.remove(RecordPacking.id($0), number) }
    write(&record, at: number, shape: shape)
    enter(number)
  }

  private func size(of number: Int) -> Int { pages.withBytes(of: number) { $0.count } }

  private mutating func enter(_ number: Int) {
    pages.withBytes(of: number) { bytes in
      index.insert(RecordPacking.id(bytes), number) { other, body in
        pages.withBytes(of: other) { body(RecordPacking.id($0)) }
      }
    }
  }

  /// Before so many pages are restored.
  mutating func reserve(pages more: Int) {
    index.reserve(pages.count + more * DevicePages.devicesAPage) { other, body in
      pages.withBytes(of: other) { body(RecordPacking.id($0)) }
    }
  }

  // MARK: What is kept

  mutating func takeChangedPages() -> [(number: Int, bytes: [UInt8])] { pages.takeChanged() }

  mutating func restorePage(_ number: Int, _ bytes: [UInt8]) throws(UnreadableRecord) {
    let before = pages.count
    try pages.restore(number: number, bytes)
    for number in before..<pages.count { enter(number) }
  }

  mutating func restore(words: [Symbol]) {
    for word in words { _ = self.words.number(of: word) }
  }
}
