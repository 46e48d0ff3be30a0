import Foundation
import Rig
import Testing
import Vocabulary

/// Who answers for a ticket, and what becomes of one that rests.
@Suite(.serialized) struct OwnersTests {
  @Test func `tickets of a bad batch go to its supplier, and one on hold comes back by itself`() async throws {
    let fleet = try await RecordedFleet.withBadBatch()
    let owners = "owners: {batch: {owner: \"supplier {supplier}, line {line}\", queue: purchasing}}"
    let site = try await Installation.started(
      ["clock: event", "care: {mode: propose, \(owners)}"], broker: .init(isPersistent: true))
    let facts = try ScratchFolder()
    let file = try facts.write(
      "product,batch,supplier,line\nfire-tv-stick-4k-max,FTV4KM-2025-W14,Acme,L7\n", to: "batches.csv")
    _ = try await site.daemon.forewarn("batch", "import", file).succeeded()
    // What the register knows outlives a kill.
    site.daemon.kill()
    try await site.daemon.start()
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(60))

    let tickets = try await site.list("ticket", "--owner", "supplier Acme, line L7")
    #expect(tickets.count > 5 && tickets.allSatisfy { $0["queue"] == .text("purchasing") })
    #expect(tickets.allSatisfy { $0["batch"] == .text("FTV4KM-2025-W14") })
    let id = try #require(tickets.first?["id"]?.text)
    _ = try await site.json("ticket", "hold", id, "--reason", "waits for stock", "--until", "2025-07-10")
    #expect(try await site.json("ticket", "show", id)["state"] == .text("on_hold"))
    // The evidence's clock goes past that day.
    let late = try #require(EventTime("2025-07-12T01:00:00Z"))
    for number in 1...RecordedFleet.devicesThatClose {
      try await site.publish(#"{"ts": \#(late.milliseconds)}"#, from: "Y\(number)", of: "fire-tv-cube-3")
    }
    try await wait(for: "the ticket is back", within: .seconds(30)) {
      try await site.json("ticket", "show", id)["state"] != .text("on_hold")
    }
    let back = try await site.json("ticket", "show", id)
    #expect(back["state"] == .text("acknowledged"))
    #expect(back["history"]?.items.last?["actor"] == .text("forewarnd"))
    try await site.daemon.stop()
  }
}
