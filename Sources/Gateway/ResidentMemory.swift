import CMalloc
import Glibc

/// Gives back to the system what a start or a snapshot needed for a moment and nobody needs now.
enum ResidentMemory {
  /// What was freed: the allocator keeps it otherwise, for what may come.
  static func releaseHeap() { malloc_trim(0) }

  /// The program's and its libraries' code: half of a small fleet's memory is what only the start went through. What is
  /// needed again is taken from the kernel's page cache, in microseconds.
  static func releaseCode() {
    for mapping in Mappings.read() where mapping.isUnchangedCode {
      madvise(UnsafeMutableRawPointer(bitPattern: mapping.start), Int(mapping.end - mapping.start), MADV_DONTNEED)
    }
  }
}

/// When memory is given back: in a pause, or after a while under load.
struct SpareMemory {
  private var lastWork: Double?
  private var lastRelease = -Double.infinity

  mutating func worked(at time: Double) { lastWork = time }

  /// Asked about once a second.
  mutating func release(at time: Double) {
    guard let work = lastWork, WallClock.simulated == nil else { return }
    let isIdle = time - work >= Limits.idleSeconds
    guard isIdle || time - lastRelease >= Limits.releaseSeconds else { return }
    lastRelease = time
    ResidentMemory.releaseHeap()
    guard isIdle else { return }
    // A pass's, as a rule.
    ResidentMemory.releaseCode()
    lastWork = nil
  }
}

/// A row of /proc/self/smaps.
struct MemoryMapping: Equatable {
  var start: UInt
  var end: UInt
  var permissions: String
  var isOfFile: Bool
  /// Written to since it was mapped: it isn't what the file holds any more.
  var privateDirty: Int

  var isUnchangedCode: Bool { permissions == "r-xp" && isOfFile && privateDirty == 0 }
}

enum Mappings {
  /// Empty where the system doesn't tell.
  static func read() -> [MemoryMapping] {
    let descriptor = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      guard count > 0 else { return count == 0 ? parse(bytes) : [] }
      bytes += part[..<count]
    }
  }

  /// A mapping is a line `start-end permissions offset device inode path` and lines `Name: value kB` behind it.
  static func parse(_ text: [UInt8]) -> [MemoryMapping] {
    var mappings: [MemoryMapping] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      if line.starts(with: dirtyName) {
        let digits = line.dropFirst(dirtyName.count).filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let last = mappings.indices.last, let number = Int(String(decoding: digits, as: UTF8.self)) else {
          continue
        }
        mappings[last].privateDirty = number
      } else if let first = line.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) || first <= 0x39 {
        if let mapping = mapping(line) { mappings.append(mapping) }
      }
    }
    return mappings
  }

  private static let dirtyName = Array("Private_Dirty:".utf8)

  private static func mapping(_ line: ArraySlice<UInt8>) -> MemoryMapping? {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5).map { String(decoding: $0, as: UTF8.self) }
    guard words.count >= 5 else { return nil }
    let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
    guard ends.count == 2, ends[0] < ends[1] else { return nil }
    // What we can't tell clean counts as written to.
    return MemoryMapping(
      start: ends[0], end: ends[1], permissions: words[1], isOfFile: words[4] != "0", privateDirty: .max)
  }
}
