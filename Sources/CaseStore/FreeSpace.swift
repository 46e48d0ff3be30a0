#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How much room the file system has left, to tell a full disk from a broken one.
enum FreeSpace {
  /// Less than this many bytes can't take the smallest commit (a few pages and their write-ahead frames).
  static let least: UInt64 = 64 * 1024

  static func isUsedUp(at path: String) -> Bool {
    var figures = statvfs()
    guard statvfs(path, &figures) == 0 else { return false }
    return UInt64(figures.f_bavail) * UInt64(figures.f_frsize) < least
  }
}
