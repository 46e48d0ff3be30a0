import Foundation
import Rig
import Testing

/// What is said to devices is written in the same transaction as the ticket that says it, so a death in between is none.
struct OutboxDeathTests {
  @Test func `killed between a ticket and its offer, every open ticket has its offer and none has two`() async throws {
    let fleet = try await RecordedFleet.withBadBatch()
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        lines: ["clock: event", "care: {mode: send, waves: {enabled: false}, answer_hours: 8760}"],
        environment: ["FOREWARN_FAULT": "kill-after-outbox:2"]))
    try #require(FileManager.default.createFile(atPath: "\(daemon.stateDirectory)/test-only", contents: nil))
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    let publisher = try await fleet.beginPublishing(to: broker)
    try await wait(for: "the daemon ends itself", within: .seconds(60)) { daemon.exitStatus != nil }
    #expect(daemon.exitStatus == .signal(SIGKILL))
    let unsent = try await site.sql("SELECT count(*) FROM outbox WHERE delivered_ms IS NULL").succeeded().standardOutput
    let left = try #require(Int(unsent.trimmingCharacters(in: .newlines)))
    #expect(left > 0, "nothing was on its way: the fault proves nothing")

    try daemon.reconfigure { $0.environment = [:] }
    try await daemon.start()
    try await fleet.finish(publisher, within: .seconds(110))
    _ = try await site.tallyAtRest(of: fleet.messages, within: .seconds(110))
    try await fleet.closeLastBuckets(of: site)
    _ = try await answer(within: .seconds(60), else: { "every offer went out" }) {
      let waiting = try await site.sql("SELECT count(*) FROM outbox WHERE delivered_ms IS NULL").succeeded()
        .standardOutput
      return waiting == "0\n" ? waiting : nil
    }
    let open = try await site.list("ticket", "--state", "open")
    let offers = try await site.retained("cmd/forewarn/+/+/care")
    var missing = 0
    for ticket in open {
      let (product, device) = (ticket["product"]?.text ?? "", ticket["device"]?.text ?? "")
      if let offer = offers["cmd/forewarn/\(product)/\(device)/care"] {
        #expect(try JSON(parsing: offer)["ticket"] == ticket["id"])
        continue
      }
      // Who doesn't want to be asked isn't.
      let consent = try await site.json("device", "show", device)["consent"]?["contact"]
      if consent != .flag(false) { missing += 1 }
    }
    #expect(missing == 0 && offers.count > 10)
    try FaultReport.measured(
      "\(left) unsent at the death, \(offers.count) offers stand, \(missing) missing",
      of: "kill between ticket and outbox")
  }
}
