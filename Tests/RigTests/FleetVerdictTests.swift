import FleetSimulation
import Foundation
import Rig
import Testing

struct FleetVerdictTests {
  @Test func `what is right and nothing else is good`() throws {
    #expect(try verdict().lines.filter { !$0.isGood } == [])
  }

  @Test func `a finding that is only suspected is a miss`() throws {
    try expectBad("planted") { $0.replacing(#""state":"confirmed""#, with: #""state":"suspected""#) }
  }

  @Test func `a finding with another batch is a miss and is false`() throws {
    let lines = try verdict(findings: { $0.replacing("W18", with: "W19") }).lines.filter { !$0.isGood }
    #expect(lines.contains { $0.question.hasPrefix("planted") && $0.answer.contains("instead F-1") })
    #expect(lines.contains { $0.question == "findings of what isn't there" })
  }

  @Test func `a finding that blames the region as well is a miss by its cause`() throws {
    try expectBad("planted") { $0.replacing(#""cause":"batch""#, with: #""cause":"batch_and_environment""#) }
  }

  @Test func `a patch for a bad batch is no replacement`() throws {
    let lines = try verdict(tickets: { $0.replacing("replacement", with: "patch") }).lines
    #expect(lines.contains { $0.question == "replacement tickets for it" && !$0.isGood })
  }

  @Test func `a ticket for a sound device is false, and in an outage's region is put down to it`() throws {
    let lines = try verdict(tickets: { $0.replacing("G1", with: "G9") }).lines.filter { !$0.isGood }
    #expect(lines.map(\.question).contains("tickets for devices without a planted defect"))
    #expect(lines.map(\.question).contains("tickets from the announced outage of carrier-2 in US-FL"))
  }

  @Test func `a ticket for an affected device's other failure mode is false`() throws {
    let lines = try verdict(tickets: { $0.replacing("hdmi-cec-failure", with: "reboot-loop") }).lines
    #expect(lines.contains { $0.question == "tickets for devices without a planted defect" && !$0.isGood })
  }

  @Test func `a message without a fate, or one that never came, is bad`() throws {
    #expect(try !verdict(messages: { $0.replacing(#""applied":8"#, with: #""applied":7"#) }).isGood)
    #expect(try !verdict(published: 11).isGood)
  }

  private func expectBad(_ question: String, findings: (String) -> String) throws {
    let lines = try verdict(findings: findings).lines
    #expect(lines.contains { $0.question.hasPrefix(question) && !$0.isGood })
  }

  private func verdict(
    findings: (String) -> String = { $0 }, tickets: (String) -> String = { $0 },
    messages: (String) -> String = { $0 }, published: Int = 10
  ) throws -> FleetVerdict {
    func decode<Value: Decodable>(_ text: String, as type: Value.Type) throws -> Value {
      try JSONDecoder().decode(type, from: Data(text.utf8))
    }
    let finding = """
      [{"id":"F-1","state":"confirmed","failure_mode":"hdmi-cec-failure","product":"fire-tv-stick-4k-max",
        "cause":"batch","batch":"FTV4KM-2024-W18","firmware":null,"region":null}]
      """
    let ticket = """
      [{"id":"T-1","kind":"replacement","state":"open","device":"G1","product":"fire-tv-stick-4k-max",
        "region":"US-FL","failure_mode":"hdmi-cec-failure","finding":"F-1","probability":{"mean":0.6}}]
      """
    let counts = #"{"received":10,"applied":8,"duplicate":1,"quarantined":0,"unconsented":1,"late":0}"#
    return FleetVerdict(
      truth: try decode(truth, as: FleetTruth.self), findings: try decode(findings(finding), as: [SeenFinding].self),
      tickets: try decode(tickets(ticket), as: [SeenTicket].self),
      messages: try decode(messages(counts), as: DaemonStatus.Messages.self), published: published)
  }

  private let truth = """
    {"schema":"forewarn.simulation.truth/1","seed":7,"devices":3,"days":90,"start":"2025-08-01T00:00:00Z",
     "end":"2025-10-30T00:00:00Z","onsets":[],"wrong_clocks":[],"without_telemetry_consent":[],
     "defects":[{"kind":"badBatch","product":"fire-tv-stick-4k-max","failure_mode":"hdmi-cec-failure","cause":"batch",
       "batch":"FTV4KM-2024-W18","relative_risk":24,"earliest":"2025-08-01T00:00:00Z","affected_devices":["G1","G2"],
       "device_days":180,"onsets":5}],
     "outages":[{"carrier":"carrier-2","region":"US-FL","from":"2025-09-20T07:00:00Z","until":"2025-09-21T23:00:00Z",
       "announced":true}]}
    """
}
