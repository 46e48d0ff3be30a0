import Vocabulary

/// The packed form of where a device stands, as a part of its record: what is unknown or as usual takes no room.
extension Standing {
  func write(to writer: inout PackedWriter, shape: RecordShape, words: inout WordList) {
    var mask: UInt64 = 0
    if upToHour != .min { mask |= 1 }
    if firmware != nil { mask |= 2 }
    if installedHour != nil { mask |= 4 }
    if firstHeardHour != nil { mask |= 8 }
    if shape.timed.contains(where: { lastEventHour[$0] != nil }) { mask |= 16 }
    if modes.contains(where: { $0 != Mode() }) { mask |= 32 }
    writer.unsigned(mask)
    let base = upToHour == .min ? 0 : Int64(upToHour)
    if upToHour != .min { writer.signed(base) }
    if let firmware { writer.unsigned(words.number(of: firmware)) }
    if let installedHour { writer.signed(base - Int64(installedHour)) }
    if let firstHeardHour { writer.signed(base - Int64(firstHeardHour)) }
    if mask & 16 != 0 {
      for slot in shape.timed {
        writer.unsigned(lastEventHour[slot].map { Packed.zigzag(base - Int64($0)) + 1 } ?? 0)
      }
    }
    guard mask & 32 != 0 else { return }
    for mode in modes {
      let hasMore = mode.evidenceFromHour != .min || mode.lastOnsetHour != nil || mode.onsets != 0
      let hasForecast = mode.forecastBin != 0
      writer.unsigned(Packed.zigzag(mode.accruedUnits) << 2 | (hasForecast ? 2 : 0) | (hasMore ? 1 : 0))
      if hasForecast {
        writer.byte(mode.forecastBin)
        writer.byte(mode.forecastOnsets)
      }
      guard hasMore else { continue }
      writer.signed(Int64(mode.onsets))
      writer.unsigned(mode.lastOnsetHour.map { Packed.zigzag(base - Int64($0)) + 1 } ?? 0)
      writer.unsigned(mode.lastSymptomHour.map { Packed.zigzag(base - Int64($0)) + 1 } ?? 0)
      writer.unsigned(mode.evidenceFromHour == .min ? 0 : Packed.zigzag(base - Int64(mode.evidenceFromHour)) + 1)
    }
  }

  mutating func read(from reader: inout PackedReader, shape: RecordShape, words: WordList) {
    let mask = reader.unsigned()
    let base = mask & 1 != 0 ? reader.signed() : 0
    func hour(_ code: UInt64) -> Int32? {
      code == 0 ? nil : Int32(truncatingIfNeeded: base - Packed.unzigzag(code - 1))
    }
    upToHour = mask & 1 != 0 ? Int32(truncatingIfNeeded: base) : .min
    firmware = mask & 2 != 0 ? words[reader.unsigned()] : nil
    installedHour = mask & 4 != 0 ? Int32(truncatingIfNeeded: base - reader.signed()) : nil
    firstHeardHour = mask & 8 != 0 ? Int32(truncatingIfNeeded: base - reader.signed()) : nil
    for slot in lastEventHour.indices { lastEventHour[slot] = nil }
    if mask & 16 != 0 { for slot in shape.timed { lastEventHour[slot] = hour(reader.unsigned()) } }
    for slot in modes.indices {
      modes[slot] = Mode()
      guard mask & 32 != 0 else { continue }
      let header = reader.unsigned()
      modes[slot].accruedUnits = Packed.unzigzag(header >> 2)
      if header & 2 != 0 {
        modes[slot].forecastBin = reader.byte()
        modes[slot].forecastOnsets = reader.byte()
      }
      guard header & 1 == 1 else { continue }
      modes[slot].onsets = Int32(truncatingIfNeeded: reader.signed())
      modes[slot].lastOnsetHour = hour(reader.unsigned())
      modes[slot].lastSymptomHour = hour(reader.unsigned())
      modes[slot].evidenceFromHour = hour(reader.unsigned()) ?? .min
    }
  }
}

/// What a record has reached, as the difference to where its final buckets end: mostly nothing but the hour.
extension Standing {
  func write(
    to writer: inout PackedWriter, after base: Standing, shape: RecordShape, words: inout WordList
  ) {
    var mask: UInt64 = 0
    if firmware != base.firmware { mask |= 1 }
    if installedHour != base.installedHour { mask |= 2 }
    if firstHeardHour != base.firstHeardHour { mask |= 4 }
    if shape.timed.contains(where: { lastEventHour[$0] != base.lastEventHour[$0] }) { mask |= 8 }
    if modes.indices.contains(where: { isAhead($0, of: base) }) { mask |= 16 }
    writer.unsigned(mask)
    let start = base.upToHour == .min ? 0 : Int64(base.upToHour)
    writer.signed(Int64(upToHour) - start)
    func hour(_ hour: Int32?) { writer.unsigned(hour.map { Packed.zigzag(Int64(upToHour) - Int64($0)) + 1 } ?? 0) }
    if mask & 1 != 0 { writer.unsigned(firmware.map { words.number(of: $0) + 1 } ?? 0) }
    if mask & 2 != 0 { hour(installedHour) }
    if mask & 4 != 0 { hour(firstHeardHour) }
    if mask & 8 != 0 { for slot in shape.timed { hour(lastEventHour[slot]) } }
    guard mask & 16 != 0 else { return }
    for slot in modes.indices {
      guard isAhead(slot, of: base) else {
        writer.unsigned(0)
        continue
      }
      writer.unsigned(Packed.zigzag(Int64(modes[slot].onsets) - Int64(base.modes[slot].onsets)) + 1)
      hour(modes[slot].lastOnsetHour)
      hour(modes[slot].lastSymptomHour)
    }
  }

  private func isAhead(_ slot: Int, of base: Standing) -> Bool {
    modes[slot].onsets != base.modes[slot].onsets || modes[slot].lastOnsetHour != base.modes[slot].lastOnsetHour
      || modes[slot].lastSymptomHour != base.modes[slot].lastSymptomHour
  }

  mutating func read(
    from reader: inout PackedReader, after base: Standing, shape: RecordShape, words: WordList
  ) {
    become(base)
    let mask = reader.unsigned()
    let upTo = (base.upToHour == .min ? 0 : Int64(base.upToHour)) + reader.signed()
    upToHour = Int32(truncatingIfNeeded: upTo)
    func hour() -> Int32? {
      let code = reader.unsigned()
      return code == 0 ? nil : Int32(truncatingIfNeeded: upTo - Packed.unzigzag(code - 1))
    }
    if mask & 1 != 0 {
      let code = reader.unsigned()
      firmware = code == 0 ? nil : words[code - 1]
    }
    if mask & 2 != 0 { installedHour = hour() }
    if mask & 4 != 0 { firstHeardHour = hour() }
    if mask & 8 != 0 { for slot in shape.timed { lastEventHour[slot] = hour() } }
    guard mask & 16 != 0 else { return }
    for slot in modes.indices {
      let code = reader.unsigned()
      guard code != 0 else { continue }
      modes[slot].onsets += Int32(truncatingIfNeeded: Packed.unzigzag(code - 1))
      modes[slot].lastOnsetHour = hour()
      modes[slot].lastSymptomHour = hour()
    }
  }
}
