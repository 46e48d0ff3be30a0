import Vocabulary

/// Which columns the packed records of a product's devices have: what its rules and factors look at, and nothing else. Kept
/// in the store beside the records, so that a start under other profiles can still read them. A class, since each look at a
/// record needs it: one reference instead of five arrays'.
final class RecordShape: Sendable {
  /// What the rules ask of a signal; only that is kept.
  struct Uses: OptionSet, Sendable, Hashable {
    let rawValue: UInt8
    static let sum = Uses(rawValue: 1)
    static let least = Uses(rawValue: 2)
    static let greatest = Uses(rawValue: 4)
  }
  let signals: [Symbol]
  let uses: [Uses]
  let events: [Symbol]
  /// Events that a factor counts over days: of these, final buckets are kept.
  let isWindowed: [Bool]
  /// Events whose last bucket a factor asks for, by slot.
  let timed: [Int]
  let modes: [Symbol]
  let watchesHours: Bool

  static let nothing = RecordShape()

  init(
    signals: [Symbol] = [], uses: [Uses] = [], events: [Symbol] = [], isWindowed: [Bool] = [], timed: [Int] = [],
    modes: [Symbol] = [], watchesHours: Bool = false
  ) {
    self.signals = signals
    self.uses = uses
    self.events = events
    self.isWindowed = isWindowed
    self.timed = timed
    self.modes = modes
    self.watchesHours = watchesHours
  }

  func write(to writer: inout ByteWriter) {
    writer.write(signals) { $0.write($1) }
    writer.write(uses) { $0.write($1.rawValue) }
    writer.write(events) { $0.write($1) }
    writer.write(isWindowed) { $0.write($1) }
    writer.write(timed) { $0.write(UInt32($1)) }
    writer.write(modes) { $0.write($1) }
    writer.write(watchesHours)
  }

  convenience init(from reader: inout ByteReader) throws(UnreadableRecord) {
    let signals = try reader.list { reader throws(UnreadableRecord) in try reader.symbol() }
    let uses = try reader.list { reader throws(UnreadableRecord) in Uses(rawValue: try reader.integer()) }
    let events = try reader.list { reader throws(UnreadableRecord) in try reader.symbol() }
    let isWindowed = try reader.list { reader throws(UnreadableRecord) in try reader.flag() }
    let timed = try reader.list { reader throws(UnreadableRecord) in Int(try reader.integer(UInt32.self)) }
    let modes = try reader.list { reader throws(UnreadableRecord) in try reader.symbol() }
    guard uses.count == signals.count, isWindowed.count == events.count, timed.allSatisfy({ $0 < events.count }) else {
      throw UnreadableRecord(description: "the columns of the stored records don't fit together")
    }
    self.init(
      signals: signals, uses: uses, events: events, isWindowed: isWindowed, timed: timed, modes: modes,
      watchesHours: try reader.flag())
  }
}

extension RecordShape: Equatable {
  static func == (left: RecordShape, right: RecordShape) -> Bool {
    left.signals == right.signals && left.uses == right.uses && left.events == right.events
      && left.isWindowed == right.isWindowed && left.timed == right.timed && left.modes == right.modes
      && left.watchesHours == right.watchesHours
  }
}
