import Foundation
import Glibc
import Rig

/// A file system of a few megabytes in memory, mounted over a folder: a disk that is really full, and really has room again.
final class SmallDisk: Sendable {
  /// Mounting needs root, and a machine that lets it: containers often don't.
  static let isPossible: Bool = {
    guard geteuid() == 0, Executable.isInstalled("mount") else { return false }
    do {
      let folder = try ScratchFolder()
      guard mount("tmpfs", folder.path, "tmpfs", 0, "size=1m") == 0 else { return false }
      umount2(folder.path, Int32(MNT_DETACH))
      return true
    } catch {
      return false
    }
  }()

  private let path: String

  init(over path: String, megabytes: Int) throws {
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
      throw RigError("\(path) can't be mounted over: \(String(cString: strerror(errno)))")
    }
    self.path = path
  }

  /// Nobody writes to it then, not even root.
  func setReadOnly(_ isReadOnly: Bool) throws {
    let flags = UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0)
    guard mount("tmpfs", path, "tmpfs", flags, nil) == 0 else {
      throw RigError("\(path) can't be mounted anew: \(String(cString: strerror(errno)))")
    }
  }

  /// Before the folder under it goes away.
  func unmount() { umount2(path, Int32(MNT_DETACH)) }

  /// Leaves not a byte.
  func fill() throws {
    guard FileManager.default.createFile(atPath: filler, contents: nil) else { throw RigError("no room for a filler") }
    let descriptor = open(filler, O_WRONLY | O_APPEND)
    guard descriptor >= 0 else { throw RigError("the filler can't be written") }
    defer { close(descriptor) }
    for size in [65_536, 4096, 1] {
      let bytes = [UInt8](repeating: 0x66, count: size)
      while write(descriptor, bytes, size) > 0 {}
    }
    guard errno == ENOSPC else { throw RigError("not full: \(String(cString: strerror(errno)))") }
  }

  func makeRoom() { unlink(filler) }

  private var filler: String { "\(path)/filler" }
}
