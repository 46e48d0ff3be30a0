import Rig
import Testing

struct MosquittoTests {
  @Test func `a retained message comes back, whole, to a later subscriber`() async throws {
    let broker = try await Mosquitto.start()
    try await broker.publish(#"{"ts": 1, "text": "größer"}"#, to: "dt/forewarn/p/d/state", retained: true)
    let heard = try await subscribe(to: broker, topic: "dt/#")
    #expect(heard == #"{"ts": 1, "text": "größer"}"# + "\n")
    try await broker.stop()
  }

  @Test func `several brokers stand beside each other`() async throws {
    async let first = Mosquitto.start()
    async let second = Mosquitto.start()
    let ports = try await [first.port, second.port]
    #expect(ports[0] != ports[1])
  }

  @Test func `a wrong password is refused and the right one taken`() async throws {
    let broker = try await Mosquitto.start(.init(access: .password(user: "gateway", password: "secret")))
    func publish(_ password: String) async throws -> Int32 {
      let identity = ["-u", "gateway", "-P", password, "-t", "t", "-m", "m", "-q", "1"]
      return try await CommandRun.system("mosquitto_pub", broker.clientArguments + identity).status
    }
    #expect(try await publish("wrong") != 0)
    #expect(try await publish("secret") == 0)
  }

  @Test func `what persists is there after a restart on the same port`() async throws {
    let broker = try await Mosquitto.start(.init(isPersistent: true))
    try await broker.publish("kept", to: "t", retained: true)
    try await broker.stop()
    #expect(try !LocalSocket.accepts(port: broker.port))
    try await broker.restart()
    #expect(try await subscribe(to: broker, topic: "t") == "kept\n")
  }

  @Test func `a killed broker is gone at once`() async throws {
    let broker = try await Mosquitto.start()
    broker.kill()
    #expect(try !LocalSocket.accepts(port: broker.port))
  }

  @Test func `a broker ends with its owner`() async throws {
    var broker: Mosquitto? = try await Mosquitto.start()
    let port = try #require(broker?.port)
    #expect(try LocalSocket.accepts(port: port))
    broker = nil
    #expect(try !LocalSocket.accepts(port: port))
  }

  @Test func `a broken configuration is an error that shows the broker's own words`() async throws {
    let settings = Mosquitto.Settings(lines: ["no_such_option 1"])
    let error = await #expect(throws: RigError.self) { _ = try await Mosquitto.start(settings) }
    #expect(error?.description.contains("no_such_option") == true)
  }

  private func subscribe(to broker: Mosquitto, topic: String) async throws -> String {
    let arguments = broker.clientArguments + ["-V", "5", "-q", "1", "-C", "1", "-W", "10", "-t", topic]
    return try await CommandRun.system("mosquitto_sub", arguments).succeeded().standardOutput
  }
}
