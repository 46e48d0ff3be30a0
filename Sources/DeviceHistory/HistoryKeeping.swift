package import Vocabulary

/// What the case store keeps of the history, and how it comes back; and what a reload of the profiles does to it.
extension FleetHistory {
  /// The records that changed since the last call.
  package mutating func takeChanges() -> [(DeviceIdentity, [UInt8])] {
    defer { changed = [] }
    return changed.sorted().compactMap { index in
      let record = records[index]
      return layouts[record.identity.product].map { (record.identity, record.write(layout: $0)) }
    }
  }

  /// Devices to be erased from the store with the next commit, and the record that remains of each.
  package mutating func takeErased() -> [(DeviceIdentity, record: [UInt8])] {
    let erased = erased.sorted()
    self.erased = []
    return erased.compactMap { identity in
      guard let index = index(of: identity.device), let layout = layouts[identity.product] else { return nil }
      return (identity, records[index].write(layout: layout))
    }
  }

  /// A stored record; of a product that no profile describes any more it is left where it is and not read.
  package mutating func restoreDevice(_ identity: DeviceIdentity, _ bytes: [UInt8]) throws(UnreadableRecord) {
    guard let layout = layouts[identity.product] else { return }
    restore(try DeviceRecord(identity: identity, bytes: bytes, layout: layout))
  }

  /// Clock, closings, surroundings and open revisions, in one piece.
  package func writeState() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt8(1))
    writer.write(clock.now) { $0.write($1) }
    writer.write(clock.start) { $0.write($1) }
    for buckets in [closedThrough, latestTallied] {
      for length in BucketLength.allCases { writer.write(buckets[length]) { $0.write($1.startHour) } }
    }
    surroundings.write(to: &writer)
    let revisions = beforeRevision.sorted { records[$0.key].identity < records[$1.key].identity }
    writer.write(revisions) { writer, revision in
      writer.write(records[revision.key].identity.device)
      for length in BucketLength.allCases {
        writer.write(revision.value[length]) { writer, evidence in
          writer.write(evidence) { $1.write(to: &$0) }
        }
      }
    }
    return writer.bytes
  }

  /// After all devices were restored.
  package mutating func restoreState(_ bytes: [UInt8]) throws(UnreadableRecord) {
    var reader = ByteReader(bytes)
    guard try reader.integer(UInt8.self) == 1 else {
      throw UnreadableRecord(description: "the stored clock and weather are of another version")
    }
    let now = try reader.optional { reader throws(UnreadableRecord) in try reader.time() }
    clock.resume(at: now, start: try reader.optional { reader throws(UnreadableRecord) in try reader.time() })
    closedThrough = try Self.buckets(from: &reader)
    latestTallied = try Self.buckets(from: &reader)
    surroundings = try Surroundings(from: &reader)
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let device = try reader.text()
      for length in BucketLength.allCases {
        let evidence = try reader.optional { reader throws(UnreadableRecord) in
          try reader.list { reader throws(UnreadableRecord) in try Evidence(from: &reader, length: length) }
        }
        if let evidence, let index = index(of: device) { beforeRevision[index, default: [:]][length] = evidence }
      }
    }
  }

  private static func buckets(from reader: inout ByteReader) throws(UnreadableRecord) -> [BucketLength: Bucket] {
    var buckets: [BucketLength: Bucket] = [:]
    for length in BucketLength.allCases {
      buckets[length] = try reader.optional { reader throws(UnreadableRecord) in
        Bucket(startHour: try reader.integer(), length: length)
      }
    }
    return buckets
  }

  /// Takes up other profiles. A mode whose definition changed starts new evidence with the next bucket; what a mode
  /// that stays has seen, stays.
  package mutating func replaceProfiles(_ profiles: [FirmwareProfile]) {
    let new = Self.layouts(profiles)
    for index in records.indices {
      let product = records[index].identity.product
      guard let old = layouts[product], let layout = new[product] else { continue }
      records[index].fit(
        to: layout,
        from: DeviceRecord.StoredNames(signals: old.signals, events: old.events, modes: old.modes))
      if old.modes != layout.modes { changed.insert(index) }
      for (slot, mode) in layout.modes.enumerated() where !layout.definesAlike(mode, as: old) {
        restart(index, slot, mode)
      }
    }
    // The records of a product that is no longer described keep their form until it is, or the daemon starts again.
    layouts.merge(new) { $1 }
  }
}

/// What each mode meant when its evidence was gathered, kept with it: a start under other profiles must know.
extension FleetHistory {
  package func writeDefinitions() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(definitions.sorted { $0.key < $1.key }) { writer, entry in
      writer.write(entry.key.product)
      writer.write(entry.key.mode)
      writer.write(entry.value) { $0.write($1) }
    }
    return writer.bytes
  }

  /// Lets every stored mode that is defined otherwise now begin anew, with the next bucket, and answers which those are.
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
    let current = definitions
    let changed = Set(known.filter { current[$0.0] != $0.1 }.map(\.0))
    for index in records.indices {
      for mode in changed where mode.product == records[index].identity.product {
        if let slot = layouts[mode.product]?.modeSlots[mode.mode] { restart(index, slot, mode.mode) }
      }
    }
    return changed
  }

  private var definitions: [ModeKey: [UInt8]] {
    var definitions: [ModeKey: [UInt8]] = [:]
    for (product, layout) in layouts {
      for mode in layout.modes {
        var writer = ByteWriter()
        writer.write(layout.definition(of: mode)) { $1.write(to: &$0) }
        definitions[ModeKey(product: product, mode: mode)] = writer.bytes
      }
    }
    return definitions
  }

  private mutating func restart(_ index: Int, _ slot: Int, _ mode: Symbol) {
    for length in BucketLength.allCases {
      var fresh = Standing.Mode()
      fresh.evidenceFromHour = closedThrough[length]?.next.startHour ?? .min
      records[index][standing: length].modes[slot] = fresh
    }
    for length in BucketLength.allCases { beforeRevision[index]?[length]?.removeAll { $0.mode.mode == mode } }
    changed.insert(index)
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
