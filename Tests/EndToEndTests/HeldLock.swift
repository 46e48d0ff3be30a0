import Foundation
import Rig

/// Another program's transaction on the daemon's database: while it lasts, no commit gets through. As slow a disk as one
/// wants, on any disk.
final class HeldLock: Sendable {
  private let folder: ScratchFolder
  private let holder: ChildProcess
  let since = ContinuousClock.now

  private init(_ folder: ScratchFolder, _ holder: ChildProcess) {
    self.folder = folder
    self.holder = holder
  }

  /// Returns when it is held.
  static func on(_ database: String) async throws -> HeldLock {
    let folder = try ScratchFolder()
    // The daemon commits many times a second: wait for a gap.
    let holder = try await ChildProcess.start(
      Executable.system("sqlite3"),
      [database, ".timeout 10000", "BEGIN IMMEDIATE", ".shell echo held", ".shell exec sleep 120"],
      outputs: folder.path("holder"))
    try await wait(for: "the database is locked by a stranger", within: .seconds(15)) {
      if let status = holder.exitStatus { throw RigError("sqlite3: \(status) \(holder.standardError)") }
      return holder.standardOutput.contains("held")
    }
    return HeldLock(folder, holder)
  }

  var duration: Duration { ContinuousClock.now - since }

  /// Its transaction changed nothing and is rolled back.
  func release() { holder.endNow() }
}
