import FirmwareProfiles
import Testing
import Vocabulary

struct ContextReadingTests {
  private let decoder = PayloadDecoder()
  private let time = EventTime(milliseconds: 1_763_881_200_000)

  private func reason<Value>(_ result: Result<Value, Rejection>) -> RejectionReason? {
    if case .failure(let rejection) = result { rejection.reason } else { nil }
  }

  @Test func `weather has a time and at least one plausible reading`() throws {
    func read(_ payload: String) -> Result<WeatherReading, Rejection> {
      decoder.weather(Array(payload.utf8), region: "US-FL")
    }
    #expect(
      try read(#"{"ts": 1763881200000, "temperature_c": 31.5, "relative_humidity_pct": 88}"#).get()
        == WeatherReading(region: "US-FL", time: time, temperatureC: 31.5, relativeHumidityPct: 88))
    #expect(try read(#"{"ts": 1763881200000, "relative_humidity_pct": 88}"#).get().temperatureC == nil)
    for payload in [
      #"{"ts": 1763881200000}"#, #"{"temperature_c": 3}"#, #"{"ts": 1763881200000, "relative_humidity_pct": 101}"#,
      #"{"ts": 1763881200000, "temperature_c": 300}"#, #"{"ts": 1763881200000, "temperature_c": "3"}"#,
    ] {
      #expect(reason(read(payload)) == .schema, "\(payload)")
    }
  }

  @Test func `an outage ends after it began`() throws {
    func read(_ payload: String) -> Result<Outage, Rejection> {
      decoder.outage(Array(payload.utf8), carrier: "c", region: "r")
    }
    #expect(
      try read(#"{"ts": 1763881200000, "until": "2025-11-23T09:00:00Z"}"#).get()
        == Outage(carrier: "c", region: "r", from: time, until: time + 2 * EventTime.hour))
    #expect(reason(read(#"{"ts": 1763881200000, "until": 1763881200000}"#)) == .schema)
    #expect(reason(read(#"{"ts": 1763881200000}"#)) == .schema)
  }

  @Test func `a contact names a device, and a failure mode that a profile has`() throws {
    let catalogue = try Samples.lamps()
    func read(_ payload: String) -> Result<Contact, Rejection> {
      decoder.contact(Array(payload.utf8), catalogue: catalogue)
    }
    #expect(
      try read(#"{"ts": 1763881200000, "device": "L1", "failure_mode": "too-hot", "text": "é", "customer": "c"}"#).get()
        == Contact(time: time, device: "L1", failureMode: "too-hot", text: "é", customer: "c"))
    #expect(try read(#"{"ts": 1763881200000, "device": "L1"}"#).get().failureMode == nil)
    #expect(reason(read(#"{"ts": 1763881200000}"#)) == .schema)
    #expect(reason(read(#"{"ts": 1763881200000, "device": "L 1"}"#)) == .identity)
    #expect(reason(read(#"{"ts": 1763881200000, "device": "L1", "failure_mode": "nope"}"#)) == .schema)
  }

  @Test func `a diagnosis has one of three results for a mode of the product`() throws {
    let catalogue = try Samples.lamps()
    func read(_ payload: String) -> Result<Diagnosis, Rejection> {
      decoder.diagnosis(Array(payload.utf8), of: Samples.lamp, catalogue: catalogue)
    }
    #expect(
      try read(#"{"ts": 1763881200000, "failure_mode": "silent", "result": "no_fault", "detail": "fine"}"#).get()
        == Diagnosis(time: time, failureMode: "silent", result: .noFault, detail: "fine"))
    for payload in [
      #"{"ts": 1763881200000, "failure_mode": "nope", "result": "fault"}"#,
      #"{"ts": 1763881200000, "failure_mode": "too-hot", "result": "noFault"}"#,
      #"{"ts": 1763881200000, "failure_mode": "too-hot"}"#, #"{"failure_mode": "too-hot", "result": "fault"}"#,
    ] {
      #expect(reason(read(payload)) == .schema, "\(payload)")
    }
    #expect(
      reason(read(#"{"ts": 1763881200000, "failure_mode": "too-hot", "result": "fault", "device": "L2"}"#)) == .identity
    )
  }
}
