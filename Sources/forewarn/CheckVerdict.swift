import ControlProtocol
import Terminal

/// The outcome of one check, and its words in three dialects.
struct CheckVerdict {
  enum Level: Int32 {
    case ok, warning, critical, unknown
    var word: String {
      switch self {
      case .ok: "OK"
      case .warning: "WARNING"
      case .critical: "CRITICAL"
      case .unknown: "UNKNOWN"
      }
    }
  }

  let figure: CheckedFigure
  let level: Level
  let value: Double?
  let detail: String
  let warn: Double?
  let crit: Double?

  init(_ figure: CheckedFigure, level: Level, value: Double?, detail: String, warn: Double?, crit: Double?) {
    self.figure = figure
    self.level = level
    self.value = value
    self.detail = detail
    self.warn = warn
    self.crit = crit
  }

  init(_ figure: CheckedFigure, of status: StatusReport, warn: Double?, crit: Double?) {
    let value = figure.value(of: status)
    let (warn, crit) = figure == .state ? (1, 2) : (warn, crit)
    let level: Level
    if let value {
      level =
        if let crit, value >= crit { .critical } else if let warn, value >= warn { .warning } else { .ok }
    } else {
      level = .unknown
    }
    let reasons = status.reasons.first.map { ": \($0)" } ?? ""
    let detail =
      figure == .state
      ? status.state.rawValue + reasons
      : value.map { Self.text($0) + figure.unit } ?? "not known yet"
    self.init(figure, level: level, value: value, detail: detail, warn: warn, crit: crit)
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }

  /// `LAG OK - 0.2s | lag=0.2s;30;300`; a bar would begin the figures, so none stands in the words.
  var nagiosLine: String {
    let words = "\(figure.rawValue.uppercased()) \(level.word) - \(Phrase.printable(detail).replacing("|", with: "/"))"
    guard let value else { return words }
    let limits = [warn, crit].map { $0.map(Self.text) ?? "" }.joined(separator: ";")
    return "\(words) | \(figure.rawValue)=\(Self.text(value))\(figure.unit);\(limits)"
  }

  /// For node_exporter's textfile collector.
  var prometheusText: String {
    var lines = [
      "# HELP forewarn_check_level 0 OK, 1 warning, 2 critical, 3 unknown.", "# TYPE forewarn_check_level gauge",
      "forewarn_check_level{check=\"\(figure.rawValue)\"} \(level.rawValue)",
    ]
    if let value {
      lines += [
        "# HELP forewarn_check_value The figure that was looked at.", "# TYPE forewarn_check_value gauge",
        "forewarn_check_value{check=\"\(figure.rawValue)\"} \(Self.text(value))",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  var json: String {
    func number(_ value: Double?) -> JSONValue { value.map { .number(Self.text($0)) } ?? .null }
    return JSONValue.object([
      .init("schema", .string("forewarn.check.run/1")), .init("check", .string(figure.rawValue)),
      .init("level", .string(level.word.lowercased())), .init("value", number(value)), .init("warn", number(warn)),
      .init("crit", number(crit)), .init("detail", .string(detail)),
    ]).description
  }
}
