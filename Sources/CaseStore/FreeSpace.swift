#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How much room the file system has left, to tell a full disk from a broken one.
enum FreeSpace {
  /// Less than this many bytes can't take the smallest commit (a few pages and their write-ahead frames).
  static let least: Int64 = 64 * 1024

  static func bytes(at path: String) -> Int64? {
    var figures = statvfs()
    guard statvfs(path, &figures) == 0 else { return nil }
    return Int64(figures.f_bavail) * Int64(figures.f_frsize)
  }

  static func isUsedUp(at path: String) -> Bool {
    bytes(at: path).map { $0 < least } ?? false
  }
}
