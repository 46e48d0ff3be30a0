import Foundation

/// Where the programs are that the rig starts.
package enum Executable {
  /// One of this package's own programs: in `$FOREWARN_BIN`, beside the running executable, or in `.build`.
  package static func built(_ name: String) throws -> String {
    var folders: [String] = []
    if let chosen = ProcessInfo.processInfo.environment["FOREWARN_BIN"] { folders.append(chosen) }
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    folders += [own.path, "\(packageFolder)/.build/release", "\(packageFolder)/.build/debug"]
    return try find(name, in: folders, hint: "build it first, or name its folder in FOREWARN_BIN")
  }

  /// A program of the system.
  package static func system(_ name: String) throws -> String {
    try find(name, in: systemFolders, hint: "`make deps` installs what is needed")
  }

  package static func isInstalled(_ name: String) -> Bool { locate(name, in: systemFolders) != nil }

  static func systemIfInstalled(_ name: String) -> String? { locate(name, in: systemFolders) }

  /// Debian keeps daemons in `sbin`, which an ordinary user's PATH lacks.
  private static var systemFolders: [String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/sbin"]
  }

  /// The folder that holds Package.swift.
  package static let packageFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private static func find(_ name: String, in folders: [String], hint: String) throws -> String {
    if let path = locate(name, in: folders) { return path }
    throw RigError("\(name) is in none of \(folders.joined(separator: ", ")); \(hint)")
  }

  private static func locate(_ name: String, in folders: [String]) -> String? {
    folders.lazy.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
