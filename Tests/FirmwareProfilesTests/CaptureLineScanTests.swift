import Testing
import Vocabulary

@testable import FirmwareProfiles

/// The usual line is cut by itself, the others are read member by member: both ways give the same, so that
/// only a look at the first shows whether it was taken.
struct CaptureLineScanTests {
  private func scanned(_ line: String) -> Delivery? {
    Array(line.utf8).withUnsafeBufferPointer { CaptureLineScan($0).delivery }
  }

  private func line(_ payload: String, topic: String = "dt/forewarn/box/d1/report") -> String {
    #"{"tst": "2026-11-23T07:52:59.399Z", "topic": "\#(topic)", "payload": \#(payload), "qos": 1, "retain": 1}"#
  }

  @Test(arguments: [
    #"{"a": {"b": [1, {"c": "}]"}], "d": 2}, "e": "\\\""}"#, #"[{"x": 1}, {"x": [2, []]}]"#, "{}", "7", "-1.5e3",
    "true",
  ])
  func `a payload within the line is cut out as it stands`(payload: String) throws {
    let delivery = try #require(scanned(line(payload)))
    #expect(delivery.payload == Array(payload.utf8))
    #expect(delivery.topic == "dt/forewarn/box/d1/report")
    #expect(delivery.isRetained)
    #expect(delivery.receivedAt == EventTime("2026-11-23T07:52:59.399Z"))
  }

  @Test func `a payload that is text is what stands between its quotes`() throws {
    #expect(try #require(scanned(line(#""online""#))).payload == Array("online".utf8))
  }

  @Test(arguments: [
    (#""a\nb""#, "topic", "a\nb"), ("null", "topic", ""), (#"1, "payload_b64": "aGk=""#, "topic", "hi"),
    ("1", #"to\u0070ic"#, "1"),
  ])
  func `what isn't plain is left to the reader of members`(payload: String, topic: String, read: String) throws {
    let line = line(payload, topic: topic)
    #expect(scanned(line) == nil)
    let delivery = try CaptureLineDecoder().delivery(Array(line.utf8))
    #expect(delivery.payload == Array(read.utf8))
    #expect(delivery.topic == "topic")
  }
}
