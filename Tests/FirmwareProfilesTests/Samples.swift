import FirmwareProfiles
import Vocabulary

/// Profiles and payloads that several tests use.
enum Samples {
  static let profile = """
    product: lamp
    signals:
      temp_c: {type: gauge, unit: °C, range: [-40, 125]}
      flickers: {type: count}
      lit: {type: flag}
      scene: {type: word, words: [day, night]}
      watts: {type: gauge}
    events: [overheat, reboot]
    modes:
      - {id: too-hot, onset: {event: overheat}}
    """

  static func catalogue(_ texts: String...) throws -> Catalogue {
    try Catalogue(files: texts.enumerated().map { ("file\($0).yaml", Array($1.utf8)) })
  }

  static func lamps() throws -> Catalogue { try catalogue(profile) }

  static let lamp = DeviceIdentity(product: "lamp", device: "L1")

  /// The faults of a profile as they are printed, one a line.
  static func faults(_ text: String, name: String = "p.yaml") -> [String] {
    do {
      _ = try Catalogue(files: [(name, Array(text.utf8))])
      return []
    } catch {
      return "\(error)".split(separator: "\n").map(String.init)
    }
  }

  static func decode(_ payload: String) throws -> [DecodedReport] {
    PayloadDecoder().reports(Array(payload.utf8), of: lamp, catalogue: try lamps())
  }

  /// The reason a payload is rejected for, as a whole; `nil` where it isn't.
  static func rejection(_ payload: String) throws -> Rejection? {
    try rejection(Array(payload.utf8))
  }

  static func rejection(_ payload: [UInt8]) throws -> Rejection? {
    let decoded = PayloadDecoder().reports(payload, of: lamp, catalogue: try lamps())
    guard decoded.count == 1, case .rejected(let rejection, nil) = decoded[0] else { return nil }
    return rejection
  }

  static func report(_ payload: String) throws -> Report? {
    guard case .report(let report) = try decode(payload).first else { return nil }
    return report
  }
}
