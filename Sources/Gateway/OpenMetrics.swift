/// The same figures in OpenMetrics 1.0, for whoever asks for it (`Accept: application/openmetrics-text`): counters are named
/// without their `_total`, units are said, bounds are written as floats, and the end is marked.
enum OpenMetrics {
  static let type = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  static func isAsked(_ accept: String?) -> Bool { accept?.contains("application/openmetrics-text") ?? false }

  /// - Parameter exposition: in Prometheus' text format, as `Metrics` writes it.
  static func text(_ exposition: String) -> String {
    var lines: [String] = []
    for line in exposition.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        let family = words[3] == "counter" ? dropping("_total", words[2]) : String(words[2])
        lines.append("# TYPE \(family) \(words[3])")
        for unit in ["seconds", "bytes"] where family.hasSuffix("_\(unit)") { lines.append("# UNIT \(family) \(unit)") }
      } else if line.hasPrefix("# HELP ") {
        let words = line.split(separator: " ", maxSplits: 3)
        // Only counters end so.
        lines.append("# HELP \(dropping("_total", words[2])) \(words[3])")
      } else if let start = line.firstRange(of: "{le=\"")?.upperBound {
        let bound = line[start...].prefix { $0 != "\"" }
        let isWhole = bound.allSatisfy(\.isNumber)
        lines.append(line[..<start] + bound + (isWhole ? ".0" : "") + line[start...].dropFirst(bound.count))
      } else {
        lines.append(String(line))
      }
    }
    return lines.joined(separator: "\n") + "\n# EOF\n"
  }

  private static func dropping(_ suffix: String, _ name: Substring) -> String {
    name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : String(name)
  }
}
