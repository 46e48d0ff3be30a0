import Broker
import FleetSimulation
import Foundation
import Rig
import Testing
import Vocabulary

/// A patch closes the circle: offered to its device, installed, watched, and cured; or not, and then the device is replaced.
struct PatchCircleTests {
  private static let product = "echo-dot-5"
  private static let devices = 300
  private static let start = "2025-06-01"

  /// Two firmwares side by side in two batches and two regions; on 3.3.0 a device loses the link every fifth day, on the
  /// others every two-hundredth. From the 15th day on the even devices of 3.3.0 run 3.4.0.
  private struct Fleet {
    var random = SplitMix(state: 4711)
    /// On 3.4.0, and yet it fails: something else is broken.
    var incurable: Set<String> = []
    /// Run 3.4.0 whatever the plan says.
    var patched: Set<String> = []

    static func name(_ number: Int) -> String { "P\(number)" }

    static func states() -> [(topic: String, payload: String)] {
      (0..<devices).map { number in
        let facts = #"{"batch": "W\#(number / 4 % 2)", "region": "R\#(number / 8 % 2)", "customer": "c-\#(number)"}"#
        return ("dt/forewarn/\(product)/\(name(number))/state", facts)
      }
    }

    func firmware(of number: Int, day: Int) -> String {
      guard number % 2 == 1 else { return "3.2.0" }
      return day >= 15 && number % 4 == 1 || patched.contains(Self.name(number)) ? "3.4.0" : "3.3.0"
    }

    mutating func reports(day: Int, from start: EventTime) -> [(topic: String, payload: String)] {
      (0..<devices).map { number in
        let firmware = firmware(of: number, day: day)
        // Often enough that it fails within the days in which it is watched, whichever it is.
        let chance = incurable.contains(Self.name(number)) ? 0.6 : firmware == "3.3.0" ? 0.2 : 0.005
        let isFailing = Double.random(in: 0..<1, using: &random) < chance
        let events = isFailing ? #", "events": [{"type": "wifi_disconnect", "count": 9}]"# : ""
        let time = start + Int64(day) * EventTime.day + EventTime.hour
        return (
          "dt/forewarn/\(product)/\(Self.name(number))/report",
          #"{"ts": \#(time.milliseconds), "seq": \#(day + 1), "boot": "b", "firmware": "\#(firmware)"\#(events)}"#
        )
      }
    }
  }

  @Test func `an installed patch is watched and cured, and one that didn't help becomes a replacement`() async throws {
    let start = try #require(EventTime(Self.start))
    let site = try await Installation.started(
      ["clock: event", "care: {mode: send, waves: {enabled: false}}"], broker: .init(isPersistent: true))
    let publisher = try Publisher(url: site.broker.url)
    var fleet = Fleet()
    var received = 0
    func send(_ messages: [(topic: String, payload: String)]) async throws {
      try publisher.publish(
        messages.enumerated().map { OutgoingPublish(id: Int64($0), topic: $1.topic, payload: Array($1.payload.utf8)) })
      received += messages.count
      _ = try await site.tally(of: received, within: .seconds(120))
    }
    func live(_ days: Range<Int>) async throws {
      for day in days { try await send(fleet.reports(day: day, from: start)) }
    }
    try await send(Fleet.states())
    try await live(0..<21)

    let finding = try #require(
      try await site.list("finding", "--state", "confirmed").first { $0["cause"] == .text("firmware") })
    #expect(finding["firmware"] == .text("3.3.0"))
    // Of those whom the rollout left alone.
    let patches = try await site.list("ticket", "--kind", "patch", "--state", "open").filter {
      $0["firmware"] == .text("3.3.0")
    }
    let devices = patches.compactMap { $0["device"]?.text }
    try #require(devices.count > 4, "\(devices)")
    #expect(patches.allSatisfy { $0["remedy"]?["firmware"] == .text("3.4.0") })
    let (cured, failing) = (devices[0], devices[1])
    func offer(_ device: String) async throws -> String? {
      let topic = "cmd/forewarn/\(Self.product)/\(device)/care"
      return try await site.retained(topic)[topic]
    }
    func ticket(of device: String) async throws -> JSON {
      let id = patches.first { $0["device"] == .text(device) }?["id"]?.text ?? ""
      return try await site.json("ticket", "show", id)
    }
    try await wait(for: "the offers stand", within: .seconds(20)) { try await offer(cured)?.contains("3.4.0") == true }

    // Both install it; one goes on failing.
    fleet.patched = [cured, failing]
    fleet.incurable = [failing]
    try await live(21..<24)
    for device in [cured, failing] {
      let now = try await ticket(of: device)
      let steps = now["history"]?.items.compactMap { $0["change"]?.text } ?? []
      #expect(steps.contains("target_firmware_installed"), "\(steps)")
      #expect(now["due_at"] == .null, "nobody has to answer while it is watched")
      try await wait(for: "its offer is withdrawn", within: .seconds(20)) { try await offer(device) == nil }
    }
    try await live(24..<33)
    let resolved = try await ticket(of: cured)
    #expect(resolved["state"] == .text("resolved") && resolved["outcome"] == .text("cured"), "\(resolved)")
    let replaced = try await ticket(of: failing)
    #expect(replaced["kind"] == .text("replacement") && replaced["state"] == .text("open"), "\(replaced)")
    #expect(
      replaced["history"]?.items.contains { $0["reason"]?.text?.hasPrefix("the patch did not help") == true } == true)
    #expect(replaced["explanation"]?.text?.contains("did not help") == true, "\(replaced["explanation"] ?? .null)")
    #expect(replaced["remedy"]?["sku"]?.text != nil && replaced["due_at"]?.text != nil)
    try await wait(for: "the device hears of its replacement", within: .seconds(20)) {
      try await offer(failing)?.contains("replacement") == true
    }
    // By itself, a fortnight after it was resolved.
    try await live(33..<49)
    #expect(try await ticket(of: cured)["state"] == .text("closed"))
    try await site.daemon.stop()
  }
}
