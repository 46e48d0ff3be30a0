import ControlProtocol
import Glibc

/// Files that the CLI itself reads.
enum LocalFile {
  /// The whole file, or standard input for `-`.
  /// - Parameter progress: called with how much was read, and of how much, where that is known.
  static func read(
    _ path: String, _ progress: (_ bytes: Int, _ total: Int?) -> Void = { _, _ in }
  ) throws -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { if path != "-" { close(descriptor) } }
    var status = stat()
    let isSized = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    let total = isSized ? Int(status.st_size) : nil
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += part[..<count]
        progress(bytes.count, total)
      } else if errno != EINTR {
        throw failure(path)
      }
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func failure(_ path: String) -> Failure {
    let code = errno
    return Failure(
      code == EACCES ? .notPermitted : .failed, "can't read \(path): \(String(cString: strerror(code)))",
      advice: "name a file that is there and readable; - is standard input")
  }
}
