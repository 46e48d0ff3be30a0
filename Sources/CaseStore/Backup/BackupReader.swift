import CZstd

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a backup file from its beginning to its end.
final class BackupReader {
  let path: String
  let header: BackupHeader
  private let descriptor: Int32

  init(_ path: String) throws(BackupError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BackupWriter.failure(path) }
    self.path = path
    self.descriptor = descriptor
    do throws(BackupError) {
      header = try BackupHeader.read(path) { count throws(BackupError) in
        try Self.next(count, descriptor, path)
      }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Hands over the database's bytes in order. Throws where the content isn't what was written: Zstandard's checksum, and
  /// the size that the header tells.
  func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard let unpacker = ZSTD_createDCtx() else { throw BackupError.file(path: path, reason: "no memory to read it") }
    defer { ZSTD_freeDCtx(unpacker) }
    var buffer = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    var total: Int64 = 0
    // 0: at the end of a frame; else what is still to come of it.
    var rest = 1
    while true {
      let part = try Self.next(ZSTD_DStreamInSize(), descriptor, path)
      guard !part.isEmpty else { break }
      try part.withUnsafeBytes { part in
        var input = ZSTD_inBuffer(src: part.baseAddress, size: part.count, pos: 0)
        // Once more where the output was full: the last bytes may wait within.
        var isFull = false
        while input.pos < input.size || isFull {
          guard rest != 0 || input.pos == 0 && total == 0 else {
            throw BackupError.damaged(path: path, detail: "something follows the database")
          }
          let count = buffer.withUnsafeMutableBytes { buffer in
            var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            rest = ZSTD_decompressStream(unpacker, &output, &input)
            isFull = output.pos == output.size
            return output.pos
          }
          guard ZSTD_isError(rest) == 0 else {
            throw BackupError.damaged(path: path, detail: String(cString: ZSTD_getErrorName(rest)))
          }
          total += Int64(count)
          guard total <= header.bytes else {
            throw BackupError.damaged(path: path, detail: "it holds more than the \(header.bytes) bytes of its header")
          }
          try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
          if rest == 0, input.pos == input.size { break }
        }
      }
    }
    guard rest == 0, total == header.bytes else {
      throw BackupError.damaged(
        path: path, detail: "it ends after \(total) of the database's \(header.bytes) bytes, or before its checksum")
    }
  }

  private static func next(_ count: Int, _ descriptor: Int32, _ path: String) throws(BackupError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let part = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, count - filled)
      }
      if part == 0 { break }
      if part > 0 {
        filled += part
      } else if errno != EINTR {
        throw BackupWriter.failure(path)
      }
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}
