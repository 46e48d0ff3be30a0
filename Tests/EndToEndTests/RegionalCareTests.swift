import Foundation
import Rig
import Testing

/// What a region's policy makes of its tickets: currency, hours that an offer is held back, how long what ended stays.
@Suite(.serialized) struct RegionalCareTests {
  private let policies: ScratchFolder

  init() throws { policies = try ScratchFolder() }

  private func started(_ care: String) async throws -> Installation {
    let fleet = try await RecordedFleet.withBadBatch()
    let site = try await Installation.started(
      ["clock: event", "care: \(care)", "policies: \(policies.path)", "predictions: {every_days: 7}"],
      broker: .init(isPersistent: true))
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(60))
    return site
  }

  private func policy(_ region: String, _ lines: String...) throws {
    try policies.write((["region: \(region)"] + lines).joined(separator: "\n") + "\n", to: "\(region).yaml")
  }

  @Test func `tickets count in the region's currency, and break even where they did`() async throws {
    try policy("DE", "currency: EUR", "exchange_rates: {USD: 0.5}")
    let site = try await started("{mode: propose}")
    let tickets = try await site.list("ticket", "--failure-mode", "hdmi-cec-failure")
    func cost(of ticket: JSON, _ option: String) -> Double? {
      ticket["options"]?.items.first { $0["type"] == .text(option) }?["expected_cost"]?.number
    }
    let german = tickets.filter { $0["region"]?.text?.hasPrefix("DE") == true }
    let others = tickets.filter { $0["region"]?.text?.hasPrefix("DE") == false }
    try #require(!german.isEmpty && !others.isEmpty)
    #expect(german.allSatisfy { $0["remedy"]?["currency"] == .text("EUR") && cost(of: $0, "diagnose") == 1 })
    #expect(others.allSatisfy { $0["remedy"]?["currency"] == .text("USD") && cost(of: $0, "diagnose") == 2 })
    func breakEven(_ tickets: [JSON]) -> [Double] {
      tickets.compactMap { $0["remedy"]?["break_even_probability"]?.number }
    }
    let spread = (breakEven(german) + breakEven(others)).reduce(into: (least: 1.0, most: 0.0)) { range, value in
      range = (min(range.least, value), max(range.most, value))
    }
    #expect(spread.most - spread.least < 0.05, "\(spread)")
    let id = try #require(german.first?["id"]?.text)
    #expect(try await site.daemon.forewarn("ticket", "show", id).succeeded().standardOutput.contains(" EUR against "))
    let device = try #require(german.first?["device"]?.text)
    let explained = try await site.json("explain", "device", device)
    #expect(explained["modes"]?.items.first?["currency"] == .text("EUR"))
    try await site.daemon.stop()
  }

  @Test func `an offer is held back for the region's hours, goes out once they are over, and once`() async throws {
    try policy("US", "care_hold_back_hours: 1")
    let site = try await started("{mode: send, waves: {enabled: false}}")
    let open = try await site.list("ticket", "--state", "open").filter { $0["may_contact"] == .flag(true) }
    func devices(_ tickets: [JSON]) -> Set<String> { Set(tickets.compactMap { $0["device"]?.text }) }
    let all = devices(open)
    let others = devices(open.filter { $0["region"]?.text?.hasPrefix("US") == false })
    try #require(!others.isEmpty && others.count < all.count)
    func offered() async throws -> Set<String> {
      Set(
        try await site.retained("cmd/forewarn/#").keys.compactMap {
          $0.split(separator: "/").dropLast().last.map(String.init)
        })
    }
    func offersSent() async throws -> String {
      try await site.sql("SELECT count(*) FROM outbox WHERE kind = 'offer' AND length(payload) > 0").standardOutput
    }
    try await wait(for: "the others' offers stand", within: .seconds(20)) { try await offered() == others }

    // The hour is over while the daemon is away.
    try await site.daemon.stop()
    _ = try await site.sql("UPDATE ticket SET opened_ms = opened_ms - 3600000")
    try await site.daemon.start()
    try await wait(for: "all offers stand", within: .seconds(20)) { try await offered() == all }
    let sent = try await offersSent()
    try await site.daemon.stop()
    try await site.daemon.start()
    _ = try await site.daemon.forewarn("wait", "ready").succeeded()
    #expect(try await offersSent() == sent, "a start doesn't send them again")
    try await site.daemon.stop()
  }

  @Test func `ended tickets lose their names and records go when the region's days are over, but not on a legal hold`()
    async throws
  {
    try policy("US", "retention_days: {tickets: 14, records: 90}")
    try policy("DE", "retention_days: {tickets: 14, records: 90}", "legal_hold: true")
    let site = try await started("{mode: propose}")
    func ids(_ region: String) async throws -> [String] {
      try await site.list("ticket").filter { $0["region"]?.text?.hasPrefix(region) == true }.compactMap {
        $0["id"]?.text
      }
    }
    let american = try await ids("US")
    let german = try await ids("DE")
    try #require(american.count > 2 && german.count > 1)
    let ended = Array(american.dropLast()) + german
    let cancel = ["--socket", site.daemon.socketPath, "ticket", "cancel"] + ended + ["--reason", "sold", "--yes"]
    try await CommandRun.built("forewarn", cancel).succeeded()
    let kept = try #require(american.last)
    func predictions(_ region: String) async throws -> Int {
      let devices = try await site.list("device").filter { $0["region"]?.text?.hasPrefix(region) == true }
      let names = Set(devices.compactMap { $0["device"]?.text })
      return try await site.list("prediction").count { $0["device"]?.text.map(names.contains) == true }
    }
    #expect(try await predictions("DE") > 0)

    // Fifteen days later, but for one.
    try await site.daemon.stop()
    let young = try #require(ended.first)
    _ = try await site.sql("UPDATE ticket SET updated_ms = updated_ms - 15 * 86400000 WHERE id <> '\(young)'")
    try await site.daemon.start()
    let due = Array(american.dropLast().dropFirst())
    try await wait(for: "what is due has lost its name", within: .seconds(20)) {
      let names = try await site.sql("SELECT count(*) FROM ticket WHERE id IN ('\(due.joined(separator: "','"))')")
      return names.standardOutput == "0\n"
    }
    for id in [young, kept] + german {
      #expect(try await site.json("ticket", "show", id)["device"]?.text?.hasPrefix("gone") == false, "\(id)")
    }
    let anonymous = try await site.list("ticket").filter { ticket in
      ticket["state"] == .text("cancelled") && ticket["customer"] == .null
        && ticket["explanation"]?.text?.contains("is over") == true
    }
    #expect(anonymous.count == due.count, "figures stay, under a random name")
    // Predictions are of 2025.
    try await wait(for: "old records are gone", within: .seconds(20)) { try await predictions("US") == 0 }
    #expect(try await predictions("DE") > 0)
    try await site.daemon.stop()
  }
}
