import FoundationEssentials

/// What a backup file is: a Zstandard frame that holds the SQLite database as it was, with Zstandard's own checksum
/// (XXH64 of the content), behind a skippable frame with a few words about it. So `zstd -d` gives the database to whoever
/// has lost this program, and a byte that changed or is missing shows.
///
///     50 2A 4D 18 | length, 4 bytes, little-endian | {"form":"forewarn.backup/1","created":"…","bytes":4096,…}
///     28 B5 2F FD | …                                (RFC 8878)
package struct BackupHeader: Codable, Hashable, Sendable {
  package static let form = "forewarn.backup/1"
  /// Longer words than any version writes are damage.
  static let mostBytes = 64 << 10
  private static let magic: [UInt8] = [0x50, 0x2a, 0x4d, 0x18]

  package var form = Self.form
  /// Of the program that wrote it.
  package var version: String
  /// RFC 3339, UTC.
  package var created: String
  /// Of the database within.
  package var bytes: Int64

  package init(version: String, created: String, bytes: Int64) {
    self.version = version
    self.created = created
    self.bytes = bytes
  }

  var frame: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let words = [UInt8](try encoder.encode(self))
      return Self.magic + (0..<4).map { UInt8(truncatingIfNeeded: words.count >> (8 * $0)) } + words
    }
  }

  /// Reads the frame at the file's beginning. `next` answers so many bytes, or fewer at the end.
  static func read(_ path: String, next: (Int) throws(BackupError) -> [UInt8]) throws(BackupError) -> BackupHeader {
    let start = try next(8)
    guard start.count == 8, Array(start.prefix(4)) == magic else {
      throw .damaged(path: path, detail: "it doesn't begin as a backup of forewarn does")
    }
    let length = start.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= mostBytes else { throw .damaged(path: path, detail: "its header claims \(length) bytes") }
    let words = try next(length)
    do {
      let header = try JSONDecoder().decode(BackupHeader.self, from: Data(words))
      guard header.form == form else { throw BackupError.unknownForm(path: path, form: header.form) }
      return header
    } catch let error as BackupError {
      throw error
    } catch {
      throw .damaged(path: path, detail: "its header can't be read")
    }
  }
}
