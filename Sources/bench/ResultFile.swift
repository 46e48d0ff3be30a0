import Foundation
import Rig

/// What `make bench` leaves: the figures, their samples and the machine they were measured on.
struct ResultFile: Encodable {
  var schema = "forewarn.bench/1"
  var measuredAt: String
  var isQuick: Bool
  var machine: Machine
  var figures: [Figure]

  init(plan: Plan, machine: Machine, figures: [Figure]) {
    measuredAt = Date.now.formatted(.iso8601)
    isQuick = plan.isQuick
    self.machine = machine
    self.figures = figures
  }

  private enum CodingKeys: String, CodingKey {
    case schema
    case measuredAt = "measured_at"
    case isQuick = "is_quick"
    case machine, figures
  }

  /// `Benchmarks/results/<date>.json`; of a part or a quick run with what it is in the name.
  func write(_ plan: Plan) throws -> String {
    var name = String(measuredAt.prefix(10))
    if plan.rows.count < Plan.Row.allCases.count { name += "-" + plan.rows.map(\.rawValue).joined(separator: "-") }
    if plan.isQuick { name += "-quick" }
    let path = plan.output ?? "\(Executable.packageFolder)/Benchmarks/results/\(name).json"
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let folder = URL(filePath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
    } catch {
      throw RigError("cannot write \(path): \(error.localizedDescription)")
    }
    return path
  }

  /// A table in Markdown, so that it can stand in the README as it is.
  var table: String {
    var rows = [["figure", "measured", "must", "aim", ""]]
    for figure in figures {
      func limit(_ value: Double?) -> String {
        value.map { "\(figure.direction.rawValue) \(short($0)) \(figure.unit)" } ?? ""
      }
      let verdict =
        switch figure.verdict {
        case .aim: "aim reached"
        case .must: "good enough"
        case .miss: "MISSED"
        case .none: ""
        }
      rows.append([
        figure.title, "\(short(figure.value)) \(figure.unit)", limit(figure.must), limit(figure.aim), verdict,
      ])
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      "| "
        + zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ") + " |"
    }
    let rule = "| " + widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ") + " |"
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}
