import CZlib
import ControlProtocol
import Glibc

/// A few small files in one `.tar.gz`, which `tar tzf` lists and anyone can look into: POSIX ustar, packed with gzip.
enum TapeArchive {
  struct Entry: Hashable {
    var name: String
    var bytes: [UInt8]
  }

  private static let block = 512
  /// More than a bundle holds; a hostile file must not fill the memory.
  private static let mostBytes = 64 << 20

  /// A new file, readable by its owner alone; one that is there stays as it is.
  static func write(_ entries: [Entry], to path: String, at seconds: Int64) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let code = errno
      throw Failure(
        .failed, "can't write \(path): \(String(cString: strerror(code)))",
        advice: code == EEXIST ? "name another file, or remove it" : "name a file in a folder that you may write to")
    }
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += header(entry, seconds) + entry.bytes
      bytes += [UInt8](repeating: 0, count: (block - entry.bytes.count % block) % block)
    }
    bytes += [UInt8](repeating: 0, count: 2 * block)
    guard let file = gzdopen(descriptor, "wb9") else {
      close(descriptor)
      throw Failure(.failed, "can't write \(path): no memory")
    }
    let written = gzwrite(file, bytes, UInt32(bytes.count))
    guard gzclose_w(file) == Z_OK, Int(written) == bytes.count else {
      throw Failure(
        .failed, "can't write all of \(path): \(String(cString: strerror(errno)))", advice: "is the disk full?")
    }
  }

  static func read(_ path: String) throws -> [Entry] {
    guard let file = gzopen(path, "rb") else {
      throw Failure(.failed, "can't read \(path): \(String(cString: strerror(errno)))", advice: "name a bundle")
    }
    defer { gzclose_r(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Int(gzread(file, &part, UInt32(part.count)))
      guard count >= 0, bytes.count + count <= mostBytes else { throw broken(path) }
      if count == 0 { break }
      bytes += part[..<count]
    }
    var entries: [Entry] = []
    var rest = bytes[...]
    while rest.count >= block, rest.first != 0 {
      let header = rest.prefix(block)
      guard let size = octal(header, 124, 12), header.dropFirst(257).starts(with: Array("ustar".utf8)),
        rest.count >= block + size
      else { throw broken(path) }
      entries.append(Entry(name: text(header, 0, 100), bytes: Array(rest.dropFirst(block).prefix(size))))
      rest = rest.dropFirst(min(rest.count, block + (size + block - 1) / block * block))
    }
    guard !entries.isEmpty else { throw broken(path) }
    return entries
  }

  private static func broken(_ path: String) -> Failure {
    Failure(.failed, "\(path) is no bundle, or isn't complete", advice: "make one with: forewarn doctor --bundle FILE")
  }

  private static func header(_ entry: Entry, _ seconds: Int64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: block)
    func put(_ text: String, _ at: Int) { bytes.replaceSubrange(at..<at + text.utf8.count, with: text.utf8) }
    func octal(_ number: Int64, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(entry.name, 0)
    put("0000600", 100)
    put("0000000", 108)
    put("0000000", 116)
    put(octal(Int64(entry.bytes.count), 11), 124)
    put(octal(seconds, 11), 136)
    put("        ", 148)
    put("0", 156)
    put("ustar", 257)
    put("00", 263)
    put(octal(Int64(bytes.reduce(0) { $0 + Int($1) }), 6), 148)
    bytes[154] = 0
    return bytes
  }

  private static func text(_ header: ArraySlice<UInt8>, _ at: Int, _ count: Int) -> String {
    String(decoding: header.dropFirst(at).prefix(count).prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func octal(_ header: ArraySlice<UInt8>, _ at: Int, _ count: Int) -> Int? {
    Int(text(header, at, count).filter { $0 != " " }, radix: 8).flatMap { $0 >= 0 && $0 <= mostBytes ? $0 : nil }
  }
}
