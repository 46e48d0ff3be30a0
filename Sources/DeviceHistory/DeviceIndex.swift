/// Where a device's record is, by its id: an open table of numbers with a byte of each id's hash beside, so that hardly ever
/// a record is looked at in vain. The ids themselves stand in the records. Ten bytes a device instead of a dictionary's
/// sixty and more.
struct DeviceIndex: Sendable {
  private var numbers: [UInt32] = Array(repeating: 0, count: 64)
  private var tags: [UInt8] = Array(repeating: 0, count: 64)
  /// With the places of removed ones, until the table is made anew.
  private(set) var count = 0
  private var removed = 0
  /// A place whose record bears another id now: a search goes on behind it.
  private static let vacated = UInt32.max

  /// Seeded anew in each process: nobody outside can choose ids that collide. No result depends on the order here.
  @inline(__always)
  private static func hash(_ id: UnsafeRawBufferPointer) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(bytes: id)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// The record's number, if one of the candidates bears the id.
  func find(_ id: UnsafeRawBufferPointer, isBorneBy: (Int) -> Bool) -> Int? {
    let hash = Self.hash(id)
    let mask = UInt64(numbers.count - 1)
    let tag = UInt8(truncatingIfNeeded: hash >> 56)
    var place = Int(hash & mask)
    while numbers[place] != 0 {
      if tags[place] == tag, numbers[place] != Self.vacated {
        let number = Int(numbers[place] - 1)
        if isBorneBy(number) { return number }
      }
      place = (place + 1) & Int(mask)
    }
    return nil
  }

  /// `idOf`: calls back with the bytes of a record's id, for when the table grows.
  mutating func insert(
    _ id: UnsafeRawBufferPointer, _ number: Int, idOf: (Int, (UnsafeRawBufferPointer) -> Void) -> Void
  ) {
    if (count + 1) * 3 > numbers.count * 2 { grow(idOf) }
    put(Self.hash(id), UInt32(number + 1))
    count += 1
  }

  /// Before the record at `number` takes another id.
  mutating func remove(_ id: UnsafeRawBufferPointer, _ number: Int) {
    let mask = numbers.count - 1
    var place = Int(Self.hash(id) & UInt64(mask))
    while numbers[place] != 0 {
      if numbers[place] == UInt32(number + 1) {
        numbers[place] = Self.vacated
        removed += 1
        return
      }
      place = (place + 1) & mask
    }
  }

  /// Room for as many records at once: growing step by step would enter each of them twice.
  mutating func reserve(_ records: Int, idOf: (Int, (UnsafeRawBufferPointer) -> Void) -> Void) {
    var size = numbers.count
    while (records + 1) * 3 > size * 2 { size *= 2 }
    if size > numbers.count { enterAnew(inPlaces: size, idOf) }
  }

  private mutating func put(_ hash: UInt64, _ entry: UInt32) {
    let mask = numbers.count - 1
    var place = Int(hash & UInt64(mask))
    while numbers[place] != 0 { place = (place + 1) & mask }
    numbers[place] = entry
    tags[place] = UInt8(truncatingIfNeeded: hash >> 56)
  }

  private mutating func grow(_ idOf: (Int, (UnsafeRawBufferPointer) -> Void) -> Void) {
    let staying = count - removed
    enterAnew(inPlaces: (staying + 1) * 3 > numbers.count ? numbers.count * 2 : numbers.count, idOf)
  }

  private mutating func enterAnew(inPlaces size: Int, _ idOf: (Int, (UnsafeRawBufferPointer) -> Void) -> Void) {
    let old = numbers
    count -= removed
    removed = 0
    numbers = Array(repeating: 0, count: size)
    tags = Array(repeating: 0, count: size)
    for entry in old where entry != 0 && entry != Self.vacated {
      idOf(Int(entry - 1)) { put(Self.hash($0), entry) }
    }
  }
}
