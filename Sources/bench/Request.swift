import FleetSimulation

/// What the command line asks for.
enum Request {
  case measure(Plan)
  /// Writes a capture to standard output.
  case capture(BenchmarkFleet, slots: Range<Int>)
  /// Runs one step so many times, under callgrind.
  case step(Step, count: Int)
  case help

  static let usage = """
    bench [--quick] [--row ROW]… [--devices N]… [--out FILE]   measure; N: sizes of the row fleet; ROW: \(Plan.Row.allCases.map(\.rawValue).joined(separator: ", "))
    bench capture DEVICES REPORTS-A-DAY DAYS    write the load as a capture to standard output
    bench step \(Step.allCases.map(\.rawValue).joined(separator: "|")) COUNT    one step alone, to be counted by callgrind
    """

  static func parse(_ words: [String]) throws(WrongUse) -> Request {
    switch words.first {
    case "capture":
      guard words.count == 4, let devices = Int(words[1]), let reports = Int(words[2]), let days = Int(words[3]),
        (1...9_999_999).contains(devices), (1...1440).contains(reports), (1...3650).contains(days)
      else { throw WrongUse() }
      return .capture(BenchmarkFleet(devices: devices, reportsPerDay: reports), slots: 0..<days * reports)
    case "step":
      guard words.count == 3, let step = Step(rawValue: words[1]), let count = Int(words[2]), count > 0 else {
        throw WrongUse()
      }
      return .step(step, count: count)
    case "--help", "-h": return .help
    default: return .measure(try plan(words))
    }
  }

  private static func plan(_ words: [String]) throws(WrongUse) -> Plan {
    var rows: [Plan.Row] = []
    var isQuick = false
    var output: String?
    var sizes: [Int] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--quick": isQuick = true
      case "--row":
        guard let name = rest.popFirst(), let row = Plan.Row(rawValue: name) else { throw WrongUse() }
        rows.append(row)
      case "--devices":
        guard let size = rest.popFirst().flatMap({ Int($0) }), (10...9_999_999).contains(size) else {
          throw WrongUse()
        }
        sizes.append(size)
      case "--out":
        guard let file = rest.popFirst() else { throw WrongUse() }
        output = file
      default: throw WrongUse()
      }
    }
    return Plan(rows: rows.isEmpty ? Plan.Row.allCases : rows, isQuick: isQuick, output: output, chosenSizes: sizes)
  }
}

struct WrongUse: Error, CustomStringConvertible { let description = "usage:\n\(Request.usage)" }
