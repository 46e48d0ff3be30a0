import Foundation

/// What `Benchmarks/peers.py` found on the same rows, and the differences to it: read from its file, if it was run.
struct PeerFigures: Codable {
  struct Line: Codable {
    var title: String
    var value: Double
    var low: Double
    var high: Double
    var of: String
    var must: Double?
    var aim: Double?
    var isAtLeast: Bool?
    var unit: String?

    private enum CodingKeys: String, CodingKey {
      case title, value, low, high, of, must, aim, unit
      case isAtLeast = "is_at_least"
    }
  }
  var lines: [Line]

  static func read(_ url: URL) throws -> PeerFigures? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try JSONDecoder().decode(PeerFigures.self, from: Data(contentsOf: url))
  }

  var figures: [EvaluatedFigure] {
    lines.map {
      EvaluatedFigure(
        $0.title, Estimate(value: $0.value, low: $0.low, high: $0.high, count: 0), unit: $0.unit ?? "", runs: $0.of,
        must: $0.must, aim: $0.aim, isAtLeast: $0.isAtLeast ?? true)
    }
  }
}
