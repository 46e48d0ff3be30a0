import CZstd
import GRDB

/// Zstandard: blobs of the journal, the cells and the models say the same over and over. Measured at this level on
/// reports of the benchmark's fleet, 262 bytes with their topic: 32 bytes each in a batch of 2 000, 59 in one of 8, 206
/// alone.
///
/// Its memory is used again from commit to commit.
// Unchecked, since it belongs to the writing connection, which lets one at a time in.
final class Compression: @unchecked Sendable {
  private static let level: Int32 = 1
  /// The largest blob that is believed when it announces its size: damage must not ask for all memory.
  private static let mostBytes: UInt64 = 1 << 31
  private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

  private let packer: OpaquePointer
  private var buffer: [UInt8] = []

  init() {
    guard let packer = ZSTD_createCCtx() else { preconditionFailure("no memory for a compressor") }
    self.packer = packer
  }

  deinit { ZSTD_freeCCtx(packer) }

  func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
    let size = ZSTD_compressCCtx(packer, &buffer, buffer.count, bytes, bytes.count, Self.level)
    guard ZSTD_isError(size) == 0 else {
      throw DatabaseError(resultCode: .SQLITE_ERROR, message: "zstd: \(String(cString: ZSTD_getErrorName(size)))")
    }
    defer { if buffer.count > 16 << 20 { buffer = [] } }
    return Array(buffer[..<size])
  }

  /// A blob that was never packed, as the first version wrote them, comes back as it is.
  static func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
    guard bytes.starts(with: magic) else { return bytes }
    let size = ZSTD_getFrameContentSize(bytes, bytes.count)
    guard size <= mostBytes else { throw damage("a packed blob announces \(size) bytes") }
    var failure: String?
    let result = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      let unpacked = ZSTD_decompress(buffer.baseAddress, buffer.count, bytes, bytes.count)
      if ZSTD_isError(unpacked) == 0 {
        count = unpacked
      } else {
        failure = String(cString: ZSTD_getErrorName(unpacked))
      }
    }
    if let failure { throw damage("a packed blob can't be read: \(failure)") }
    return result
  }

  private static func damage(_ message: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
  }
}
