import Foundation
import Rig
import Testing
import Vocabulary

/// A customer's right to be told, and to be forgotten: down to the bytes on disk, and after the restore of a backup.
struct DeviceErasureTests {
  private static let device = "device-to-forget-51c0de"
  private static let customer = "customer-to-forget-77aa"

  /// A site that knows the device in every way there is.
  private static func site(_ lines: [String] = []) async throws -> Installation {
    let site = try await Installation.started(lines)
    try await site.publish(
      #"{"customer": "\#(customer)", "batch": "ED5-2024-W07", "region": "DE"}"#, from: device, as: "state")
    try await site.publish(report(sequence: 1), from: device)
    try await site.publish(#"{"ts": "\#(customer)"}"#, from: device)
    try await site.broker.publish(
      #"{"ts": \#(wallClock().milliseconds), "device": "\#(device)", "customer": "\#(customer)", "text": "it drops"}"#,
      to: "ctx/forewarn/contact")
    try await site.publish(
      #"{"ts": \#(wallClock().milliseconds), "failure_mode": "wifi-dropout", "result": "inconclusive"}"#, from: device,
      as: "diagnosis")
    try await site.publish(report(sequence: 1), from: "B2")
    #expect(try await site.tally(of: 6) == Tally(applied: 5, quarantined: 1))
    return site
  }

  @Test func `a customer gets all that is kept of a device`() async throws {
    let site = try await Self.site()
    let export = try await site.json("device", "export", Self.device)
    #expect(export["schema"] == .text("forewarn.device.export/1"))
    #expect(export["facts"]?["customer"] == .text(Self.customer) && export["facts"]?["batch"] == .text("ED5-2024-W07"))
    #expect(export["record"]?["reports"] == .number(1))
    let tally = try #require(export["record"]?["tallies"]?.items.first)
    #expect(tally["signals"]?["wifi_rssi_dbm"]?["mean"] == .number(-61.5))
    #expect(export["contacts"]?.items.first?["text"] == .text("it drops"))
    #expect(export["diagnoses"]?.items.first?["result"] == .text("inconclusive"))
    #expect(export["quarantine"]?.items.count == 1)
    #expect(export["journal"]?.items.isEmpty == false)
    let missing = try await site.daemon.forewarn("device", "export", "nobody")
    #expect(missing.status == 4)
  }

  @Test func `an erased device leaves no byte, its neighbour everything, and outlives the restore of a backup`()
    async throws
  {
    let site = try await Self.site()
    // A backup as an operator takes one: the store at rest, copied.
    try await site.daemon.stop()
    let backup = try Data(contentsOf: URL(fileURLWithPath: site.databasePath))
    try await site.daemon.start()
    try await site.publish(report(sequence: 2), from: Self.device)
    try await site.publish(report(sequence: 1), from: "B3")
    _ = try await site.tally(of: 8)

    let unconfirmed = try await site.daemon.forewarn("device", "erase", Self.device)
    #expect(unconfirmed.status == 64 && unconfirmed.standardError.contains("nothing was erased"))
    let erased = try await site.json("device", "erase", Self.device, "--refuse", "--yes")
    #expect(erased["schema"] == .text("forewarn.device.erase/1") && erased["reports"] == .number(2))
    #expect(erased["already_erased"] == .flag(false) && erased["refuses"] == .flag(true))
    try await expectGone(from: site)
    #expect(try await site.daemon.forewarn("device", "export", Self.device).status == 4)
    #expect(try await site.list("device").compactMap { $0["device"]?.text } == ["B2", "B3"])
    let again = try await site.json("device", "erase", Self.device, "--yes")
    #expect(again["already_erased"] == .flag(true))
    #expect(try await site.daemon.forewarn("device", "erase", "nobody", "--yes").status == 4)

    // Whatever it says now goes nowhere, also after a crash.
    site.daemon.kill()
    try await site.daemon.start()
    try await site.publish(report(sequence: 3), from: Self.device)
    #expect(try await site.tally(of: 9).unconsented == 1)

    // The older copy knows the device; the list beside it doesn't let that stand.
    try await site.daemon.stop()
    for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: site.databasePath + suffix) {
      try FileManager.default.removeItem(atPath: site.databasePath + suffix)
    }
    try backup.write(to: URL(fileURLWithPath: site.databasePath))
    #expect(try files(with: Self.device, of: site) == ["cases.db"])
    try await site.daemon.start()
    #expect(site.daemon.standardError.contains("older than its list of erasures"))
    try await expectGone(from: site)
    #expect(try await site.list("device").compactMap { $0["device"]?.text } == ["B2"])
    let before = try await site.tallyAtRest(of: 6)
    try await site.publish(report(sequence: 4), from: Self.device)
    #expect(try await site.tally(of: before.received + 1).unconsented == before.unconsented + 1)
    #expect(try await site.json("device", "show", Self.device)["consent"]?["telemetry"] == .flag(false))

    // Until the customer agrees again: then it is a device like any other, without its past.
    try await site.publish(#"{"consent": {"telemetry": true}}"#, from: Self.device, as: "state")
    try await site.publish(report(sequence: 5), from: Self.device)
    _ = try await site.tally(of: before.received + 3)
    let back = try await site.json("device", "show", Self.device)
    #expect(back["reports"] == .number(1) && back["customer"] == .null)
  }

  @Test func `an erased device's retained care offer is withdrawn at the broker`() async throws {
    let site = try await Self.site(["care: {mode: send}"])
    let topic = "cmd/forewarn/echo-dot-5/\(Self.device)/care"
    try await site.broker.publish(#"{"ticket": "T-1"}"#, to: topic, retained: true)
    _ = try await site.json("device", "erase", Self.device, "--yes")
    try await wait(for: "the offer is gone", within: .seconds(20)) {
      try await site.retained("cmd/forewarn/#")[topic] == nil
    }
    try await expectGone(from: site)
    // Without a refusal it is a stranger that may be heard.
    let before = try await site.tallyAtRest(of: 6)
    try await site.publish(report(sequence: 9), from: Self.device)
    #expect(try await site.tally(of: before.received + 1).applied == before.applied + 1)
    #expect(try await site.json("device", "show", Self.device)["reports"] == .number(1))
  }

  private func expectGone(from site: Installation) async throws {
    for text in [Self.device, Self.customer] {
      try await wait(for: "\(text) is gone from the state directory", within: .seconds(20)) {
        try files(with: text, of: site).isEmpty
      }
    }
  }
}

/// Which files of the state directory hold these bytes.
func files(with text: String, of site: Installation) throws -> [String] {
  let folder = site.daemon.stateDirectory
  return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { name in
    // A file that goes away in between holds nothing.
    FileManager.default.contents(atPath: "\(folder)/\(name)")?.range(of: Data(text.utf8)) != nil
  }
}
