package import Vocabulary

/// What the case store keeps of the history, and how it comes back; and what a reload of the profiles does to it.
extension FleetHistory {
  /// The pages of records that changed since the last call: 64 devices each, numbered from 0.
  package mutating func takeChanges() -> [(number: Int, bytes: [UInt8])] {
    putAway()
    return records.takeChangedPages()
  }

  /// Devices to be erased from the store with the next commit.
  package mutating func takeErased() -> [DeviceIdentity] {
    defer { erased = [] }
    return erased.sorted()
  }

  /// Words and columns of the packed records, clock, closings, surroundings and open revisions, in one piece.
  package func writeState() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt8(3))
    writer.write(records.words.words) { $0.write($1) }
    let shapes = dormantShapes.merging(layouts.mapValues(\.shape)) { $1 }.sorted { $0.key < $1.key }
    writer.write(shapes) { writer, entry in
      writer.write(entry.key)
      entry.value.write(to: &writer)
    }
    writer.write(clock.now) { $0.write($1) }
    writer.write(clock.start) { $0.write($1) }
    for buckets in [closedThrough, latestTallied] {
      for length in BucketLength.allCases { writer.write(buckets[length]) { $0.write($1.startHour) } }
    }
    surroundings.write(to: &writer)
    revisions.write(to: &writer)
    return writer.bytes
  }

  /// What `takeChanges` and `writeState` gave: all pages in the order of their numbers.
  package mutating func restore(
    state: [UInt8], pages: [(number: Int, bytes: [UInt8])]
  ) throws(UnreadableRecord) {
    var reader = ByteReader(state)
    let version = try reader.integer(UInt8.self)
    guard version == 3 else {
      throw UnreadableRecord(
        description: version == 2
          ? "the stored devices are as only unreleased builds of 0.1 wrote them: go on with that build, or move the state "
            + "directory away and fill a new one from a capture with forewarn replay --into"
          : "the stored clock and weather are of another version (\(version))")
    }
    records.restore(words: try reader.list { reader throws(UnreadableRecord) in try reader.symbol() })
    var shapes: [Symbol: RecordShape] = [:]
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let product = try reader.symbol()
      shapes[product] = try RecordShape(from: &reader)
    }
    records.reserve(pages: pages.count)
    for (number, bytes) in pages { try records.restorePage(number, bytes) }
    fit(from: shapes)
    countPresences()
    try restoreClock(from: &reader)
    revisions = try Revisions(from: &reader)
  }

  private mutating func restoreClock(from reader: inout ByteReader) throws(UnreadableRecord) {
    let now = try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    clock.resume(at: now, start: try reader.optional { reader throws(UnreadableRecord) in try reader.time() })
    closedThrough = try Self.buckets(from: &reader)
    latestTallied = try Self.buckets(from: &reader)
    surroundings = try Surroundings(from: &reader)
  }

  /// Brings records that were written with other columns to those of now; of products that no profile describes any more
  /// they are left as they are.
  private mutating func fit(from shapes: [Symbol: RecordShape]) {
    var old: [Symbol: RecordShape] = [:]
    for (product, shape) in shapes {
      guard let layout = layouts[product] else {
        dormantShapes[product] = shape
        continue
      }
      if layout.shape != shape { old[product] = shape }
    }
    if !old.isEmpty { exchangeShapes(from: old) }
  }

  /// Unpacks each record of the named products with its old columns and packs it with those of its layout now.
  private mutating func exchangeShapes(from old: [Symbol: RecordShape]) {
    for number in numbers {
      let product = product(of: number)
      guard let shape = old[product], let layout = layouts[product] else { continue }
      var record = DeviceRecord.nobody
      records.read(number, of: product, into: &record, shape: shape)
      record.fit(to: layout.shape, from: shape)
      record.forgetReached()
      write(&record, at: number)
    }
  }

  /// A database of the first version: a record a device. Of a product that no profile describes it is left where it is.
  package mutating func restoreFirstForm(
    state: [UInt8]?, devices: [(DeviceIdentity, [UInt8])]
  ) throws(UnreadableRecord) {
    for (identity, bytes) in devices {
      guard let layout = layouts[identity.product] else { continue }
      var record = try DeviceRecord(firstForm: bytes, identity: identity, shape: layout.shape)
      _ = records.append(&record, shape: layout.shape)
    }
    countPresences()
    guard let state else { return }
    var reader = ByteReader(state)
    guard try reader.integer(UInt8.self) == 1 else {
      throw UnreadableRecord(description: "the stored clock and weather are of another version")
    }
    try restoreClock(from: &reader)
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let device = try reader.text()
      for length in BucketLength.allCases {
        let before = try reader.optional { reader throws(UnreadableRecord) in
          try reader.list { reader throws(UnreadableRecord) in try Evidence(from: &reader, length: length) }
        }
        // There the evidence before the revision was kept: the sum now is the difference to what stands.
        guard let before, let number = number(of: device) else { continue }
        revisions.subtract(before)
        revisions.add(evidence(of: record(number), closedOf: length))
      }
    }
  }

  private static func buckets(from reader: inout ByteReader) throws(UnreadableRecord) -> ByLength<Bucket> {
    var buckets = ByLength<Bucket>()
    for length in BucketLength.allCases {
      buckets[length] = try reader.optional { reader throws(UnreadableRecord) in
        Bucket(startHour: try reader.integer(), length: length)
      }
    }
    return buckets
  }

  /// Takes up other profiles. A mode that is new, that comes back, or whose definition changed starts evidence with the next
  /// bucket; what a mode that stays has seen, stays.
  /// - Returns: the modes that begin so.
  @discardableResult
  package mutating func replaceProfiles(_ profiles: [FirmwareProfile]) -> Set<ModeKey> {
    putAway()
    let old = layouts
    layouts = Self.layouts(profiles)
    forgetColumns()
    var shapes = dormantShapes
    for (product, layout) in old { shapes[product] = layout.shape }
    dormantShapes = shapes.filter { layouts[$0.key] == nil }
    exchangeShapes(from: shapes.filter { entry in layouts[entry.key].map { $0.shape != entry.value } ?? false })
    var restarted: [ModeKey] = []
    for (product, layout) in layouts {
      let before = old[product]
      restarted += layout.modes.filter { mode in before.map { !layout.definesAlike(mode, as: $0) } ?? true }
        .map { ModeKey(product: product, mode: $0) }
    }
    restart(restarted)
    return Set(restarted)
  }
}

/// What each mode meant when its evidence was gathered, kept with it: a start under other profiles must know.
extension FleetHistory {
  package func writeDefinitions() -> [UInt8] {
    var writer = ByteWriter()
    let definitions = definitions { $0.definition(of: $1) }
    writer.write(definitions.sorted { $0.key < $1.key }) { writer, entry in
      writer.write(entry.key.product)
      writer.write(entry.key.mode)
      writer.write(entry.value) { $0.write($1) }
    }
    return writer.bytes
  }

  /// Lets every mode that is new, or was defined otherwise when this was stored, begin with the next bucket, and answers
  /// which those are, modes that are gone among them.
  /// Bytes that can't be read, or none, say nothing: everything is taken as it is.
  package mutating func restartModes(changedSince stored: [UInt8]?) -> Set<ModeKey> {
    guard let stored else { return [] }
    var reader = ByteReader(stored)
    let known: [(ModeKey, [UInt8])]
    do throws(UnreadableRecord) {
      known = try reader.list { reader throws(UnreadableRecord) in
        (
          ModeKey(product: try reader.symbol(), mode: try reader.symbol()),
          try reader.list { reader throws(UnreadableRecord) in try reader.integer(UInt8.self) }
        )
      }
    } catch {
      return []
    }
    let current = definitions { $0.definition(of: $1) }
    let byFile = definitions { $0.definitionByFile(of: $1) }
    // What wasn't there gave no evidence of the buckets that have closed: none of it may be taken back.
    let new = Set(current.keys).subtracting(known.map(\.0))
    let changed = new.union(known.filter { current[$0.0] != $0.1 && byFile[$0.0] != $0.1 }.map(\.0))
    restart(changed.filter { layouts[$0.product]?.modeSlots[$0.mode] != nil })
    return changed
  }

  private func definitions(_ define: (ProductLayout, Symbol) -> [ProductLayout.Definition]) -> [ModeKey: [UInt8]] {
    var definitions: [ModeKey: [UInt8]] = [:]
    for (product, layout) in layouts {
      for mode in layout.modes {
        var writer = ByteWriter()
        writer.write(define(layout, mode)) { $1.write(to: &$0) }
        definitions[ModeKey(product: product, mode: mode)] = writer.bytes
      }
    }
    return definitions
  }

  /// Lets modes begin anew with the next bucket in all devices' records.
  private mutating func restart(_ modes: some Collection<ModeKey>) {
    guard !modes.isEmpty else { return }
    let byProduct = Dictionary(grouping: modes, by: \.product)
    for number in numbers {
      let product = product(of: number)
      guard let modes = byProduct[product], let layout = layouts[product] else { continue }
      var record = record(number)
      for length in BucketLength.allCases {
        var fresh = Standing.Mode()
        fresh.evidenceFromHour = closedThrough[length]?.next.startHour ?? .min
        for mode in modes {
          if let slot = layout.modeSlots[mode.mode] { record[standing: length].modes[slot] = fresh }
        }
      }
      record.forgetReached()
      write(&record, at: number)
    }
    for mode in modes { revisions.forget(mode) }
  }
}

extension Evidence {
  func write(to writer: inout ByteWriter) {
    writer.write(mode.product)
    writer.write(mode.mode)
    writer.write(cell.bucket.startHour)
    let covariates = cell.covariates
    for symbol in [covariates.region, covariates.carrier, covariates.batch, covariates.firmware] {
      writer.write(symbol)
    }
    writer.write(covariates.age)
    writer.write(covariates.weather.rawValue)
    writer.write(covariates.factors.packed)
    for count in [counts.atRisk, counts.onsets, counts.symptoms] { writer.write(count) }
  }

  init(from reader: inout ByteReader, length: BucketLength) throws(UnreadableRecord) {
    self.init(
      mode: ModeKey(product: try reader.symbol(), mode: try reader.symbol()),
      cell: Cell(
        bucket: Bucket(startHour: try reader.integer(), length: length),
        covariates: Covariates(
          region: try reader.symbol(), carrier: try reader.symbol(), batch: try reader.symbol(),
          firmware: try reader.symbol(), age: try reader.integer(),
          weather: WeatherBin(rawValue: try reader.integer()) ?? .unknown,
          factors: FactorBins(packed: try reader.integer()))),
      counts: CellCounts(
        atRisk: try reader.integer(), onsets: try reader.integer(), symptoms: try reader.integer()))
  }
}
