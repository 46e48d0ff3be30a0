import Foundation
import Rig
import Testing

/// Who changed what, and that nobody can change that afterwards unnoticed.
@Suite(.serialized, .watchedFleet) struct AuditTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }

  init() throws { fleet = try WatchedFleet.current }

  @Test func `many tickets are counted first, then changed by one word, and each change is audited`() async throws {
    let open = try await fleet.tickets("open")
    #expect(open.count > 20)
    let unnamed = try await site.daemon.forewarn("ticket", "ack")
    #expect(unnamed.status == 64)
    let counted = try await site.json("ticket", "hold", "--state", "open", "--reason", "parts", "--dry-run")
    #expect(counted["changed"] == .number(Double(open.count)) && counted["dry_run"] == .flag(true))
    #expect(try await fleet.tickets("open").count == open.count)
    let cautious = try await site.daemon.forewarn("ticket", "hold", "--state", "open", "--reason", "parts")
    #expect(cautious.status == 64 && cautious.standardError.contains("--yes"))

    let held = try await site.json("ticket", "hold", "--state", "open", "--reason", "parts", "--yes")
    #expect(held["schema"] == .text("forewarn.ticket.hold_all/1"))
    #expect(held["changed"] == .number(Double(open.count)) && held["refused"] == .number(0))
    #expect(try await fleet.tickets("on_hold").count == open.count)
    // What can't be is refused and told, the rest is done.
    let first = try #require(open.first)
    _ = try await site.json("ticket", "cancel", first, "--reason", "device was sold")
    let ids = [first, "T-nothing"] + open.dropFirst()
    let run = try await CommandRun.built(
      "forewarn", ["--socket", site.daemon.socketPath, "ticket", "ack", "--yes"] + ids)
    #expect(run.status == 2, "\(run.standardOutput)\(run.standardError)")
    #expect(run.standardOutput.contains("\(open.count - 1) changed, 0 unchanged, 2 refused"), "\(run.standardOutput)")
    #expect(run.standardOutput.contains("there is no ticket T-nothing"))
    #expect(try await site.daemon.forewarn("ticket", "ack", "--state", "closed").status == 0)

    let trail = try await site.json("audit", "list", "--subject", first, "--limit", "10")["items"]?.items ?? []
    #expect(trail.compactMap { $0["change"]?.text } == ["cancelled", "held_until", "held", "opened"])
    #expect(trail.first?["reason"] == .text("device was sold") && trail.first?["actor"] != .text("forewarnd"))
    let device = try #require(try await site.json("ticket", "show", first)["device"]?.text)
    let all = try await site.json("audit", "list", "--limit", "100000")
    #expect(!"\(all)".contains(device))
    let settings = try await site.json("audit", "list", "--noun", "configuration", "--subject", "care.mode")
    #expect(settings["items"]?.items.first?["to"] == .text("send"))

    try await expectTheChainHolds(erasing: device, ofTicket: first)
  }

  /// Through an erasure, on a stopped daemon's file, and not after a change by hand.
  private func expectTheChainHolds(erasing device: String, ofTicket id: String) async throws {
    let before = try await site.json("audit", "verify")
    #expect(before["valid"] == .flag(true) && before["first_broken"] == .null)
    _ = try await site.json("device", "erase", device, "--yes")
    let trail = try await site.json("audit", "list", "--subject", id)["items"]?.items ?? []
    #expect(trail.first?["reason"] == .null && trail.first?["reason_erased"] == .flag(true))
    #expect(try await site.json("audit", "verify")["valid"] == .flag(true))

    let refused = try await site.sql("UPDATE audit SET actor = 'nobody' WHERE number = 3")
    #expect(refused.status != 0 && refused.standardError.contains("only appended to"))
    #expect(try await site.sql("DELETE FROM audit").status != 0)
    try await site.daemon.stop()
    let offline = ["audit", "verify", "--state-directory", site.daemon.stateDirectory]
    #expect(
      try await CommandRun.built("forewarn", offline).succeeded().standardOutput.contains("all as they were written"))
    _ = try await site.sql(
      "DROP TRIGGER audit_stays; UPDATE audit SET actor = 'nobody' WHERE number = 3; "
        + "CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'the audit is only appended to'); END"
    ).succeeded()
    let broken = try await CommandRun.built("forewarn", offline)
    #expect(broken.status == 1 && broken.standardOutput.contains("row 3"), "\(broken.standardOutput)")
  }
}
