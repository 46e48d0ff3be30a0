/// The packed records of all devices, in the order in which they came: 64 to a page, one behind the other. A record that
/// grows moves its page's rest, a few kilobytes; in return a record costs its bytes and little more, and a page is what the
/// store keeps, so that a start copies instead of reading a million records.
struct DevicePages: Sendable {
  static let devicesAPage = 64

  private struct Page: Sendable {
    var bytes: [UInt8] = []
    /// Where each record ends.
    var ends: [UInt32] = []
    var isChanged = false
  }

  private var pages: [Page] = []
  private(set) var count = 0
  private var changed: [Int] = []

  @inline(__always)
  func withBytes<Value>(of index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
    let page = index / Self.devicesAPage
    let range = range(of: index)
    return pages[page].bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  @inline(__always)
  private func range(of index: Int) -> Range<Int> {
    let (page, place) = index.quotientAndRemainder(dividingBy: Self.devicesAPage)
    let start = place == 0 ? 0 : Int(pages[page].ends[place - 1])
    return start..<Int(pages[page].ends[place])
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    if count % Self.devicesAPage == 0 { pages.append(Page()) }
    let page = pages.count - 1
    makeRoom(page, bytes.count)
    pages[page].bytes.append(contentsOf: bytes)
    pages[page].ends.append(UInt32(pages[page].bytes.count))
    mark(page)
    count += 1
  }

  /// Puts `bytes` in the place of a part of the record, `part` being counted from its start.
  mutating func replace(_ part: Range<Int>, of index: Int, with bytes: UnsafeBufferPointer<UInt8>) {
    let (page, place) = index.quotientAndRemainder(dividingBy: Self.devicesAPage)
    let start = range(of: index).lowerBound
    let growth = bytes.count - part.count
    if growth > 0 { makeRoom(page, growth) }
    if growth == 0 {
      pages[page].bytes.withUnsafeMutableBufferPointer {
        _ = UnsafeMutableBufferPointer(rebasing: $0[start + part.lowerBound..<start + part.upperBound]).update(
          from: bytes)
      }
    } else {
      pages[page].bytes.replaceSubrange(start + part.lowerBound..<start + part.upperBound, with: bytes)
    }
    if growth != 0 {
      pages[page].ends.withUnsafeMutableBufferPointer { ends in
        for later in place..<ends.count { ends[later] &+= UInt32(truncatingIfNeeded: growth) }
      }
    }
    mark(page)
  }

  /// By a sixteenth more than needed: an array by itself would double.
  private mutating func makeRoom(_ page: Int, _ growth: Int) {
    let needed = pages[page].bytes.count + growth
    if needed > pages[page].bytes.capacity { pages[page].bytes.reserveCapacity(needed + needed / 16 + 64) }
  }

  private mutating func mark(_ page: Int) {
    guard !pages[page].isChanged else { return }
    pages[page].isChanged = true
    changed.append(page)
  }

  // MARK: What is kept

  /// The pages that changed since the last call, in order.
  mutating func takeChanged() -> [(number: Int, bytes: [UInt8])] {
    defer { changed = [] }
    return changed.sorted().map { number in
      pages[number].isChanged = false
      return (number, packed(pages[number]))
    }
  }

  private func packed(_ page: Page) -> [UInt8] {
    var writer = PackedWriter()
    writer.count(page.ends.count)
    var start: UInt32 = 0
    for end in page.ends {
      writer.count(Int(end - start))
      start = end
    }
    page.bytes.withUnsafeBytes { writer.append($0) }
    writer.fixed(PageDigest.of(UnsafeRawBufferPointer(writer.bytes)))
    return Array(writer.bytes)
  }

  /// The next page as it was taken.
  mutating func restore(number: Int, _ stored: [UInt8]) throws(UnreadableRecord) {
    guard number == pages.count, count == number * Self.devicesAPage else {
      throw UnreadableRecord(
        description: "page \(number) of the devices comes after \(pages.count) pages, \(count) devices")
    }
    let page = stored.withUnsafeBufferPointer { buffer -> Page? in
      let content = buffer.dropLast(8)
      guard !content.isEmpty,
        PageDigest.of(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer).dropLast(8)))
          == UInt64(
            littleEndian: UnsafeRawBufferPointer(buffer).loadUnaligned(fromByteOffset: content.count, as: UInt64.self))
      else { return nil }
      // From here on the bytes are what was written.
      var reader = PackedReader(UnsafeBufferPointer(rebasing: content))
      var page = Page()
      var end = 0
      for _ in 0..<reader.count() {
        end += reader.count()
        page.ends.append(UInt32(truncatingIfNeeded: end))
      }
      page.bytes = Array(content.suffix(end))
      return page
    }
    guard let page else { throw UnreadableRecord(description: "page \(number) of the devices isn't what was written") }
    pages.append(page)
    count += page.ends.count
  }
}

/// Tells a page that came back changed from the store. Eight bytes at a step, since a start reads hundreds of megabytes.
private enum PageDigest {
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count)
    var offset = 0
    while offset + 8 <= bytes.count {
      state = step(state, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var last: UInt64 = 0
    for byte in bytes[offset...] { last = last << 8 | UInt64(byte) }
    return step(state, last)
  }

  @inline(__always)
  private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
    return product.high ^ product.low
  }
}
