import ControlProtocol
import Glibc
import Vocabulary

/// A folder of backups that are named by their time; the oldest of them go.
struct BackupFolder {
  private static let prefix = "forewarn-"
  private static let suffix = ".backup"

  let path: String
  let keep: Int

  func newPath(at now: EventTime) throws -> String {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST, LocalFile.isFolder(path) else {
      throw Failure(
        .failed, "can't make the folder \(path): \(String(cString: strerror(errno)))", advice: "name another one")
    }
    // Two within one second are told apart by the next one, so that they sort as they were made.
    for seconds in 0..<Int64(60) {
      let name = "\(path)/\(Self.prefix)\(BackupStamp.text(now + seconds * 1000))\(Self.suffix)"
      if access(name, F_OK) != 0 { return name }
    }
    return "\(path)/\(Self.prefix)\(BackupStamp.text(now))\(Self.suffix)"
  }

  /// Only what bears such a name is ever removed.
  func removeSurplus() throws -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let middle = name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
      if name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix), BackupStamp.isStamp(middle) { names.append(name) }
    }
    let surplus = names.sorted().dropLast(keep)
    for name in surplus where unlink("\(path)/\(name)") != 0 {
      throw Failure(
        .failed, "can't remove the old backup \(path)/\(name): \(String(cString: strerror(errno)))",
        advice: "the new one is complete; remove old ones by hand")
    }
    return surplus.map { "\(path)/\($0)" }
  }
}

/// A time as part of a file's name, sorted as it reads: `20261126T234329Z`.
enum BackupStamp {
  static func text(_ time: EventTime) -> String {
    let whole = EventTime(milliseconds: time.milliseconds / 1000 * 1000)
    return whole.description.filter { $0 != "-" && $0 != ":" }
  }

  static func isStamp(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 16 && bytes[8] == UInt8(ascii: "T") && bytes[15] == UInt8(ascii: "Z")
      && bytes.enumerated().allSatisfy { $0 == 8 || $0 == 15 || (48...57).contains($1) }
  }
}
