import Fingerprints
import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Erasures beside the database, so that they outlive the restore of an older copy of it: `erasures.ndjson`, a line each,
/// only appended to, and `erasures.key`, with which the device's id in them is hashed. A line is on the medium before the
/// commit that erases; the store keeps the number of the last one that it knows of (`meta`). A start that finds lines
/// beyond that number erases again.
///
/// Whoever restores a backup leaves both files in place, or, onto a new machine, brings both of the backup along.
package final class ErasureList: Sendable {
  package struct Line: Codable, Hashable, Sendable {
    /// From 1 on.
    package var number: Int
    package var at: String
    package var product: String
    /// Keyed hash of the device's id, hexadecimal.
    package var hash: String
    /// The customer refuses; otherwise the device is a stranger when it speaks again.
    package var refuses: Bool
    /// Of the words that refused, if they had one.
    package var saidAt: Int64?
    package var refusesContact: Bool

    package init(
      number: Int = 0, at: String, product: String, hash: String, refuses: Bool, saidAt: Int64?, refusesContact: Bool
    ) {
      self.number = number
      self.at = at
      self.product = product
      self.hash = hash
      self.refuses = refuses
      self.saidAt = saidAt
      self.refusesContact = refusesContact
    }

    private enum CodingKeys: String, CodingKey {
      case number, at, product, hash, refuses
      case saidAt = "said_ms"
      case refusesContact = "refuses_contact"
    }
  }

  static let fileName = "erasures.ndjson"
  static let keyName = "erasures.key"
  /// What a backup takes along, and a restore leaves alone.
  package static let fileNames = [fileName, keyName]
  private static let keyBytes = 32

  package let path: String
  private let key: [UInt8]
  private let content: Mutex<[Line]>

  /// Reads the list of an existing state directory; makes the key if there is neither.
  package init(directory: String) throws(StoreError) {
    path = directory + "/" + Self.fileName
    let keyPath = directory + "/" + Self.keyName
    let text = try Self.read(path)
    key = try Self.key(at: keyPath, mayBeMade: text.isEmpty)
    var lines: [Line] = []
    let parts = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    for (index, part) in parts.enumerated() {
      do {
        lines.append(try JSONDecoder().decode(Line.self, from: Data(part)))
      } catch {
        // The last one may have been cut by a power failure: its erasure was never answered for.
        guard index == parts.count - 1, text.last != UInt8(ascii: "\n") else {
          throw StoreError.corrupt(path: path, detail: "line \(index + 1) is no erasure")
        }
        try Self.cut(path, to: text.count - part.count)
      }
    }
    content = Mutex(lines)
  }

  package func hash(_ device: String) -> String {
    // 16 of 32 bytes: no two devices of any fleet share them.
    Fingerprint.hexadecimal(Fingerprint.of(Array(device.utf8), key: key).prefix(16))
  }

  package var lines: [Line] { content.withLock { $0 } }

  /// The number of the last line; 0: there is none.
  package var last: Int { content.withLock { $0.last?.number ?? 0 } }

  /// Appends lines, numbered anew, and returns when they are on the medium.
  package func append(_ fresh: [Line]) throws(StoreError) {
    guard !fresh.isEmpty else { return }
    try content.withLock { lines throws(StoreError) in
      var numbered = fresh
      for index in numbered.indices { numbered[index].number = (lines.last?.number ?? 0) + index + 1 }
      var bytes: [UInt8] = []
      do {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        for line in numbered { bytes += Array(try encoder.encode(line)) + [UInt8(ascii: "\n")] }
      } catch {
        throw StoreError.other(code: 0, message: "an erasure has no JSON form: \(error)")
      }
      try Self.write(bytes, to: path, flags: O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode: 0o640)
      lines += numbered
    }
  }

  // MARK: Files

  private static func key(at path: String, mayBeMade: Bool) throws(StoreError) -> [UInt8] {
    let stored = try read(path)
    if stored.count == keyBytes { return stored }
    guard mayBeMade, stored.isEmpty else {
      throw .corrupt(path: path, detail: "the key to \(fileName) is missing or cut; bring it back from the last backup")
    }
    var generator = SystemRandomNumberGenerator()
    let key = (0..<keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    try write(key, to: path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode: 0o600)
    return key
  }

  /// Empty where there is no such file.
  private static func read(_ path: String) throws(StoreError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return [] }
      throw failure(path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      guard count >= 0 else { throw failure(path) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
    }
  }

  private static func write(_ bytes: [UInt8], to path: String, flags: Int32, mode: mode_t) throws(StoreError) {
    let descriptor = open(path, flags, mode)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    let before = lseek(descriptor, 0, SEEK_END)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      let failed = failure(path)
      // Half a line would make the next one unreadable.
      _ = ftruncate(descriptor, max(0, before))
      throw failed
    }
    let folder = open(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if folder >= 0 { close(folder) } }
    guard folder >= 0, fsync(folder) == 0 else { throw failure(path) }
  }

  private static func cut(_ path: String, to bytes: Int) throws(StoreError) {
    guard truncate(path, off_t(bytes)) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> StoreError {
    let code = errno
    return code == ENOSPC || code == EDQUOT
      ? .diskFull(path: path) : .notWritable(path: path, reason: String(cString: strerror(code)))
  }
}
