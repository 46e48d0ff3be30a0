import Foundation

/// What `Benchmarks/peers.py` found on the same rows, and the differences to it: read from its file, if it was run.
struct PeerFigures: Codable {
  struct Line: Codable {
    var title: String
    var value: Double
    var low: Double
    var high: Double
    var of: String
    var must: String?
    var aim: String?
    var verdict: EvaluatedFigure.Verdict?
    var unit: String?
  }
  var lines: [Line]

  static func read(_ url: URL) throws -> PeerFigures? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try JSONDecoder().decode(PeerFigures.self, from: Data(contentsOf: url))
  }

  var figures: [EvaluatedFigure] {
    lines.map { line in
      var figure = EvaluatedFigure(
        line.title, Estimate(value: line.value, low: line.low, high: line.high, count: 0), unit: line.unit ?? "",
        runs: line.of)
      figure.must = line.must ?? ""
      figure.aim = line.aim ?? ""
      figure.verdict = line.verdict
      return figure
    }
  }
}
