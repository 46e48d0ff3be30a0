import Foundation
import Rig
import Testing

/// Backup while it runs, restore while it doesn't, by the programs that an administrator has.
struct BackupRestoreTests {
  @Test func `a backup taken under load is a state that a daemon goes on from`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    for device in 1...20 {
      let state = #"{"batch": "ED5-2024-W07", "region": "US-FL", "customer": "c-\#(device)"}"#
      try await site.publish(state, from: "A\(device)", as: "state")
    }
    _ = try await site.tally(of: 20)
    let load = Task {
      for number in 1...60 { try await site.publish(report(sequence: number), from: "A\(number % 20 + 1)") }
    }
    let file = folder.path("forewarn.backup")
    let made = try await site.daemon.forewarn("backup", file).succeeded()
    #expect(made.standardOutput.hasPrefix("\(file): "))
    try await load.value
    _ = try await site.tally(of: 80)

    let refused = try await CommandRun.built(
      "forewarn", ["restore", "--state-directory", site.daemon.stateDirectory, file])
    #expect(refused.status == 2 && refused.standardError.contains("in use by process"))
    #expect(refused.standardError.contains("systemctl stop forewarnd"))

    try await site.daemon.stop()
    let before = try await site.sql("SELECT count(*) FROM grdb_migrations").succeeded().standardOutput
    let tried = try await CommandRun.built(
      "forewarn", ["restore", "-n", "--state-directory", site.daemon.stateDirectory, file]
    ).succeeded()
    #expect(tried.standardOutput.hasPrefix("sound: ") && tried.standardOutput.contains("nothing was changed"))
    let restored = try await CommandRun.built(
      "forewarn", ["restore", "--state-directory", site.daemon.stateDirectory, "-o", "json", file]
    ).succeeded()
    let outcome = try JSON(parsing: restored.standardOutput)
    #expect(outcome["schema"] == .text("forewarn.backup.restore/1"))
    guard case .text(let kept)? = outcome["kept_aside"] else { throw RigError("nothing was kept: \(outcome)") }
    #expect(FileManager.default.fileExists(atPath: "\(kept)/cases.db"))

    try await site.daemon.start()
    #expect(try await site.list("device").count == 20)
    #expect(try await site.sql("SELECT count(*) FROM grdb_migrations").succeeded().standardOutput == before)
    // What came after the backup is gone, but what comes now counts once more.
    let received = try await site.daemon.status()?.messages.received ?? 0
    #expect((20...80).contains(received))
    try await site.publish(report(sequence: 1000), from: "A1")
    let after = try await site.tally(of: received + 1)
    #expect(after.applied > 0)
  }

  @Test func `backups in a folder are named by their time, and the oldest go`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let backups = try folder.makeFolder("backups")
    for name in ["forewarn-20200101T000000Z.backup", "forewarn-20210101T000000Z.backup", "forewarn-notes.backup"] {
      try folder.write("old", to: "backups/\(name)")
    }
    let made = try await site.json("backup", "--keep", "2", backups)
    let names = try FileManager.default.contentsOfDirectory(atPath: backups).sorted()
    #expect(names.count == 3 && names.contains("forewarn-notes.backup"))
    #expect(!names.contains("forewarn-20200101T000000Z.backup"))
    #expect(made["removed"]?.items.count == 1)

    // By standard output, and of a stopped daemon, it is the same thing.
    try await site.daemon.stop()
    let gone = try await site.daemon.forewarn("backup", folder.path("x"))
    #expect(gone.status == 3)
    let stopped = try await CommandRun.built(
      "forewarn", ["backup", "--state-directory", site.daemon.stateDirectory, folder.path("y")])
    try stopped.succeeded()
    let again = try await CommandRun.built(
      "forewarn", ["backup", "--state-directory", site.daemon.stateDirectory, folder.path("y")])
    #expect(again.status == 2 && again.standardError.contains("--force"))
  }
}
