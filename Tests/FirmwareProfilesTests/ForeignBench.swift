import CZlib
import CheckedYAML
import FirmwareProfiles
import Vocabulary

/// A configuration's sources over the lamps' profile, and what comes of single messages.
final class ForeignBench {
  let sources: [SourceMapping]
  private let catalogue: Catalogue
  private let decoder = ForeignDecoder()
  var sessions = SparkplugSessions()

  static let now = EventTime(milliseconds: 1_795_000_100_000)

  init(_ yaml: String) throws {
    sources = try Self.sources(yaml)
    catalogue = try Samples.lamps()
  }

  static func sources(_ yaml: String) throws -> [SourceMapping] {
    try SourceReader.sources(of: YAMLFile(name: "forewarn.yaml", bytes: Array(yaml.utf8)))
  }

  /// The faults of a configuration's sources, one a line.
  static func faults(_ yaml: String) -> [String] {
    do {
      _ = try sources(yaml)
      return []
    } catch {
      return "\(error)".split(separator: "\n").map(String.init)
    }
  }

  /// `nil` where no source has the topic.
  func message(
    _ topic: String, _ payload: [UInt8], at now: EventTime = ForeignBench.now, isRetaken: Bool = false,
    isRetained: Bool = false
  ) -> ForeignMessage? {
    guard let address = sources.address(of: topic) else { return nil }
    return decoder.read(
      Delivery(topic: topic, payload: payload, isRetained: isRetained, receivedAt: now), address,
      sources[address.source],
      catalogue: catalogue, sessions: &sessions, isRetaken: isRetaken)
  }

  func items(_ topic: String, _ payload: [UInt8], at now: EventTime = ForeignBench.now) -> [ForeignItem] {
    message(topic, payload, at: now)?.items ?? []
  }

  func items(_ topic: String, _ payload: String) -> [ForeignItem] { items(topic, Array(payload.utf8)) }

  func words(_ topic: String, _ payload: [UInt8], at now: EventTime = ForeignBench.now) -> [ForeignWord] {
    items(topic, payload, at: now).compactMap { item in
      guard case .word(let identity, let report, let facts) = item else { return nil }
      return ForeignWord(device: identity.device, report: report, facts: facts)
    }
  }

  func words(_ topic: String, _ payload: String) -> [ForeignWord] { words(topic, Array(payload.utf8)) }

  /// Why the message is refused, in whole or in part.
  func rejection(_ topic: String, _ payload: [UInt8]) -> Rejection? {
    for case .rejected(let rejection, _) in items(topic, payload) { return rejection }
    return nil
  }

  func rejection(_ topic: String, _ payload: String) -> Rejection? { rejection(topic, Array(payload.utf8)) }
}

struct ForeignWord {
  var device: String
  var report: Report?
  var facts: Facts?

  /// `name=value`, sorted.
  var signals: [String] { (report?.signals ?? []).map { "\($0.name)=\($0.value)" }.sorted() }
  var events: [String] { (report?.events ?? []).map { "\($0.type)=\($0.count)" }.sorted() }
  var milliseconds: Int64? { report?.time.milliseconds }
}

enum Hexadecimal {
  /// Pairs of digits; spaces are passed over.
  static func bytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

enum Packing {
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count / 100 + 1000 + min(bytes.count, 100_000))
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        deflate(&stream, Z_FINISH)
        return Int(stream.total_out)
      }
    }
    return Array(output[..<count])
  }
}
