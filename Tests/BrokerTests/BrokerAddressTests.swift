import Broker
import Testing

struct BrokerAddressTests {
  @Test(arguments: [
    ("mqtt://broker", "broker", 1883), ("mqtts://broker", "broker", 8883), ("MQTT://10.0.0.1:2000/", "10.0.0.1", 2000),
    ("mqtt://[::1]:1884", "::1", 1884), ("mqtts://[fe80::1]", "fe80::1", 8883),
    ("unix:///run/m.sock", "/run/m.sock", 0),
  ])
  func `an address names host and port, by default those of its scheme`(url: String, host: String, port: UInt16) throws
  {
    let address = try BrokerAddress(url: url)
    #expect(address.host == host)
    #expect(address.port == port)
    #expect(try BrokerAddress(url: address.description) == address)
  }

  @Test(arguments: [
    ("broker", "scheme"), ("http://broker", "scheme"), ("mqtt://", "host"), ("mqtt://:1883", "host"),
    ("mqtt://broker:0", "port"), ("mqtt://broker:65536", "port"), ("mqtt://broker:x", "port"),
    ("mqtt://broker:+5", "port"), ("mqtt://::1:1883", "brackets"), ("mqtt://broker/topic", "follow"),
    ("unix://run/m.sock", "absolute"), ("unix:///" + String(repeating: "x", count: 107), "107"),
    ("mqtt://bro ker", "space"), ("mqtt://broker\n", "control"),
  ])
  func `an address that can't be used says why`(url: String, word: String) {
    let error = #expect(throws: BrokerError.self) { try BrokerAddress(url: url) }
    #expect(error?.description.contains(word) == true, "\(error.map(\.description) ?? "accepted")")
  }

  @Test func `credentials in an address are refused, and never printed`() {
    let error = #expect(throws: BrokerError.self) { try BrokerAddress(url: "mqtt://anna:hush@broker") }
    #expect(error?.description.contains("password_file") == true)
    #expect(error?.description.contains("hush") == false)
  }
}
