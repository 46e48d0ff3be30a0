import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Holds the state directory for one process: two daemons on one store would each overwrite what the other knows.
///
/// `flock` on a file of its own: the kernel releases it however the process ends, and SQLite's own locks (`fcntl`, which
/// any close of the file drops) stay out of it. The file is never removed: a removed one could be locked twice.
final class StateDirectoryLock: Sendable {
  static let fileName = "cases.lock"

  private let descriptor: Mutex<Int32?>

  /// Also the probe for a directory that is missing or can't be written.
  init(directory: String) throws(StoreError) {
    let path = directory + "/" + Self.fileName
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw Self.failure(errno, directory: directory) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let pid = Self.readPID(descriptor)
      close(descriptor)
      guard code == EWOULDBLOCK else { throw Self.failure(code, directory: directory) }
      throw .inUse(path: directory, pid: pid)
    }
    Self.writePID(descriptor)
    self.descriptor = Mutex(descriptor)
  }

  /// The second line: what the last run left here to be recognised by; empty if nothing.
  func mark() -> String {
    descriptor.withLock { descriptor in
      var bytes = [UInt8](repeating: 0, count: 64)
      guard let descriptor, pread(descriptor, &bytes, bytes.count, 0) > 0 else { return "" }
      let lines = bytes.prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      return lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : ""
    }
  }

  /// `false`: it can't be written.
  func setMark(_ mark: String) -> Bool {
    descriptor.withLock { $0.map { Self.write(mark, to: $0) } ?? false }
  }

  deinit { release() }

  func release() {
    descriptor.withLock { descriptor in
      if let open = descriptor { close(open) }
      descriptor = nil
    }
  }

  private static func failure(_ code: Int32, directory: String) -> StoreError {
    switch code {
    case ENOENT: .directoryMissing(path: directory)
    case ENOSPC, EDQUOT: .diskFull(path: directory)
    default: .notWritable(path: directory, reason: String(cString: strerror(code)))
    }
  }

  private static func readPID(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  /// The id only helps a message; on a full disk it can't be written, and the lock holds all the same.
  private static func writePID(_ descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let mark = bytes.prefix(max(0, count)).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    _ = write(mark.count > 1 ? String(decoding: mark[1], as: UTF8.self) : "", to: descriptor)
  }

  private static func write(_ mark: String, to descriptor: Int32) -> Bool {
    let lines = Array("\(getpid())\n\(mark)\n".utf8)
    return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, lines, lines.count, 0) == lines.count
      && fdatasync(descriptor) == 0
  }
}
