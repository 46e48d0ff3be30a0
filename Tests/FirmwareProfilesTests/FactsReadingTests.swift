import FirmwareProfiles
import Testing
import Vocabulary

struct FactsReadingTests {
  private func facts(_ payload: String) -> Result<Facts?, Rejection> {
    PayloadDecoder().facts(Array(payload.utf8), of: Samples.lamp)
  }

  @Test func `a state says what is known of a device`() throws {
    let read = try facts(
      """
      {"ts": 1763881200000, "batch": "FTV4KM-2024-W18", "factory": "SZ-3", "manufactured": "2024-05-02",
       "activated": "2024-06-11T00:00:00Z", "firmware": "3.2.0", "region": "US-FL", "carrier": "carrier-7",
       "customer": "c-8842", "locale": "en-US", "consent": {"telemetry": true, "contact": false},
       "retired_at": "2025-01-01", "more": 1, "device": "L1"}
      """
    ).get()
    #expect(
      read
        == Facts(
          time: EventTime(milliseconds: 1_763_881_200_000), batch: "FTV4KM-2024-W18", factory: "SZ-3",
          manufactured: EventTime(year: 2024, month: 5, day: 2), activated: EventTime(year: 2024, month: 6, day: 11),
          firmware: "3.2.0", region: "US-FL", carrier: "carrier-7", customer: "c-8842", locale: "en-US",
          telemetryConsent: true, contactConsent: false, retired: EventTime(year: 2025, month: 1, day: 1)))
  }

  @Test func `an empty payload clears the facts, an empty object says nothing`() throws {
    #expect(try facts("").get() == nil)
    #expect(try facts("{}").get() == Facts())
    #expect(try facts(#"{"batch": null}"#).get() == Facts())
  }

  @Test(arguments: [
    (#"{"batch": "W 18"}"#, RejectionReason.schema), (#"{"batch": 18}"#, .schema),
    (#"{"activated": "2024-02-30"}"#, .schema),
    (#"{"activated": "1969-01-01"}"#, .schema), (#"{"consent": true}"#, .schema),
    (#"{"consent": {"telemetry": "no"}}"#, .schema),
    (#"{"consent": {"telemetry": true, "telemetry": false}}"#, .schema),
    (#"{"locale": "e"}"#, .schema), (#"{"locale": "en-US-"}"#, .schema), (#"{"customer": "a\nb"}"#, .schema),
    (#"{"firmware": ""}"#, .schema), (#"{"ts": "x"}"#, .schema), (#"{"device": "L2"}"#, .identity), ("[]", .schema),
    ("null", .schema), ("{", .syntax),
  ])
  func `a state that can't be meant is refused`(payload: String, reason: RejectionReason) {
    guard case .failure(let rejection) = facts(payload) else {
      Issue.record("\(payload) was taken")
      return
    }
    #expect(rejection.reason == reason, "\(rejection)")
  }

  @Test(arguments: [
    (#"{"consent": {"telemetry": false}, "batch": 7}"#, false), (#"{"consent": {"telemetry": "false"}}"#, false),
    (#"{"consent": {"telemetry": 0}}"#, false), (#"{"consent": {"telemetry": true}, "ts": "?"}"#, true),
    (#"{"consent": {"telemetry": true}, "consent": {"telemetry": false}}"#, false),
    (#"{"consent": {"telemetry": false, "telemetry": true}}"#, false),
  ])
  func `consent is read even from a state that can't be used otherwise, and a refusal wins`(payload: String, said: Bool)
  {
    let consent = PayloadDecoder().consent(in: Array(payload.utf8), of: Samples.lamp)
    #expect(consent?.telemetryConsent == said)
    #expect(consent?.time == nil)
  }

  @Test(arguments: [
    #"{"consent": {"contact": false}}"#, #"{"consent": false}"#, #"{"consent": {"telemetry": false}"#,
    #"{"device": "L2", "consent": {"telemetry": false}}"#, "", "[]",
  ])
  func `what says nothing of telemetry, is broken or about another device says no consent`(payload: String) {
    #expect(PayloadDecoder().consent(in: Array(payload.utf8), of: Samples.lamp) == nil)
  }
}
