import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file system of its own, so that it can really be full.
final class SmallDisk: Sendable {
  static let isPossible: Bool = {
    do {
      _ = try SmallDisk(kilobytes: 64)
      return true
    } catch {
      return false
    }
  }()

  let directory: TemporaryDirectory
  var path: String { directory.path }

  struct NotMounted: Error {}

  init(kilobytes: Int) throws {
    directory = try TemporaryDirectory()
    guard mount("tmpfs", directory.path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else { throw NotMounted() }
  }

  deinit {
    // Lazily: the store under test may still be closing.
    if umount2(directory.path, Int32(MNT_DETACH)) != 0 { Issue.record("\(directory.path) stays mounted") }
  }
}

extension TemporaryDirectory {
  /// Runs `body` in this thread while it may not write here.
  ///
  /// Root may always, so it becomes `nobody` for file access; `setfsuid` changes this thread alone, other tests go on.
  func withoutWritePermission<Value>(_ body: () throws -> Value) throws -> Value {
    guard geteuid() == 0 else {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path)
      defer { #expect(chmod(path, 0o755) == 0) }
      return try body()
    }
    typealias SetID = @convention(c) (uid_t) -> Int32
    let setFileSystemUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetID.self)
    #expect(setFileSystemUser(65534) == 0)
    defer { #expect(setFileSystemUser(0) == 65534) }
    return try body()
  }
}
