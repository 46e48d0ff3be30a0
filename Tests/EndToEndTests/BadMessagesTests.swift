import Rig
import Testing
import Vocabulary

/// A message that can't be used is kept with the reason why, and the stream goes on as if it had not come.
struct BadMessagesTests {
  struct Bad: Sendable, CustomTestStringConvertible {
    var what: String
    var reason: String
    var device = "A1"
    var product = "echo-dot-5"
    var leaf = "report"
    var payload: String
    /// What the detail must hold.
    var detail: String
    var testDescription: String { what }
  }

  static let now = wallClock()
  static let cases = [
    Bad(
      what: "a product that no profile describes", reason: "unknown_product", device: "T1", product: "toaster-2",
      payload: report(at: now), detail: "toaster-2"),
    Bad(
      what: "a firmware outside of the profile's versions", reason: "unknown_product", device: "L1", product: "lamp-1",
      payload: report(at: now), detail: "firmware 3.2.0"),
    Bad(what: "broken JSON", reason: "syntax", payload: #"{"ts": 17638812000"#, detail: "JSON"),
    Bad(what: "an empty report", reason: "syntax", payload: "", detail: "empty"),
    Bad(what: "text instead of a report", reason: "schema", payload: #""hello""#, detail: "object"),
    Bad(what: "a report without a time", reason: "schema", payload: #"{"signals": {}}"#, detail: "ts"),
    Bad(what: "a time of the wrong type", reason: "schema", payload: #"{"ts": true}"#, detail: "ts"),
    Bad(
      what: "signals of the wrong type", reason: "schema",
      payload: #"{"ts": \#(now.milliseconds), "signals": [1, 2]}"#, detail: "signals"),
    Bad(
      what: "a negative count of events", reason: "schema",
      payload: #"{"ts": \#(now.milliseconds), "events": [{"type": "kernel_panic", "count": -1}]}"#, detail: "count"),
    Bad(
      what: "a negative sequence number", reason: "schema",
      payload: #"{"ts": \#(now.milliseconds), "seq": -1, "boot": 1}"#, detail: "seq"),
    Bad(
      what: "a key that stands twice", reason: "schema",
      payload: #"{"ts": \#(now.milliseconds), "ts": 0}"#, detail: "twice"),
    Bad(
      what: "a time two days ahead", reason: "future", payload: report(at: now + 2 * EventTime.day),
      detail: "ahead of the clock"),
    Bad(
      what: "a time in seconds instead of milliseconds", reason: "schema",
      payload: #"{"ts": \#(now.milliseconds / 1000)}"#, detail: "ts"),
    Bad(
      what: "a payload that names another device", reason: "identity",
      payload: report(at: now, extra: #", "device": "B2""#), detail: "B2"),
    Bad(
      what: "a payload that names another product", reason: "identity",
      payload: report(at: now, extra: #", "product": "echo-show-8""#), detail: "echo-show-8"),
    Bad(
      what: "a device that is known as another product", reason: "identity", product: "echo-show-8",
      payload: report(at: now), detail: "echo-dot-5"),
    Bad(what: "a device id with a blank", reason: "identity", device: "A 1", payload: report(at: now), detail: "A 1"),
    Bad(
      what: "a report of more than a megabyte", reason: "too_large",
      payload: report(at: now, extra: #", "filling": "\#(String(repeating: "x", count: 1 << 20))""#), detail: "bytes"),
    Bad(
      what: "more than a thousand reports in one array", reason: "too_large",
      payload: "[" + Array(repeating: report(at: now), count: 1001).joined(separator: ",") + "]", detail: "1001"),
    Bad(what: "a state that is no object", reason: "schema", leaf: "state", payload: "[1]", detail: "object"),
    Bad(
      what: "a state with a batch that is no id", reason: "schema", leaf: "state",
      payload: #"{"batch": "week 18"}"#, detail: "batch"),
  ]

  @Test func `each is quarantined for its own reason, and a good report after each is applied`() async throws {
    let folder = try profilesWithALamp()
    let site = try await Installation.started(profiles: folder.path)
    try await site.publish(report(at: Self.now, sequence: 0), from: "A1")
    for (index, bad) in Self.cases.enumerated() {
      try await site.publish(bad.payload, from: bad.device, of: bad.product, as: bad.leaf)
      try await site.publish(report(at: Self.now, sequence: index + 1), from: "A1")
      let expected = Tally(applied: index + 2, quarantined: index + 1)
      #expect(try await site.tally(of: expected.received) == expected, "after \(bad.what)")
    }

    let kept = try await site.list("quarantine").sorted { ($0["id"]?.number ?? 0) < ($1["id"]?.number ?? 0) }
    try #require(kept.count == Self.cases.count)
    for (bad, entry) in zip(Self.cases, kept) {
      #expect(entry["reason"] == .text(bad.reason), "\(bad.what): \(entry)")
      #expect(entry["detail"]?.text?.contains(bad.detail) == true, "\(bad.what): \(entry)")
      #expect(entry["topic"] == .text("dt/forewarn/\(bad.product)/\(bad.device)/\(bad.leaf)"), "\(bad.what)")
      #expect(entry["bytes"]?.number ?? 0 >= Double(bad.payload.utf8.count), "\(bad.what)")
    }
    let device = try await site.json("device", "show", "A1")
    #expect(device["reports"] == .number(Double(Self.cases.count + 1)))
    #expect(device["batch"] == .text("unknown"))
    #expect(try await site.list("quarantine", "--reason", "identity").count == 4)
  }

  @Test func `quarantine keeps the bytes as they came, over a restart as well`() async throws {
    let site = try await Installation.started()
    try await site.publish("{\"größe\": ", from: "A1")
    #expect(try await site.tally(of: 1) == Tally(quarantined: 1))
    let before = try await site.json("quarantine", "show", "1")
    #expect(before["payload"] == .text("{\"größe\": "))
    #expect(before["payload_b64"] == .text("eyJncsO2w59lIjog"))
    // The good element of an array is read again from the journal after a kill; its bad neighbour is in quarantine already.
    try await site.publish("[\(report(sequence: 1)), {\"seq\": 2}]", from: "A1")
    #expect(try await site.tally(of: 3) == Tally(applied: 1, quarantined: 2))
    // Once another one is counted, the broker has the acknowledgement of the array; only the last may come a second time.
    try await site.publish(report(sequence: 3), from: "A1")
    #expect(try await site.tally(of: 4) == Tally(applied: 2, quarantined: 2))
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.json("quarantine", "show", "1") == before)
    #expect(try await site.json("quarantine", "list")["items"]?.items.count == 2)
    let after = try await site.tally(of: 4)
    #expect(after.applied == 2 && after.quarantined == 2)
  }

  @Test func `a report older than lateness is late, and one just inside is applied`() async throws {
    let site = try await Installation.started(["lateness_days: 3"])
    try await site.publish(report(at: wallClock() - 3 * EventTime.day - 60_000, sequence: 1), from: "A1")
    try await site.publish(report(at: wallClock() - 3 * EventTime.day + EventTime.hour, sequence: 2), from: "A1")
    try await site.publish(#"{"ts": "2001-01-01T00:00:00Z"}"#, from: "A1")
    #expect(try await site.tally(of: 3) == Tally(applied: 1, late: 2))
  }

  @Test func `signals and events that no profile declares are counted and cost nothing else`() async throws {
    let site = try await Installation.started()
    let strange = #""signals": {"wifi_rssi_dbm": -61, "aura": 3, "uptime_s": "long"}, "events": [{"type": "sneeze"}]"#
    try await site.publish(#"{"ts": \#(wallClock().milliseconds), \#(strange)}"#, from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
    #expect(try await site.json("status")["unknown_items"] == .number(3))
  }

  /// The shipped profiles, and one that describes some versions only.
  private func profilesWithALamp() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.takeShippedProfiles()
    try folder.write(
      """
      product: lamp-1
      title: Lamp
      firmware: ">=9.0.0"
      events: [flicker]
      modes:
        - id: flickers
          title: Flickers
          severity: minor
          onset: {event: flicker, count: 3}
          bucket: day
          horizon_days: 30
          costs: {failure: 60, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}

      """, to: "lamp-1.yaml")
    return folder
  }
}
