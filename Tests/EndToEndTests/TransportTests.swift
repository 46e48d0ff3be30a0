import Foundation
import Glibc
import Rig
import Testing

/// Ways to the broker, with the real daemon: each fault of TLS or login has its own words in `status`, and each sound way
/// works.
@Suite(.serialized) struct TransportTests {
  /// What the broker shows and asks for, what the daemon shows and trusts, and the words that an operator reads.
  struct Fault: Sendable, CustomTestStringConvertible {
    var what: String
    var server = "server"
    var authority = "ca"
    var client: String? = "client"
    var words: String
    var testDescription: String { what }
  }

  static let faults = [
    Fault(
      what: "an authority that isn't trusted", authority: "stranger",
      words: "self-signed certificate in certificate chain"),
    Fault(what: "an expired certificate", server: "expired", words: "certificate has expired"),
    Fault(what: "a certificate of another host", server: "elsewhere", words: "it doesn't name 127.0.0.1"),
    Fault(what: "no client certificate", client: nil, words: "certificate required"),
    Fault(what: "a client certificate of a stranger", client: "unknown", words: "unknown ca"),
    Fault(what: "an expired client certificate", client: "outdated", words: "certificate expired"),
  ]

  private func certificates() async throws -> Certificates {
    let certificates = try await Certificates()
    let local = "subjectAltName=IP:127.0.0.1"
    let asClient = "extendedKeyUsage=clientAuth"
    try await certificates.make("server", extensions: local)
    try await certificates.make("expired", extensions: local, days: -1)
    try await certificates.make("elsewhere", extensions: "subjectAltName=DNS:elsewhere.example")
    try await certificates.make("client", extensions: asClient)
    try await certificates.make("unknown", extensions: asClient, signedBy: "stranger")
    try await certificates.make("outdated", extensions: asClient, days: -1)
    return certificates
  }

  /// Beside its plain listener one with TLS that asks for a client certificate.
  private func broker(_ certificates: Certificates, showing name: String) async throws -> (Mosquitto, port: UInt16) {
    let port = try LocalSocket.freePort()
    let broker = try await Mosquitto.start(
      .init(lines: [
        "listener \(port) 127.0.0.1", "cafile \(certificates.path("ca.pem"))", "require_certificate true",
        "certfile \(certificates.path("\(name).pem"))", "keyfile \(certificates.path("\(name).key"))",
      ]))
    return (broker, port)
  }

  private func lines(_ certificates: Certificates, trusting authority: String, as client: String?) -> [String] {
    let own = client.map {
      ["certificate_file: \(certificates.path("\($0).pem"))", "key_file: \(certificates.path("\($0).key"))"]
    }
    return ["ca_file: \(certificates.path("\(authority).pem"))"] + (own ?? [])
  }

  @Test func `each fault of a certificate is named in status, and with sound ones messages come through`() async throws
  {
    let certificates = try await certificates()
    for fault in Self.faults {
      let (broker, port) = try await broker(certificates, showing: fault.server)
      let daemon = try DaemonProcess(
        .init(
          brokerURL: "mqtts://127.0.0.1:\(port)", profiles: Installation.shippedProfiles,
          brokerLines: lines(certificates, trusting: fault.authority, as: fault.client)))
      try await daemon.start(until: ["starting", "degraded"])
      var reasons: [String] = []
      do {
        try await wait(for: "status names \(fault.what)", within: .seconds(15)) {
          reasons = try await daemon.status()?.reasons ?? []
          return reasons.contains { $0.contains("127.0.0.1:\(port)") && $0.contains(fault.words) }
        }
      } catch {
        Issue.record("\(error): \(reasons)")
      }
      #expect(try await daemon.stop() == .code(0))
      try await broker.stop()
    }
    let (broker, port) = try await broker(certificates, showing: "server")
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: "mqtts://127.0.0.1:\(port)", profiles: Installation.shippedProfiles,
        brokerLines: lines(certificates, trusting: "ca", as: "client")))
    let site = Installation(broker: broker, daemon: daemon)
    try await site.publish(report(), from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
  }

  @Test func `a broker on a Unix socket works, and one that isn't there is named by its path`() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("broker.sock")
    let daemon = try DaemonProcess(.init(brokerURL: "unix://\(path)", profiles: Installation.shippedProfiles))
    try await daemon.start(until: ["starting", "degraded"])
    try await wait(for: "status names the socket", within: .seconds(10)) {
      try await daemon.status()?.reasons.contains { $0.contains("\(path): No such file") } ?? false
    }
    let broker = try await Mosquitto.start(.init(lines: ["listener 0 \(path)"]))
    #expect(try await daemon.forewarn("wait", "ready", "--timeout", "40s").status == 0)
    let site = Installation(broker: broker, daemon: daemon)
    try await site.publish(report(), from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
  }

  @Test func `the password comes from systemd's credential where no file is named`() async throws {
    let broker = try await Mosquitto.start(.init(access: .password(user: "gateway", password: "right")))
    let folder = try ScratchFolder()
    try #require(chmod(try folder.write("right\n", to: "mqtt-password"), 0o400) == 0)
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles, brokerLines: ["username: gateway"],
        environment: ["CREDENTIALS_DIRECTORY": folder.path]))
    #expect(try await daemon.status()?.broker.connected == true)
    #expect(!daemon.standardError.contains("right"))
  }
}
