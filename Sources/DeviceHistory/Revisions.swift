import Vocabulary

/// The sum of what has changed in closed buckets since the last closing: a few cells a revised device, however often it is
/// revised. Differences add up, so that the table after the next closing is what it would be had all come in time.
struct Revisions: Sendable {
  struct Key: Hashable, Sendable {
    var mode: ModeKey
    var cell: Cell
  }
  private var counts: [Key: CellCounts] = [:]

  mutating func add(_ evidence: [Evidence]) {
    for item in evidence { add(item.counts, Key(mode: item.mode, cell: item.cell)) }
  }

  mutating func subtract(_ evidence: [Evidence]) {
    for item in evidence { add(-item.counts, Key(mode: item.mode, cell: item.cell)) }
  }

  private mutating func add(_ difference: CellCounts, _ key: Key) {
    var sum = counts[key] ?? CellCounts()
    sum += difference
    counts[key] = sum.isZero ? nil : sum
  }

  /// Those of buckets of this length, taken out.
  mutating func take(_ length: BucketLength) -> [Evidence] {
    let taken = counts.filter { $0.key.cell.bucket.length == length }
    for key in taken.keys { counts[key] = nil }
    return taken.map { Evidence(mode: $0.key.mode, cell: $0.key.cell, counts: $0.value) }
  }

  mutating func forget(_ mode: ModeKey) {
    for key in counts.keys where key.mode == mode { counts[key] = nil }
  }

  func write(to writer: inout ByteWriter) {
    let sorted = counts.map { Evidence(mode: $0.key.mode, cell: $0.key.cell, counts: $0.value) }.sorted {
      $0.precedes($1)
    }
    writer.write(sorted) { writer, evidence in
      writer.write(evidence.cell.bucket.length == .day)
      evidence.write(to: &writer)
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws(UnreadableRecord) {
    let stored = try reader.list { reader throws(UnreadableRecord) in
      try Evidence(from: &reader, length: try reader.flag() ? .day : .hour)
    }
    for item in stored { add(item.counts, Key(mode: item.mode, cell: item.cell)) }
  }
}

extension Evidence {
  /// By words, not by numbers: equal sums are equal bytes.
  fileprivate func precedes(_ other: Evidence) -> Bool {
    if mode != other.mode { return mode < other.mode }
    if cell.bucket != other.cell.bucket { return cell.bucket < other.cell.bucket }
    let (mine, theirs) = (cell.covariates, other.cell.covariates)
    if mine.region != theirs.region { return mine.region < theirs.region }
    if mine.carrier != theirs.carrier { return mine.carrier < theirs.carrier }
    if mine.batch != theirs.batch { return mine.batch < theirs.batch }
    if mine.firmware != theirs.firmware { return mine.firmware < theirs.firmware }
    return (mine.age, mine.weather.rawValue, mine.factors.packed)
      < (theirs.age, theirs.weather.rawValue, theirs.factors.packed)
  }
}
