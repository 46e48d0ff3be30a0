import ControlProtocol
import Foundation
import Testing

@Suite struct ReplyTests {
  @Test func `an object's schema stands beside its own fields`() throws {
    let reply = ObjectReply(
      schema: Schema.name("quarantine", "retry"), value: RetryReport(id: 7, fate: "applied", reason: nil, detail: nil))
    #expect(
      try json(reply)
        == #"{"detail":null,"fate":"applied","id":7,"reason":null,"schema":"forewarn.quarantine.retry/1"}"#)
  }

  @Test func `a list has its schema and its items, also when there are none`() throws {
    #expect(
      try json(ListReply<RetryReport>(schema: Schema.name("ticket", "list"), items: []))
        == #"{"items":[],"schema":"forewarn.ticket.list/1"}"#)
  }

  @Test func `what isn't known of a device is null and never left out`() throws {
    let item = DeviceItem(
      device: "G1", product: "echo-dot-5", batch: "unknown", firmware: nil, region: "unknown", carrier: "unknown",
      customer: nil, activated: nil, lastHeard: nil, reports: 0, consent: .init(telemetry: true, contact: false),
      retired: nil)
    let detail = DeviceDetail(
      item: item,
      modes: [.init(failureMode: "silent", onsets: 0, probability: nil, attribution: nil)], tickets: ["T-1"])
    let text = try json(ObjectReply(schema: Schema.name("device", "show"), value: detail))
    #expect(
      text == #"{"activated":null,"batch":"unknown","carrier":"unknown","consent":{"contact":false,"telemetry":true},"#
        + #""customer":null,"device":"G1","firmware":null,"last_heard":null,"modes":[{"attribution":null,"#
        + #""failure_mode":"silent","onsets":0,"probability":null}],"product":"echo-dot-5","region":"unknown","#
        + #""reports":0,"retired":null,"schema":"forewarn.device.show/1","sequence_gaps":0,"tickets":["T-1"]}"#)
    let back = try JSONDecoder().decode(ObjectReply<DeviceDetail>.self, from: Data(text.utf8))
    #expect(back.value == detail)
    #expect(back.schema == "forewarn.device.show/1")
  }

  @Test func `a quarantined message comes back from its JSON`() throws {
    let item = QuarantineItem(
      id: 17, topic: "dt/forewarn/p/d/report", reason: "syntax", detail: "no JSON", receivedAt: "2025-11-23T07:00:00Z",
      bytes: 3, device: nil)
    let detail = QuarantineDetail(item: item, payload: nil, payloadBase64: "/wAA")
    let text = try json(detail)
    #expect(text.contains(#""payload":null"#))
    #expect(try JSONDecoder().decode(QuarantineDetail.self, from: Data(text.utf8)) == detail)
  }

  @Test func `a score comes back from its JSON`() throws {
    let probability = HorizonProbability(mean: 0.87, low: 0.81, high: 0.92, horizonDays: 30)
    let score = DeviceScore(
      device: "G1", product: "p", batch: "b", firmware: "1", region: "r", asOf: "2025-11-23T00:00:00Z",
      scenario: .init(horizonDays: 30, humidity: "humid", firmware: nil),
      modes: [
        .init(
          failureMode: "m", probability: probability, asIs: nil,
          byFirmware: [.init(firmware: "2", probability: probability)], attribution: nil)
      ])
    let text = try json(score)
    #expect(text.contains(#""scenario":{"firmware":null,"horizon_days":30,"humidity":"humid"}"#))
    #expect(try JSONDecoder().decode(DeviceScore.self, from: Data(text.utf8)) == score)
  }

  @Test func `a field that an older daemon doesn't send is unknown`() throws {
    let text = #"{"url":"mqtt://h","connected":true,"reconnects":0}"#
    let broker = try JSONDecoder().decode(StatusReport.Broker.self, from: Data(text.utf8))
    #expect(broker.dropped == nil && broker.sessionPresent == nil)
  }

  @Test func `everything received is the sum of where it ended`() throws {
    let messages = StatusReport.Messages(applied: 1, duplicate: 2, quarantined: 3, unconsented: 4, late: 5)
    #expect(messages.received == 15)
  }

  @Test func `a problem may leave out all but its status`() throws {
    let problem = try JSONDecoder().decode(ProblemDetails.self, from: Data(#"{"status":503}"#.utf8))
    #expect(problem == ProblemDetails(status: 503, title: "HTTP status 503", detail: ""))
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
