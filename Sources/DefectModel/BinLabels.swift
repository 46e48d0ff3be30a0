import Vocabulary

/// Bins in words, for reports.
extension FailureMode {
  /// `age 90 to 180 days`; bin 0: `age unknown`.
  func ageLabel(_ bin: UInt8) -> String {
    guard bin > 0, Int(bin) <= ageBinsDays.count + 1 else { return "age unknown" }
    return "age " + range(ageBinsDays, bin, " days")
  }
}

extension RiskFactor {
  /// `wifi_rssi_dbm below -80`, `watchdog_reboot 1 to 3 times in 7 days`, `1 to 3 days since install`.
  func label(_ bin: UInt8) -> String {
    guard bin > 0, Int(bin) <= edges.count + 1 else { return name + " unknown" }
    switch self {
    case .signalMean(let signal, _): return "\(signal.text) \(range(edges, bin))"
    case .eventCount(let event, let days, _): return "\(event.text) \(range(edges, bin, " times")) in \(days) days"
    case .since: return "\(range(edges, bin, " days")) since \(name)"
    }
  }

  private var name: String {
    switch self {
    case .signalMean(let name, _), .eventCount(let name, _, _): name.text
    case .since(.event(let name), _): name.text
    case .since(.install, _): "install"
    case .since(.activation, _): "activation"
    }
  }
}

/// Bin k ≥ 1 of some edges: below the first, from the last on, or between two.
private func range(_ edges: [Double], _ bin: UInt8, _ unit: String = "") -> String {
  let index = Int(bin) - 1
  guard let first = edges.first, let last = edges.last else { return "any" }
  if index == 0 { return "below \(figure(first))\(unit)" }
  if index >= edges.count { return "from \(figure(last))\(unit) on" }
  return "\(figure(edges[index - 1])) to \(figure(edges[index]))\(unit)"
}

private func figure(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
}
