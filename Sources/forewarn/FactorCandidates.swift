import DefectModel
import FirmwareProfiles
import Vocabulary

/// Every risk factor that a profile's words allow for a failure mode, in fine bins.
struct FactorCandidates {
  let factors: [RiskFactor]

  private static let counts: [Double] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128, 256]
  private static let days: [Double] = [1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 180, 365]
  private static let windows = [1, 7, 28]

  /// - Parameter values: of each signal, sorted.
  init(profile: FirmwareProfile, mode: FailureMode, values: [Symbol: [Double]]) {
    var factors: [RiskFactor] = []
    for name in profile.signals.keys.sorted() {
      if case .word = profile.signals[name]?.kind { continue }
      let edges = Self.edges(values[name] ?? [])
      if !edges.isEmpty { factors.append(.signalMean(name, bins: edges)) }
    }
    for event in profile.events.sorted() {
      for window in Self.windows { factors.append(.eventCount(event, windowDays: window, bins: Self.counts)) }
      factors.append(.since(.event(event), binsDays: Self.days))
    }
    factors.append(.since(.install, binsDays: Self.days))
    // Age has bins of its own in every mode. What the mode looks at already is not asked again.
    self.factors = factors.filter { candidate in !mode.factors.contains { $0.looksAtSame(as: candidate) } }
  }

  /// Fourteen quantiles, rounded to three digits so that a person can read them.
  private static func edges(_ sorted: [Double]) -> [Double] {
    guard sorted.count >= 30 else { return [] }
    var edges: [Double] = []
    for part in 1...14 {
      let edge = sorted[sorted.count * part / 15].toThreeDigits
      if edge > sorted[0], edge > edges.last ?? -.infinity { edges.append(edge) }
    }
    return edges
  }
}

extension RiskFactor {
  fileprivate func looksAtSame(as other: RiskFactor) -> Bool {
    switch (self, other) {
    case (.signalMean(let own, _), .signalMean(let theirs, _)): own == theirs
    case (.eventCount(let own, let days, _), .eventCount(let theirs, let others, _)): own == theirs && days == others
    case (.since(let own, _), .since(let theirs, _)): own == theirs
    default: false
    }
  }

  /// The same with some of its edges alone, by number.
  func keeping(_ numbers: [Int]) -> RiskFactor {
    let kept = numbers.map { edges[$0] }
    switch self {
    case .signalMean(let signal, _): return .signalMean(signal, bins: kept)
    case .eventCount(let event, let days, _): return .eventCount(event, windowDays: days, bins: kept)
    case .since(let reference, _): return .since(reference, binsDays: kept)
    }
  }

  /// As it stands in a profile.
  var yaml: String {
    let list = edges.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : String($0) }.joined(separator: ", ")
    switch self {
    case .signalMean(let signal, _): return "{signal: \(signal), bins: [\(list)]}"
    case .eventCount(let event, let days, _): return "{event: \(event), window_days: \(days), bins: [\(list)]}"
    case .since(let reference, _):
      let name =
        switch reference {
        case .event(let event): event.text
        case .install: "install"
        case .activation: "activation"
        }
      return "{since: \(name), bins_days: [\(list)]}"
    }
  }
}

extension Double {
  fileprivate var toThreeDigits: Double {
    guard self != 0 else { return 0 }
    var scale = 1.0
    while abs(self) * scale < 100 { scale *= 10 }
    while abs(self) * scale >= 1000 { scale /= 10 }
    return (self * scale).rounded() / scale
  }
}
