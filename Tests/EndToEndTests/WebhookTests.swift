import Foundation
import Glibc
import NIOHTTP1
import Rig
import Testing

/// What a webhook's receiver gets, and what becomes of it when the receiver or the daemon is away.
@Suite(.serialized) struct WebhookTests {
  private func site(_ receiver: WebhookReceiver, mode: String, _ more: String = "") async throws -> Installation {
    let folder = try ScratchFolder()
    let secret = try folder.write("s3cret\n", to: "secret")
    try #require(chmod(secret, 0o600) == 0)
    let hook = "{name: desk, url: \"\(receiver.url)\", secret_file: \"\(secret)\"\(more)}"
    let site = try await Installation.started(
      ["clock: event", "care: {mode: \(mode)}", "webhooks: [\(hook)]"], broker: .init(isPersistent: true))
    kept.append(folder)
    return site
  }
  private let kept = Kept()

  @Test func `an https receiver is believed by the configured authority alone`() async throws {
    let certificates = try await Certificates()
    try await certificates.make("receiver", extensions: "subjectAltName=IP:127.0.0.1")
    let receiver = try WebhookReceiver(
      certificate: (certificates.path("receiver.pem"), certificates.path("receiver.key")))
    let hooks = ["ca.pem", "stranger.pem", "absent.pem"].map { authority in
      "{name: \(authority.dropLast(4)), url: \"\(receiver.url)\", ca_file: \"\(certificates.path(authority))\", "
        + "attempts: 1, timeout_seconds: 2, events: [ticket]}"
    }
    let site = try await Installation.started(
      ["clock: event", "webhooks: [\(hooks.joined(separator: ", "))]"], broker: .init(isPersistent: true))
    try await run(RecordedFleet.withBadBatch(), on: site)
    let id = try #require(try await site.list("ticket", "--state", "proposed").first?["id"]?.text)
    _ = try await site.daemon.forewarn("ticket", "ack", id).succeeded()
    try await wait(for: "all were tried", within: .seconds(20)) { try await hasNothingDue(site) }
    let messages = try await site.list("outbox", "--kind", "webhook")
    func message(_ webhook: String) -> JSON? { messages.first { $0["webhook"] == .text(webhook) } }
    #expect(message("ca")?["state"] == .text("delivered"), "\(messages)")
    for (webhook, words) in [("stranger", "CERTIFICATE_VERIFY_FAILED"), ("absent", "can't be read")] {
      #expect(message(webhook)?["state"] == .text("dead"))
      #expect(message(webhook)?["last_error"]?.text?.contains(words) == true, "\(messages)")
    }
    #expect(receiver.posts.count == 1)
    try await site.daemon.stop()
  }

  private func run(_ fleet: RecordedFleet, on site: Installation) async throws {
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(60))
  }

  private func hasNothingDue(_ site: Installation) async throws -> Bool {
    try await site.list("outbox", "--kind", "webhook", "--state", "pending").isEmpty
  }

  @Test func `each change reaches the receiver as an alert of Alertmanager's form, signed, and in order of a ticket`()
    async throws
  {
    let receiver = try WebhookReceiver()
    let site = try await site(receiver, mode: "send")
    try await run(RecordedFleet.withBadBatch(), on: site)
    let id = try #require(try await site.list("ticket", "--state", "open").first?["id"]?.text)
    _ = try await site.daemon.forewarn("ticket", "ack", id).succeeded()
    _ = try await site.daemon.forewarn("ticket", "resolve", id, "--outcome", "confirmed").succeeded()
    try await wait(for: "all is delivered", within: .seconds(60)) { try await hasNothingDue(site) }

    let posts = receiver.posts
    let about = try posts.filter { try $0.json["groupKey"] == .text("forewarn/\(id)") }
    let states = try about.compactMap { try $0.json["alerts"]?.items.first?["annotations"]?["state"]?.text }
    #expect(states.suffix(3) == ["open", "acknowledged", "resolved"])
    let last = try #require(about.last)
    let json = try last.json
    #expect(json["version"] == .text("4") && json["status"] == .text("resolved"))
    let alerts = try about.compactMap { try $0.json["alerts"]?.items.first }
    #expect(Set(alerts.compactMap { $0["fingerprint"]?.text }).count == 1)
    #expect(alerts.allSatisfy { $0["labels"] == alerts[0]["labels"] }, "labels name the case and never change")
    #expect(alerts.first?["status"] == .text("firing") && alerts.first?["endsAt"] == .text("0001-01-01T00:00:00Z"))
    #expect(alerts.last?["endsAt"] != .text("0001-01-01T00:00:00Z"))
    let findings = try posts.filter { try $0.json["groupKey"]?.text?.hasPrefix("forewarn/F-") == true }
    #expect(!findings.isEmpty)

    // The signature, made again by another program.
    let signature = try #require(last.headers.first(name: "X-Forewarn-Signature"))
    let parts = signature.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1)[1] }
    let signed = try ScratchFolder()
    let file = try signed.write("\(parts[0]).\(last.body)", to: "signed")
    let digest = try await CommandRun.system("openssl", ["dgst", "-sha256", "-hmac", "s3cret", "-r", file])
    #expect(try digest.succeeded().standardOutput.hasPrefix(String(parts[1])))
    let keys = posts.compactMap { $0.headers.first(name: "Idempotency-Key") }
    #expect(Set(keys).count == posts.count, "each message has a key of its own")
    try await site.daemon.stop()
  }

  @Test func `what the receiver refuses is sent again after a kill, with the same key, and nothing is lost`()
    async throws
  {
    let receiver = try WebhookReceiver()
    receiver.answer(.serviceUnavailable)
    let site = try await site(receiver, mode: "send")
    try await run(RecordedFleet.withBadBatch(), on: site)
    try await wait(for: "tries were refused", within: .seconds(30)) { receiver.posts.count > 5 }
    site.daemon.kill()
    let before = receiver.posts
    receiver.answer(.ok)
    try await site.daemon.start()
    try await wait(for: "all is delivered", within: .seconds(90)) { try await hasNothingDue(site) }
    let rows = try await site.sql("SELECT count(*) FROM outbox WHERE kind = 'webhook'").standardOutput
    let keys = Set(receiver.posts.dropFirst(before.count).compactMap { $0.headers.first(name: "Idempotency-Key") })
    #expect(rows == "\(keys.count)\n", "each message came once it was taken")
    #expect(keys.isSuperset(of: before.compactMap { $0.headers.first(name: "Idempotency-Key") }))
    try await site.daemon.stop()
  }

  @Test func `after its number of tries a message is a dead letter, which an operator sees and sends again`()
    async throws
  {
    let receiver = try WebhookReceiver()
    receiver.answer(.internalServerError)
    let site = try await site(receiver, mode: "propose", ", attempts: 1, events: [ticket]")
    try await run(RecordedFleet.withBadBatch(), on: site)
    #expect(receiver.posts.isEmpty, "care is only proposed, and nobody has said anything")
    let id = try #require(try await site.list("ticket", "--state", "proposed").first?["id"]?.text)
    _ = try await site.daemon.forewarn("ticket", "ack", id).succeeded()
    try await wait(for: "it was given up", within: .seconds(20)) {
      try await !site.list("outbox", "--state", "dead").isEmpty
    }
    let dead = try #require(try await site.list("outbox", "--state", "dead").first)
    #expect(dead["subject"] == .text(id) && dead["last_error"]?.text?.contains("500") == true)
    #expect(try await site.json("care", "status")["dead_letters"] == .number(1))
    receiver.answer(.ok)
    let told = try await site.daemon.forewarn("outbox", "retry", "--all").succeeded()
    #expect(told.standardOutput == "1 message will be sent again\n")
    try await wait(for: "it is delivered", within: .seconds(20)) {
      try await site.list("outbox", "--kind", "webhook").allSatisfy { $0["state"] == .text("delivered") }
    }
    #expect(receiver.posts.count == 2)
    #expect(try await site.daemon.forewarn("outbox", "retry", "4711").status == 4)

    // The brake holds webhooks, too.
    _ = try await site.daemon.forewarn("care", "pause").succeeded()
    _ = try await site.daemon.forewarn("ticket", "note", id, "called").succeeded()
    let held = try await site.json("care", "status")["held"]?.items ?? []
    #expect(held.contains { $0["kind"] == .text("webhook") && $0["count"] == .number(1) })
    _ = try await site.daemon.forewarn("care", "resume").succeeded()
    try await wait(for: "the note arrives", within: .seconds(20)) { receiver.posts.count == 3 }
    try await site.daemon.stop()
  }
}

/// Folders that live as long as their test.
private final class Kept {
  private var folders: [ScratchFolder] = []
  func append(_ folder: ScratchFolder) { folders.append(folder) }
}
