import Foundation
import Rig
import Testing
import Vocabulary

/// Verdicts come back from the desk, the bench and remote checks, and are evidence from then on.
struct VerdictTests {
  private static let mode = "hdmi-cec-failure"

  private func started() async throws -> (Installation, RecordedFleet) {
    let fleet = try await RecordedFleet.withBadBatch()
    let site = try await Installation.started([
      "clock: event", "care: {mode: send, waves: {enabled: false}, answer_hours: 8760}",
    ])
    try await fleet.publish(to: site.broker, within: .seconds(300))
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(300))
    return (site, fleet)
  }

  /// Another day passes.
  private func nextDay(_ number: Int, _ site: Installation, _ fleet: RecordedFleet) async throws {
    let time = try #require(EventTime("2025-06-01")) + Int64(fleet.days + 1 + number) * EventTime.day + EventTime.hour
    for device in 1...RecordedFleet.devicesThatClose {
      try await site.publish(#"{"ts": \#(time.milliseconds)}"#, from: "Z\(device)", of: "fire-tv-cube-3")
    }
    _ = try await site.tally(
      of: fleet.messages + RecordedFleet.devicesThatClose * (number + 1), within: .seconds(120))
  }

  private func probability(_ site: Installation, _ device: String) async throws -> Double {
    let shown = try await site.json("device", "show", device)
    let mode = shown["modes"]?.items.first { $0["failure_mode"] == .text(Self.mode) }
    return try #require(mode?["probability"]?["mean"]?.number)
  }

  private func odds(_ probability: Double) -> Double { probability / (1 - probability) }

  @Test func `a handful of verdicts without a fault withdraw a finding and its tickets, also through a kill`()
    async throws
  {
    let (site, fleet) = try await started()
    let finding = try #require(try await site.list("finding", "--state", "confirmed").first?["id"]?.text)
    let tickets = try await site.list("ticket", "--state", "open").compactMap { $0["id"]?.text }
    try #require(tickets.count > 10)
    for id in tickets.prefix(6) {
      _ = try await site.json("ticket", "resolve", id, "--outcome", "no_fault_found")
    }
    func summary() async throws -> JSON? {
      try await site.json("model", "show", "--product", "fire-tv-stick-4k-max", "--mode", Self.mode)["items"]?
        .items.first?["verdicts"]
    }
    #expect(try await summary()?["no_faults"] == .number(6))
    // One was a slip: its verdict is taken back.
    _ = try await site.json("ticket", "reopen", tickets[5], "--reason", "the wrong ticket")
    #expect(try await summary()?["examined"] == .number(5))
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await summary()?["no_faults"] == .number(5))
    #expect(try await summary()?["no_fault_found_rate"]?["mean"] == .number(1))
    #expect(try await site.json("finding", "show", finding)["state"] == .text("confirmed"))

    // Told on the third day of these four: the clock must leave its bucket behind.
    try await nextDay(1, site, fleet)
    try await nextDay(2, site, fleet)
    let cleared = try await site.json("finding", "show", finding)
    #expect(cleared["state"] == .text("cleared"))
    let reason = cleared["history"]?.items.last?["reason"]?.text ?? ""
    #expect(reason.hasPrefix("of 5 devices examined, 5 had no such fault"), "\(reason)")
    // What a device's own repeated failures call for stays, as a remote check.
    #expect(try await site.list("ticket", "--state", "open").allSatisfy { $0["finding"] == .null })
    #expect(try await site.list("ticket", "--finding", finding, "--state", "cancelled").count > 10)
    try await nextDay(3, site, fleet)
    #expect(try await site.list("finding", "--state", "confirmed").isEmpty)
    #expect(try await site.sql("SELECT count(*) FROM verdict WHERE standing IS NOT NULL").standardOutput == "5\n")
  }

  @Test func `remote checks move a device's probability by their odds, by hand and over the broker`() async throws {
    let (site, fleet) = try await started()
    let open = try await site.list("ticket", "--state", "open").compactMap { $0["device"]?.text }
    let devices = try await site.list("device", "--product", "fire-tv-stick-4k-max").compactMap { $0["device"]?.text }
    let idle = devices.filter { !open.contains($0) }
    try #require(idle.count > 2)

    let before = try await probability(site, idle[0])
    let told = try await site.json(
      "device", "diagnose", idle[0], "--failure-mode", Self.mode, "--result", "fault", "--detail", "bus stuck")
    #expect(told["schema"] == .text("forewarn.device.diagnose/1") && told["likelihood_ratio"] == .number(18))
    let after = try await probability(site, idle[0])
    #expect(abs(odds(after) / odds(before) / 18 - 1) < 1e-3, "\(before) → \(after)")
    #expect(told["after"]?["mean"] == .number(after))
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await probability(site, idle[0]) == after)

    let suspect = try #require(open.first)
    let likely = try await probability(site, suspect)
    let time = try #require(EventTime("2025-06-01")) + Int64(fleet.days + 1) * EventTime.day
    try await site.publish(
      #"{"ts": \#(time.milliseconds), "failure_mode": "\#(Self.mode)", "result": "no_fault"}"#, from: suspect,
      of: "fire-tv-stick-4k-max", as: "diagnosis")
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose + 1, within: .seconds(120))
    let sound = try await probability(site, suspect)
    #expect(odds(sound) / odds(likely) < 0.12 && odds(sound) / odds(likely) > 0.1, "\(likely) → \(sound)")
    let refused = try await site.daemon.forewarn(
      "device", "diagnose", suspect, "--failure-mode", "sulking", "--result", "fault")
    #expect(refused.status == 4 && refused.standardError.contains(Self.mode))
  }

  @Test func `a workbench's returns are taken whole or not at all, and each row counts once`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let count = 20_000
    let facts = (1...count).map { "D\($0),echo-dot-5,W\($0 % 7)" }
    let registry = try folder.write("device,product,batch\n" + facts.joined(separator: "\n"), to: "devices.csv")
    _ = try await site.json("device", "import", registry)
    let rows = (1...count).map { "D\($0),2025-11-0\($0 % 9 + 1),\($0 % 3 == 0 ? "wifi-dropout" : "none")" }
    let returns = try folder.write(
      (["device,date,failure_mode"] + rows + rows.prefix(3)).joined(separator: "\n") + "\n", to: "returns.csv")
    let tried = try await site.json("device", "import", "--returns", "--dry-run", returns)
    #expect(tried["applied"] == .number(Double(count)) && tried["dry_run"] == .flag(true))
    let taken = try await site.daemon.forewarn("device", "import", "--returns", returns).succeeded()
    #expect(taken.standardOutput == "20,003 lines: 20,000 applied, 3 unchanged, 0 faulty\n")
    site.daemon.kill()
    try await site.daemon.start()
    let again = try await site.json("device", "import", "--returns", returns)
    #expect(again["applied"] == .number(0) && again["duplicate"] == .number(Double(count + 3)))

    let faulty = try folder.write(
      "device,date,failure_mode\nD1,2025-12-01,none\nX9,2025-11-01,none\nD2,soon,none\nD3,2025-11-01,hdmi-handshake\n",
      to: "faulty.csv")
    let refused = try await site.daemon.forewarn("device", "import", "--returns", faulty)
    #expect(refused.status == 1 && refused.standardOutput.contains("0 applied"))
    for words in ["faulty.csv:3: device X9 isn't known", "faulty.csv:4: date", "faulty.csv:5: failure_mode: a echo"] {
      #expect(refused.standardError.contains(words), "\(refused.standardError)")
    }
  }
}
