import Vocabulary

/// Which columns the packed records of a product's devices have: what its rules and factors look at, and nothing else. Kept
/// in the store beside the records, so that a start under other profiles can still read them.
struct RecordShape: Sendable, Hashable {
  /// What the rules ask of a signal; only that is kept.
  struct Uses: OptionSet, Sendable, Hashable {
    let rawValue: UInt8
    static let sum = Uses(rawValue: 1)
    static let least = Uses(rawValue: 2)
    static let greatest = Uses(rawValue: 4)
  }
  var signals: [Symbol] = []
  var uses: [Uses] = []
  var events: [Symbol] = []
  /// Events that a factor counts over days: of these, final buckets are kept.
  var isWindowed: [Bool] = []
  /// Events whose last bucket a factor asks for, by slot.
  var timed: [Int] = []
  var modes: [Symbol] = []
  var watchesHours = false

  static let nothing = RecordShape()

  func write(to writer: inout ByteWriter) {
    writer.write(signals) { $0.write($1) }
    writer.write(uses) { $0.write($1.rawValue) }
    writer.write(events) { $0.write($1) }
    writer.write(isWindowed) { $0.write($1) }
    writer.write(timed) { $0.write(UInt32($1)) }
    writer.write(modes) { $0.write($1) }
    writer.write(watchesHours)
  }

  init() {}

  init(from reader: inout ByteReader) throws(UnreadableRecord) {
    signals = try reader.list { reader throws(UnreadableRecord) in try reader.symbol() }
    uses = try reader.list { reader throws(UnreadableRecord) in Uses(rawValue: try reader.integer()) }
    events = try reader.list { reader throws(UnreadableRecord) in try reader.symbol() }
    isWindowed = try reader.list { reader throws(UnreadableRecord) in try reader.flag() }
    timed = try reader.list { reader throws(UnreadableRecord) in Int(try reader.integer(UInt32.self)) }
    modes = try reader.list { reader throws(UnreadableRecord) in try reader.symbol() }
    watchesHours = try reader.flag()
    guard uses.count == signals.count, isWindowed.count == events.count, timed.allSatisfy({ $0 < events.count }) else {
      throw UnreadableRecord(description: "the columns of the stored records don't fit together")
    }
  }
}
