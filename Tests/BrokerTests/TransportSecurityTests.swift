import Broker
import Foundation
import Testing

/// TLS against a mosquitto with certificates made for the test.
@Suite(.serialized) struct TransportSecurityTests {
  private let broker: TestBroker
  private var folder: String { broker.folder.path }

  init() throws {
    broker = try TestBroker(listener: [
      "listener PORT 127.0.0.1", "cafile FOLDER/ca.pem", "certfile FOLDER/server.pem", "keyfile FOLDER/server.key",
      "require_certificate true",
    ])
    for (name, subject) in [("ca", "/CN=test authority"), ("stranger", "/CN=another authority")] {
      try openssl([
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        subject,
        "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem",
      ])
    }
    for (name, extensions) in [("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")] {
      try openssl([
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
        "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).csr",
      ])
      try extensions.write(toFile: "\(folder)/\(name).ext", atomically: true, encoding: .utf8)
      try openssl([
        "x509", "-req", "-in", "\(folder)/\(name).csr", "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", "\(folder)/\(name).ext", "-out", "\(folder)/\(name).pem",
      ])
    }
    try broker.start()
  }

  private func openssl(_ arguments: [String]) throws { try run("/usr/bin/openssl", arguments) }

  private func secure() throws -> BrokerSettings {
    var settings = try settings("mqtts://127.0.0.1:\(broker.port)")
    settings.caFile = folder + "/ca.pem"
    settings.certificateFile = folder + "/client.pem"
    settings.keyFile = folder + "/client.key"
    return settings
  }

  private func error(_ settings: BrokerSettings) throws -> String {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    #expect(handler.record.wait { !$0.errors.isEmpty })
    #expect(running.stop(seconds: 3))
    return handler.record.value.errors.first?.description ?? "no error"
  }

  @Test func `messages arrive over TLS, complete and in order`() throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(secure(), handler)
    try #require(handler.record.wait { $0.isConnected })
    let settings = try secure()
    let publisher = try Publisher(
      url: settings.address.description, connections: 2, caFile: settings.caFile,
      certificateFile: settings.certificateFile, keyFile: settings.keyFile)
    try publisher.publish(numbered(1...3000))
    #expect(handler.record.wait { $0.committed.count == 3000 })
    #expect(handler.committedTexts == (1...3000).map(String.init))
    #expect(running.stop())
  }

  @Test func `what was committed before a stop doesn't come again over TLS either`() throws {
    let refusals = Signalled(1)
    let handler = RecordingHandler { _ in
      refusals.change { left in
        left -= 1
        return left < 0
      }
    }
    let running = try RunningSubscriber(secure(), handler)
    try #require(handler.record.wait { $0.isConnected })
    let settings = try secure()
    let publisher = try Publisher(
      url: settings.address.description, caFile: settings.caFile, certificateFile: settings.certificateFile,
      keyFile: settings.keyFile)
    try publisher.publish(numbered(1...500))
    #expect(handler.record.wait { $0.committed.count == 500 })
    #expect(handler.record.value.errors == [.notCommitted])
    #expect(running.stop())
    let next = RecordingHandler()
    let again = try RunningSubscriber(secure(), next)
    try publisher.publish(numbered(501...501))
    #expect(next.record.wait { !$0.committed.isEmpty })
    #expect(next.committedTexts == ["501"])
    #expect(again.stop())
  }

  @Test func `an unknown authority, a missing file and a missing client certificate are told apart`() throws {
    var settings = try secure()
    settings.caFile = folder + "/stranger.pem"
    let untrusted = try error(settings)
    #expect(untrusted.contains("certificate was refused") && untrusted.contains("ca_file"), "\(untrusted)")
    settings.caFile = folder + "/absent.pem"
    #expect(try error(settings).hasPrefix("ca_file \(folder)/absent.pem can't be read: No such file"))
    settings = try secure()
    settings.certificateFile = nil
    settings.keyFile = nil
    let anonymous = try error(settings)
    #expect(anonymous.contains("certificate_file"), "\(anonymous)")
    settings = try secure()
    settings.keyFile = folder + "/stranger.key"
    let mismatched = try error(settings)
    #expect(mismatched.contains("key"), "\(mismatched)")
  }

  @Test func `a plain client at a TLS port, and a TLS client at a plain port, are told so`() throws {
    let plain = try TestBroker()
    try plain.start()
    var settings = try secure()
    settings.address = try BrokerAddress(url: "mqtts://127.0.0.1:\(plain.port)")
    let tlsAtPlain = try error(settings)
    #expect(tlsAtPlain.contains("no TLS connection"), "\(tlsAtPlain)")
    let plainAtTLS = try error(BrokerTests.settings("mqtt://127.0.0.1:\(broker.port)"))
    #expect(plainAtTLS.contains("127.0.0.1:\(broker.port)"), "\(plainAtTLS)")
  }
}
