import FleetSimulation
import Foundation
import Glibc
import Rig
import Testing

/// What is on the disk at any moment is a whole store with all that was acknowledged until then.
struct PowerCutTests {
  @Test(.longFault) func `copies of database and log at random instants under load hold all that was acknowledged`()
    async throws
  {
    let site = try await Installation.started()
    let messages = 60_000
    let crowd = try Crowd(site.broker, connections: 2)
    async let load: Void = crowd.publish(numberedReports(0..<messages, devices: 300))
    var random = SplitMix(state: 26)
    var (copies, smallest) = (0, Int.max)
    for moment in (1...20).map({ $0 * messages / 22 + Int.random(in: 0..<1000, using: &random) }) {
      let known = try await site.tally(of: moment, within: .seconds(60)).received
      // Everything at one instant: the daemon stands still while both files are copied.
      site.daemon.signal(SIGSTOP)
      let copy = try DaemonProcess(.init(brokerURL: "mqtt://127.0.0.1:1", profiles: Installation.shippedProfiles))
      for name in ["cases.db", "cases.db-wal"] {
        try FileManager.default.copyItem(
          atPath: "\(site.daemon.stateDirectory)/\(name)", toPath: "\(copy.stateDirectory)/\(name)")
      }
      site.daemon.signal(SIGCONT)
      let integrity = try await CommandRun.system(
        "sqlite3", ["\(copy.stateDirectory)/cases.db", "PRAGMA integrity_check"]
      ).succeeded().standardOutput
      #expect(integrity == "ok\n")
      try await copy.start(until: ["starting", "degraded", "ready"], within: .seconds(60))
      let held = try #require(try await copy.status()).messages.received
      // Those that the daemon had told of were committed before.
      #expect(held >= known, "\(held) of \(known)")
      smallest = min(smallest, held - known)
      copy.kill()
      copies += 1
    }
    try await load
    #expect(try await site.tally(ofApplied: messages).applied == messages)
    try FaultReport.measured(
      "\(copies) copies, each whole; acknowledged and missing: \(max(0, -smallest))", of: "copies at random instants")
  }
}
