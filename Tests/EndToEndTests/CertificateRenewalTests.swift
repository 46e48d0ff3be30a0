import Foundation
import Rig
import Testing

/// Certificates end, and their successors lie under the same names: the daemon goes over to them while messages come.
@Suite(.serialized) struct CertificateRenewalTests {
  /// What broker and daemon read: copies that are exchanged as an ACME client would.
  private struct Shown {
    let certificates: Certificates
    func path(_ name: String) -> String { certificates.path("shown-\(name)") }

    func put(_ source: String, as name: String) throws {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: certificates.path(source)))
      try bytes.write(to: URL(fileURLWithPath: path(name)), options: .atomic)
      try #require(chmod(path(name), 0o600) == 0)
    }

    func client(_ name: String) throws {
      try put("\(name).pem", as: "client.pem")
      try put("\(name).key", as: "client.key")
    }
  }

  private func shown() async throws -> Shown {
    let certificates = try await Certificates()
    try await certificates.make("server", extensions: "subjectAltName=IP:127.0.0.1")
    try await certificates.make("successor", extensions: "subjectAltName=IP:127.0.0.1", signedBy: "stranger")
    for name in ["first", "second", "third"] {
      try await certificates.make(name, extensions: "extendedKeyUsage=clientAuth")
    }
    let shown = Shown(certificates: certificates)
    try shown.client("first")
    try shown.put("ca.pem", as: "ca.pem")
    try shown.put("server.pem", as: "server.pem")
    try shown.put("server.key", as: "server.key")
    return shown
  }

  /// With TLS beside its plain listener; its log names who connects, by the certificate.
  private func site(_ shown: Shown) async throws -> Installation {
    let port = try LocalSocket.freePort()
    let broker = try await Mosquitto.start(
      .init(
        isPersistent: true,
        lines: [
          "per_listener_settings false", "listener \(port) 127.0.0.1", "cafile \(shown.certificates.path("ca.pem"))",
          "require_certificate true", "use_identity_as_username true", "certfile \(shown.path("server.pem"))",
          "keyfile \(shown.path("server.key"))", "connection_messages true",
        ]))
    let files = ["ca_file: ca.pem", "certificate_file: client.pem", "key_file: client.key"].map { line in
      let parts = line.split(separator: " ")
      return "\(parts[0]) \(shown.path(String(parts[1])))"
    }
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: "mqtts://127.0.0.1:\(port)", profiles: Installation.shippedProfiles, brokerLines: files,
        lines: ["clock: event"]))
    return Installation(broker: broker, daemon: daemon)
  }

  private func isSeen(as name: String, by broker: Mosquitto) async throws {
    try await wait(for: "the broker sees the certificate of \(name)", within: .seconds(40)) {
      broker.log.contains("as forewarn (") && broker.log.contains("u'\(name)'")
    }
  }

  @Test func `renewed certificates are taken by a reload and by themselves under load, and no message is lost`()
    async throws
  {
    let fleet = try await RecordedFleet(devices: 1000, days: 8, seed: 5)
    let expected = Tally(replay: try JSON(parsing: try await fleet.replay().standardOutput))
    let shown = try await shown()
    let site = try await site(shown)
    try await isSeen(as: "first", by: site.broker)
    let publisher = try await fleet.beginPublishing(to: site.broker)

    _ = try await site.tally(of: fleet.messages / 10, within: .seconds(60))
    try shown.client("second")
    _ = try await site.daemon.forewarn("profile", "reload").succeeded()
    try await isSeen(as: "second", by: site.broker)

    // A certificate whose key has not come yet: refused, and the connection goes on as it was.
    _ = try await site.tally(of: fleet.messages / 4, within: .seconds(60))
    try shown.put("third.pem", as: "client.pem")
    let refused = try await site.daemon.forewarn("profile", "reload")
    #expect(refused.status == 2 && refused.standardError.contains("the key isn't the certificate's"), "\(refused)")
    #expect(try await site.daemon.status()?.broker.connected == true)
    try shown.put("third.key", as: "client.key")
    try await isSeen(as: "third", by: site.broker)
    #expect(try await site.json("profile", "reload")["need_restart"] == .list([]))

    try await fleet.finish(publisher)
    #expect(try await site.tallyAtRest(of: fleet.messages) == expected)
    let broker = try await site.json("status")["broker"]
    // One for each renewal; under load the second may come before the first connection has worked its backlog off.
    let reconnects = broker?["reconnects"]?.number ?? 0
    #expect((1...2).contains(reconnects), "\(String(describing: broker))")
    #expect(broker?["sessions_lost"] == .number(0))
    try await site.daemon.stop()
  }

  @Test func `a broker that goes over to another authority is followed once its file is there`() async throws {
    let shown = try await shown()
    let site = try await site(shown)
    try await isSeen(as: "first", by: site.broker)
    try await site.broker.stop()
    try shown.put("successor.pem", as: "server.pem")
    try shown.put("successor.key", as: "server.key")
    try await site.broker.restart()
    try await wait(for: "the broker isn't believed", within: .seconds(40)) {
      try await site.daemon.status()?.reasons.contains { $0.contains("certificate") } ?? false
    }
    try await site.publish(report(), from: "A1")
    try shown.put("stranger.pem", as: "ca.pem")
    // Without a reload, and without waiting out the pause between two attempts.
    #expect(try await site.tally(of: 1, within: .seconds(30)) == Tally(applied: 1))
    try await site.daemon.stop()
  }
}
