import Foundation
import Rig
import Testing
import Vocabulary

/// What goes in over the broker, and where it ends.
struct IntakeTests {
  @Test func `every report and every other message ends in exactly one fate`() async throws {
    let site = try await Installation.started()
    try await site.publish(
      #"{"batch": "ED5-2024-W07", "region": "US-FL", "customer": "c-1"}"#, from: "A1", as: "state")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))

    try await site.publish(report(sequence: 1), from: "A1")
    #expect(try await site.tally(of: 2) == Tally(applied: 2))

    let array = "[\(report(sequence: 2)), {\"ts\": \"yesterday\"}, \(report(sequence: 3))]"
    try await site.publish(array, from: "A1")
    #expect(try await site.tally(of: 5) == Tally(applied: 4, quarantined: 1))
    let refused = try await site.json("quarantine", "show", "1")
    #expect(refused["reason"] == .text("schema"))
    #expect(refused["payload"] == .text(#"{"ts":"yesterday"}"#))

    try await site.publish(report(at: wallClock() - 9 * EventTime.day, sequence: 4), from: "A1")
    #expect(try await site.tally(of: 6) == Tally(applied: 4, quarantined: 1, late: 1))

    let status = try await site.json("status")
    #expect(status["schema"] == .text("forewarn.status/1"))
    #expect(status["messages"]?["received"] == .number(6))
    #expect(status["devices"] == .number(1))
    let device = try await site.json("device", "show", "A1")
    #expect(device["batch"] == .text("ED5-2024-W07"))
    #expect(device["firmware"] == .text("3.2.0"))
    #expect(device["reports"] == .number(3))
  }

  @Test func `the same message twice counts once`() async throws {
    let site = try await Installation.started()
    let withSequence = report(sequence: 7)
    let withoutSequence = report()
    for payload in [withSequence, withSequence, withoutSequence, withoutSequence] {
      try await site.publish(payload, from: "A1")
    }
    // By content, not by spelling: other spaces, another order of keys.
    let spelled = #"{"signals":{"wifi_rssi_dbm":-61.5},"firmware":"3.2.0","#
    let time = withoutSequence.dropFirst().prefix { $0 != "," }
    try await site.publish("\(spelled)\(time)}", from: "A1")
    #expect(try await site.tally(of: 5) == Tally(applied: 2, duplicate: 3))

    // The same sequence number of another boot is another report.
    try await site.publish(report(sequence: 7, boot: "b2"), from: "A1")
    #expect(try await site.tally(of: 6) == Tally(applied: 3, duplicate: 3))
  }

  @Test func `weather, outages, contacts and diagnoses are applied, and refused by their own rules`() async throws {
    let site = try await Installation.started()
    let now = wallClock()
    func feed(_ topic: String, _ payload: String) async throws {
      try await site.broker.publish(payload, to: "ctx/forewarn/\(topic)")
    }
    try await site.publish(report(), from: "A1")
    try await feed("weather/US-FL", #"{"ts": "\#(now)", "temperature_c": 29.5, "relative_humidity_pct": 81}"#)
    try await feed("outage/carrier-1/US-FL", #"{"ts": "\#(now)", "until": "\#(now + EventTime.hour)"}"#)
    try await feed("contact", #"{"ts": "\#(now)", "device": "A1", "text": "no sound"}"#)
    let fault = #"{"ts": "\#(now)", "failure_mode": "wifi-dropout", "result": "fault"}"#
    try await site.publish(fault, from: "A1", as: "diagnosis")
    #expect(try await site.tally(of: 5) == Tally(applied: 5))
    #expect(try await site.sql("SELECT device, text FROM contact").succeeded().standardOutput == "A1|no sound\n")
    let diagnoses = try await site.sql("SELECT device, failure_mode, result FROM diagnosis").succeeded()
    #expect(diagnoses.standardOutput == "A1|wifi-dropout|fault\n")

    try await feed("weather/US-FL", #"{"ts": "\#(now)", "relative_humidity_pct": 181}"#)
    try await feed("outage/carrier-1/US-FL", #"{"ts": "\#(now)", "until": "\#(now - EventTime.hour)"}"#)
    try await site.publish(
      #"{"ts": "\#(now)", "failure_mode": "hdmi-handshake", "result": "fault"}"#, from: "A1", as: "diagnosis")
    #expect(try await site.tally(of: 8) == Tally(applied: 5, quarantined: 3))
    let reasons = try await site.list("quarantine").compactMap { $0["reason"]?.text }
    #expect(reasons == ["schema", "schema", "schema"])
  }

  @Test func `who refuses telemetry is forgotten, to the last byte`() async throws {
    let site = try await Installation.started()
    let customer = "customer-of-whom-nothing-may-stay"
    try await site.publish(
      #"{"customer": "\#(customer)", "batch": "ED5-2024-W07", "region": "US-FL"}"#, from: "A1", as: "state")
    try await site.publish(report(), from: "A1")
    try await site.publish(#"{"ts": "\#(customer)"}"#, from: "A1")
    let contact = #"{"ts": \#(wallClock().milliseconds), "device": "A1", "customer": "\#(customer)"}"#
    try await site.broker.publish(contact, to: "ctx/forewarn/contact")
    try await site.publish(report(), from: "B2")
    #expect(try await site.tally(of: 5) == Tally(applied: 4, quarantined: 1))
    #expect(try bytes(customer, areIn: site.daemon.stateDirectory))

    try await site.publish(#"{"consent": {"telemetry": false}}"#, from: "A1", as: "state")
    try await site.publish(report(sequence: 1), from: "A1")
    try await site.publish("not even JSON", from: "A1")
    #expect(try await site.tally(of: 8) == Tally(applied: 5, quarantined: 1, unconsented: 2))

    let device = try await site.json("device", "show", "A1")
    #expect(device["consent"]?["telemetry"] == .flag(false))
    #expect(device["customer"] == .null)
    #expect(device["batch"] == .text("unknown"))
    #expect(device["reports"] == .number(0))
    #expect(try await site.list("quarantine").isEmpty)
    try await wait(for: "the customer's name is gone from the state directory", within: .seconds(15)) {
      try !bytes(customer, areIn: site.daemon.stateDirectory)
    }

    // The refusal itself outlives a restart.
    try await site.daemon.stop()
    try await site.daemon.start()
    try await site.publish(report(sequence: 2), from: "A1")
    #expect(try await site.tally(of: 9) == Tally(applied: 5, quarantined: 1, unconsented: 3))
  }

  @Test func `retained states that come again to a new session are duplicates`() async throws {
    let site = try await Installation.started()
    for device in ["A1", "A2", "A3"] {
      try await site.publish(#"{"batch": "ED5-2024-W07", "region": "US-FL"}"#, from: device, as: "state")
    }
    #expect(try await site.tally(of: 3) == Tally(applied: 3))
    try await site.daemon.stop()
    try site.daemon.reconfigure { $0.brokerLines = ["client_id: another"] }
    try await site.daemon.start()
    #expect(try await site.tally(of: 6) == Tally(applied: 3, duplicate: 3))
    #expect(try await site.list("device").count == 3)
  }

  private func bytes(_ text: String, areIn folder: String) throws -> Bool {
    let wanted = Data(text.utf8)
    return try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
      // A file that goes away in between holds nothing.
      FileManager.default.contents(atPath: "\(folder)/\(name)")?.range(of: wanted) != nil
    }
  }
}
