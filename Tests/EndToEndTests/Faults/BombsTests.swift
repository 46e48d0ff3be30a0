import Broker
import Foundation
import Rig
import Testing

/// Messages made to burst a reader: nested a hundred thousand deep, of lengths that aren't there, that unpack to gigabytes.
struct BombsTests {
  private static let sources = [
    "sources:",
    "  - {format: sparkplug, product: echo-dot-5, signals: {temp: soc_temp_c}}",
    "  - {format: thingsboard, product: echo-dot-5, signals: {rssi: wifi_rssi_dbm}}",
    "  - {format: aws_defender, product: echo-dot-5, signals: {network_stats.bytes_in: audio_buffer_ms}}",
    #"  - {format: senml, product: echo-dot-5, topics: ["senml/#"], signals: {rssi: wifi_rssi_dbm}}"#,
    #"  - {format: json, product: echo-dot-5, topics: ["plant/{device}/data"], signals: {$.t: soc_temp_c}}"#,
  ]

  /// Each by the topic on which its format is heard.
  private static func bombs() async throws -> [(topic: String, payload: [UInt8])] {
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    let deep = bytes(String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000))
    let deepObjects = bytes(String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000))
    let number = bytes(#"{"ts": 1"# + String(repeating: "0", count: 900_000) + "}")
    let nestedCBOR = [UInt8](repeating: 0x81, count: 100_000) + [0x00]
    let indefiniteCBOR = [UInt8](repeating: 0x9F, count: 100_000)
    // An array, a text and a byte string that say they have 2^60 and more parts.
    let hugeCBOR: [[UInt8]] = [0x9B, 0x7B, 0x5B].map { [$0, 0x7F] + [UInt8](repeating: 0xFF, count: 7) }
    // A metric whose length is four gigabytes, one of no end, groups in groups.
    let hugeProtobuf: [UInt8] = [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00]
    let endlessVarint = [UInt8](repeating: 0xFF, count: 100_000)
    let nestedProtobuf = [UInt8](repeating: 0x0B, count: 100_000)
    let gzip = try await gzipBomb()
    let report = "dt/forewarn/echo-dot-5/B1/report"
    let json = [report, "senml/B1", "plant/B1/data", "v1/gateway/telemetry", "$aws/things/B1/defender/metrics/json"]
    return json.flatMap { topic in [deep, deepObjects, number].map { (topic, $0) } }
      + (hugeCBOR + [nestedCBOR, indefiniteCBOR]).map { ("senml/B1", $0) }
      + [hugeProtobuf, endlessVarint, nestedProtobuf].map { ("spBv1.0/G/DDATA/N/B1", $0) }
      + [report, "senml/B1", "plant/B1/data"].map { ($0, gzip) }
  }

  /// A gigabyte of blanks in a megabyte.
  private static func gzipBomb() async throws -> [UInt8] {
    let folder = try ScratchFolder()
    let path = folder.path("bomb.gz")
    try await CommandRun.system(
      "sh", ["-c", "head -c 1000000000 /dev/zero | tr '\\0' ' ' | gzip -9 > \(path)"], within: .seconds(120)
    ).succeeded()
    return Array(try Data(contentsOf: URL(filePath: path)))
  }

  @Test func `bombs of every format are quarantined, each for a reason, in the memory that there is`() async throws {
    let site = try await Installation.started(
      Self.sources)
    let bombs = try await Self.bombs()
    let before = try site.residentBytes()
    let since = ContinuousClock.now
    try await Crowd(site.broker).publish(
      bombs.enumerated().map { OutgoingPublish(id: Int64($0), topic: $1.topic, payload: $1.payload) })
    let tally = try await site.tally(of: bombs.count, within: .seconds(60))
    let taken = ContinuousClock.now - since
    #expect(tally == Tally(quarantined: bombs.count))
    let kept = try await site.list("quarantine")
    let reasons = Set(kept.compactMap { $0["reason"]?.text })
    #expect(kept.count == bombs.count && reasons.isSubset(of: ["syntax", "schema", "too_large", "unsupported"]))
    try await site.publish(report(sequence: 1), from: "A1")
    #expect(try await site.tally(of: bombs.count + 1).applied == 1)
    let peak = try ProcessUsage.of(try #require(site.daemon.processID)).peakBytes
    #expect(peak - before < 100 << 20, "\(peak >> 20) MB")
    try FaultReport.measured(
      "\(tally.quarantined) of \(bombs.count) in quarantine after \(taken.inSeconds), reasons "
        + "\(reasons.sorted().joined(separator: ", ")); memory at most \((peak - before) >> 20) MB more",
      of: "bombs of every format")
  }
}
