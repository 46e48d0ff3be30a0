import Broker
import Foundation
import Testing

/// Each way to fail to connect says what is wrong, and is tried again until `stop`.
@Suite(.serialized) struct ConnectionFailureTests {
  /// Runs a subscriber until it has reported `attempts` errors.
  private func errors(_ settings: BrokerSettings, attempts: Int = 1) throws -> [BrokerError] {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    #expect(handler.record.wait { $0.errors.count >= attempts })
    #expect(running.stop(seconds: 3))
    return handler.record.value.errors
  }

  @Test func `an absent broker is named with host and port, and tried again`() throws {
    let port = try TestBroker.freePort()
    let errors = try errors(settings("mqtt://127.0.0.1:\(port)"), attempts: 3)
    #expect(errors.allSatisfy { $0.description.contains("127.0.0.1:\(port)") && $0.description.contains("refused") })
    // Not as a fault of TLS, which had begun by itself.
    let secure = try self.errors(settings("mqtts://127.0.0.1:\(port)"))
    #expect(secure.first?.description.hasPrefix("no broker at 127.0.0.1:\(port): Connection refused") == true)
    let unix = try self.errors(settings("unix:///nowhere/broker.sock"))
    #expect(unix.first?.description.contains("/nowhere/broker.sock: No such file or directory") == true)
  }

  @Test func `a host without an address is named`() throws {
    let error = try errors(settings("mqtt://no-such-host.invalid")).first
    #expect(error?.description.contains("no-such-host.invalid") == true)
    #expect(error?.description.contains("resolved") == true)
  }

  @Test func `a peer that never answers is given up, and stop doesn't wait for it`() throws {
    // Listens but never accepts: the kernel completes the TCP handshake, nobody speaks MQTT.
    let listener = try SilentListener()
    var settings = try settings("mqtt://127.0.0.1:\(listener.port)")
    settings.connectTimeoutSeconds = 1
    #expect(try errors(settings) == [.silent(settings.address, seconds: 1)])
    settings.connectTimeoutSeconds = 600
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    #expect(handler.record.wait { $0.states == [.connecting] })
    #expect(running.stop(seconds: 2))
  }

  @Test func `a wrong password is refused with the user's name and no password`() throws {
    let broker = try TestBroker(options: ["allow_anonymous false", "password_file FOLDER/passwords"])
    try run("/usr/bin/mosquitto_passwd", ["-b", "-c", broker.folder.path + "/passwords", "anna", "right"])
    try broker.start()
    var settings = try settings(broker.url)
    settings.username = "anna"
    settings.password = "wrong"
    let error = try #require(try errors(settings).first)
    guard case .loginRefused(username: "anna", _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains("password_file") && !error.description.contains("wrong"))
    settings.password = "right"
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    #expect(handler.record.wait { $0.isConnected })
    #expect(running.stop())
    #expect(throws: BrokerError.self) { try Publisher(url: broker.url, connections: 2) }
  }

  @Test func `a takeover names the client id and isn't answered within five seconds`() throws {
    let broker = try TestBroker()
    try broker.start()
    let first = RecordingHandler()
    let one = try RunningSubscriber(settings(broker.url), first)
    try #require(first.record.wait { $0.isConnected })
    let second = RecordingHandler()
    let other = try RunningSubscriber(settings(broker.url), second)
    // The first comes back and throws the second out, which comes back in turn.
    #expect(first.record.wait { $0.errors.contains(.takenOver(clientID: "gateway")) })
    let waits = first.record.value.states.compactMap { state -> Double? in
      if case .lost(.takenOver, let seconds) = state { return seconds }
      return nil
    }
    #expect(waits.allSatisfy { $0 >= 5 })
    #expect(one.stop(seconds: 2))
    #expect(other.stop(seconds: 2))
  }

  @Test func `a refused subscription names its filter, and hidden statistics don't matter`() throws {
    let broker = try TestBroker(options: [
      "allow_anonymous true", "plugin /usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so",
      "plugin_opt_config_file FOLDER/rights.json",
    ])
    let rights = """
      {"defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true, "subscribe": false,
        "unsubscribe": true},
       "roles": [{"rolename": "reader", "acls": [{"acltype": "subscribePattern", "topic": "dt/#", "allow": true}]}],
       "groups": [{"groupname": "all", "roles": [{"rolename": "reader"}]}], "anonymousGroup": "all"}
      """
    try rights.write(toFile: broker.folder.path + "/rights.json", atomically: true, encoding: .utf8)
    try broker.start()
    let error = try #require(try errors(settings(broker.url, filters: ["dt/#", "ctx/#"])).first)
    guard case .subscriptionRefused(filter: "ctx/#", _) = error else {
      Issue.record("\(error)")
      return
    }
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    #expect(handler.record.wait { $0.isConnected })
    #expect(running.stop())
    let impossible = try errors(settings(broker.url, filters: ["dt/#/report"]))
    #expect(impossible.first?.description.contains("dt/#/report") == true)
  }

  @Test func `a broker that refuses MQTT 5 is asked again with MQTT 3_1_1`() throws {
    let peer = try SilentListener()
    let listening = peer.descriptor
    let levels = Signalled<[UInt8]>([])
    Thread.detachNewThread {
      for _ in 0..<2 {
        let connection = accept(listening, nil, nil)
        defer { close(connection) }
        var bytes = [UInt8](repeating: 0, count: 512)
        guard recv(connection, &bytes, bytes.count, 0) > 9 else { return }
        // CONNECT: type, length (below 128 one byte), 0, 4, "MQTT", level.
        levels.change { $0.append(bytes[8]) }
        // An MQTT 3.1.1 CONNACK: unacceptable protocol version.
        _ = send(connection, [0x20, 2, 0, 1] as [UInt8], 4, Int32(MSG_NOSIGNAL))
      }
    }
    let errors = try errors(settings("mqtt://127.0.0.1:\(peer.port)"))
    #expect(levels.value == [5, 4])
    #expect(errors.first == .protocolVersionRefused)
  }

  @Test func `a Unix socket is as good as TCP`() throws {
    let broker = try TestBroker(listener: ["listener 0 FOLDER/broker.sock"])
    try broker.start()
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings("unix://" + broker.socketPath), handler)
    try #require(handler.record.wait { $0.isConnected })
    try Publisher(url: "unix://" + broker.socketPath).publish(numbered(1...10))
    #expect(handler.record.wait { $0.committed.count == 10 })
    #expect(running.stop())
  }

  /// A bare root has no hosts file, and then no `localhost`.
  private static let knowsLocalhost =
    FileManager.default.contents(atPath: "/etc/hosts")
    .map { String(decoding: $0, as: UTF8.self).contains("localhost") } ?? false

  @Test(.enabled(if: knowsLocalhost, "/etc/hosts doesn't name localhost"))
  func `a host name whose first address nobody listens on is reached by its second`() throws {
    let broker = try TestBroker()
    try broker.start()
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings("mqtt://localhost:\(broker.port)"), handler)
    #expect(handler.record.wait { $0.isConnected })
    #expect(running.stop())
  }

  @Test func `settings that can't work are refused before anything is sent`() throws {
    func refusal(_ change: (inout BrokerSettings) -> Void) throws -> String {
      var settings = try settings("mqtt://127.0.0.1")
      change(&settings)
      let error = #expect(throws: BrokerError.self) { try settings.validate() }
      return error?.description ?? ""
    }
    #expect(try refusal { $0.clientID = "" }.contains("client_id"))
    #expect(try refusal { $0.keepAliveSeconds = 3 }.contains("keep-alive"))
    #expect(try refusal { $0.batchLimit = $0.receiveMaximum / 2 + 1 }.contains("half"))
    #expect(try refusal { $0.password = "x" }.contains("username"))
    #expect(try refusal { $0.caFile = "/ca" }.contains("mqtts"))
    #expect(try refusal { $0.subscriptions[0].qos = 2 }.contains("dt/#"))
  }
}

/// A TCP port that takes connections and says nothing.
final class SilentListener {
  let port: UInt16
  let descriptor: Int32

  init() throws {
    port = try TestBroker.freePort()
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let descriptor = descriptor
    let isListening = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(descriptor, 8) == 0
      }
    }
    try #require(isListening)
  }

  deinit { close(descriptor) }

  /// Takes a connection, waits for its first bytes and resets it.
  func resetNext() {
    let connection = accept(descriptor, nil, nil)
    var byte: UInt8 = 0
    _ = recv(connection, &byte, 1, 0)
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
    close(connection)
  }
}

/// Runs a tool to its end.
func run(_ tool: String, _ arguments: [String]) throws {
  let status = try ChildProcess(tool, arguments).wait()
  try #require(status == 0, "\(tool) \(arguments)")
}
