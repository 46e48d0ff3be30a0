import CZstd
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes a backup file from the bytes of a database, in the order in which they come. Under another name until it is
/// whole and on the medium: a backup that stands there is one that can be restored.
package final class BackupWriter: Sendable {
  private static let level: Int32 = 3

  // Unchecked for the compressor's pointer alone: it lives and dies with this value, which the lock lets one at a time have.
  private struct Open: ~Copyable, @unchecked Sendable {
    let descriptor: Int32
    let packer: OpaquePointer
    var buffer: [UInt8]
    var taken: Int64 = 0
    var written: Int64 = 0

    deinit {
      ZSTD_freeCCtx(packer)
      if descriptor != STDOUT_FILENO { close(descriptor) }
    }
  }

  /// `-`: standard output.
  package let path: String
  private let expected: Int64
  private let draft: String?
  private let state: Mutex<Open>
  private let isWhole = Mutex(false)

  package init(_ path: String, header: BackupHeader, replacing: Bool) throws {
    self.path = path
    expected = header.bytes
    draft = path == "-" ? nil : path + ".partial"
    var descriptor = STDOUT_FILENO
    if let draft {
      guard replacing || access(path, F_OK) != 0 else { throw BackupError.exists(path: path) }
      unlink(draft)
      // Whoever reads it reads everything: for its owner alone.
      descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw Self.failure(path) }
    }
    guard let packer = ZSTD_createCCtx() else { throw BackupError.file(path: path, reason: "no memory to compress it") }
    ZSTD_CCtx_setParameter(packer, ZSTD_c_compressionLevel, Self.level)
    ZSTD_CCtx_setParameter(packer, ZSTD_c_checksumFlag, 1)
    ZSTD_CCtx_setPledgedSrcSize(packer, UInt64(header.bytes))
    state = Mutex(
      Open(descriptor: descriptor, packer: packer, buffer: [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())))
    let frame = try header.frame
    try state.withLock { try Self.write(frame[...], to: &$0, path) }
  }

  deinit {
    if let draft, !isWhole.withLock({ $0 }) { unlink(draft) }
  }

  package func append(_ bytes: UnsafeRawBufferPointer) throws {
    try state.withLock { open in
      open.taken += Int64(bytes.count)
      try pack(bytes, ZSTD_e_continue, &open)
    }
  }

  /// Returns the size of the file.
  package func finish() throws -> Int64 {
    let size = try state.withLock { open in
      guard open.taken == expected else {
        throw BackupError.outOfStep(path: path, expected: expected, written: open.taken)
      }
      try pack(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end, &open)
      guard draft == nil || fsync(open.descriptor) == 0 else { throw Self.failure(path) }
      return open.written
    }
    if let draft {
      guard rename(draft, path) == 0 else { throw Self.failure(path) }
      isWhole.withLock { $0 = true }
      guard FolderSync.sync(folderOf: path) else { throw Self.failure(path) }
    }
    return size
  }

  private func pack(_ bytes: UnsafeRawBufferPointer, _ mode: ZSTD_EndDirective, _ open: inout Open) throws {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    var isDone = false
    while !isDone {
      var rest = 0
      let packer = open.packer
      let count = open.buffer.withUnsafeMutableBytes { buffer in
        var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        rest = ZSTD_compressStream2(packer, &output, &input, mode)
        return output.pos
      }
      guard ZSTD_isError(rest) == 0 else {
        throw BackupError.file(path: path, reason: "zstd: \(String(cString: ZSTD_getErrorName(rest)))")
      }
      let part = open.buffer[..<count]
      try Self.write(part, to: &open, path)
      isDone = mode == ZSTD_e_end ? rest == 0 : input.pos == input.size
    }
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to open: inout Open, _ path: String) throws {
    let descriptor = open.descriptor
    open.written += Int64(bytes.count)
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          throw failure(path)
        }
      }
    }
  }

  static func failure(_ path: String) -> BackupError {
    let code = errno
    return code == ENOSPC || code == EDQUOT
      ? .full(path: path) : .file(path: path, reason: String(cString: strerror(code)))
  }
}
