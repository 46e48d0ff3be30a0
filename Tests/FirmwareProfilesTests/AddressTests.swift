import FirmwareProfiles
import Testing
import Vocabulary

struct AddressTests {
  private func parse(_ topic: String, root: String = "forewarn") throws -> Result<Address, Rejection> {
    Address.parse(topic: topic, root: root, catalogue: try Samples.lamps())
  }

  private func reason(_ topic: String) throws -> RejectionReason? {
    if case .failure(let rejection) = try parse(topic) { rejection.reason } else { nil }
  }

  @Test func `the gateway's topics are told apart`() throws {
    #expect(try parse("dt/forewarn/lamp/L1/report") == .success(.report(Samples.lamp)))
    #expect(try parse("dt/forewarn/lamp/L1/state") == .success(.state(Samples.lamp)))
    #expect(try parse("dt/forewarn/lamp/L1/diagnosis") == .success(.diagnosis(Samples.lamp)))
    #expect(try parse("ctx/forewarn/weather/US-FL") == .success(.weather(region: "US-FL")))
    #expect(
      try parse("ctx/forewarn/outage/carrier-7/US-FL") == .success(.outage(carrier: "carrier-7", region: "US-FL")))
    #expect(try parse("ctx/forewarn/contact") == .success(.contact))
    #expect(try parse("$SYS/broker/uptime") == .success(.brokerStatistic("$SYS/broker/uptime")))
    #expect(try parse("cmd/forewarn/lamp/L1/care") == .success(.own))
    #expect(try parse("evt/forewarn/ticket/T-1") == .success(.own))
    #expect(try parse("dt/site/berlin/lamp/L1/report", root: "site/berlin") == .success(.report(Samples.lamp)))
  }

  @Test(arguments: [
    "L 1", "", "L1\u{301}", "\u{0410}1", "L\u{200d}1", "L\u{202e}1", "L1'; drop table",
    String(repeating: "x", count: 129),
  ])
  func `a device that is no id, or only looks like one, is an identity fault`(device: String) throws {
    #expect(try reason("dt/forewarn/lamp/\(device)/report") == .identity)
  }

  @Test func `an id of 128 bytes is taken`() throws {
    let device = String(repeating: "x", count: 128)
    #expect(
      try parse("dt/forewarn/lamp/\(device)/report") == .success(.report(.init(product: "lamp", device: device))))
  }

  @Test func `a product without a profile is unknown and makes no symbol`() throws {
    _ = try parse("dt/forewarn/lamp/L1/report")
    #expect(try reason("dt/forewarn/never-seen-product/L1/report") == .unknownProduct)
    #expect(try reason("dt/forewarn/la mp/L1/report") == .identity)
    #expect(try Samples.lamps().product(named: "never-seen-product") == nil)
  }

  @Test func `a product that Swift's own comparison takes for another stays unknown`() throws {
    let catalogue = try Samples.catalogue("product: K1\nsignals: {K: {type: gauge}}")
    let kelvin = "\u{212a}"
    #expect("K" == kelvin)
    guard
      case .failure(let rejection) = Address.parse(
        topic: "dt/forewarn/\(kelvin)1/L1/report", root: "forewarn", catalogue: catalogue)
    else {
      Issue.record("the look-alike was taken")
      return
    }
    #expect(rejection.reason == .identity)
    let payload = #"{"ts": 1763881200000, "signals": {"\#(kelvin)": 1}}"#
    let decoded = PayloadDecoder().reports(
      Array(payload.utf8), of: DeviceIdentity(product: "K1", device: "L1"), catalogue: catalogue)
    guard case .report(let report) = decoded.first else {
      Issue.record("\(decoded)")
      return
    }
    #expect(report.signals.isEmpty && report.unknownItems == 1)
  }

  @Test func `regions and carriers must be ids`() throws {
    #expect(try reason("ctx/forewarn/weather/Île") == .identity)
    #expect(try reason("ctx/forewarn/outage/a b/US-FL") == .identity)
    #expect(try reason("ctx/forewarn/outage/a/") == .identity)
  }

  @Test(arguments: [
    ("spBv1.0/FleetDE/DDATA/EN-Echo-01/DEV-001", "Sparkplug B"), ("v1/devices/me/telemetry", "ThingsBoard"),
    ("v1/gateway/telemetry", "ThingsBoard"), ("$aws/things/DEV-001/defender/metrics/json", "Device Defender"),
    ("dt/senml/DEV-003/json", "SenML"), ("dt/../../etc/passwd", "no topic below"), ("dt/lines", "no topic below"),
    ("dt/forewarnish/lamp/L1/report", "no topic below"), ("dt/forewarn/lamp/L1/telemetry", "none of report"),
    ("dt/forewarn/lamp/L1", "expected dt/forewarn"), ("dt/forewarn/lamp/L1/x/report", "expected dt/forewarn"),
    ("ctx/forewarn/weather", "expected weather"), ("", "no topic below"), ("a\u{1b}[2J", "\\u{1b}"),
  ])
  func `any other topic is unsupported, and the detail names a format that is recognised`(
    topic: String, detail: String
  ) throws {
    guard case .failure(let rejection) = try parse(topic) else {
      Issue.record("\(topic) was taken")
      return
    }
    #expect(rejection.reason == .unsupported)
    #expect(rejection.detail.contains(detail), "\(rejection.detail)")
  }
}
