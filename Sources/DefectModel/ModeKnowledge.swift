import Vocabulary

/// What the profiles of a product say of one failure mode.
struct ModeKnowledge: Sendable {
  var mode: FailureMode
  /// Defects that people know of, by the cohort they name.
  var known: [Suspect: FirmwareProfile.KnownDefect]
  /// Firmware that a release note says fixes the mode.
  var fixingReleases: [Symbol]
  var releases: [Symbol]

  /// Of the files of one product, that for the later firmware wins for a mode's figures; what is known and released is
  /// everyone's.
  static func merged(_ profiles: [FirmwareProfile]) -> [ModeKey: ModeKnowledge] {
    let ordered = profiles.sorted { $0.isForEarlierFirmware(than: $1) }
    var result: [ModeKey: ModeKnowledge] = [:]
    for profile in ordered {
      for mode in profile.modes {
        let key = ModeKey(product: profile.product, mode: mode.id)
        result[key] = ModeKnowledge(mode, of: ordered.filter { $0.product == profile.product })
      }
    }
    return result
  }

  private init(_ mode: FailureMode, of profiles: [FirmwareProfile]) {
    self.mode = mode
    var known: [Suspect: FirmwareProfile.KnownDefect] = [:]
    for defect in profiles.flatMap(\.known) where defect.mode == mode.id {
      guard defect.batch != nil || defect.firmware != nil else { continue }
      known[Suspect(batch: defect.batch, firmware: defect.firmware)] = defect
    }
    self.known = known
    let releases = profiles.flatMap(\.releases)
    self.releases = Set(releases.map(\.version)).sorted()
    fixingReleases = Set(releases.filter { $0.fixes.contains(mode.id) }.map(\.version)).sorted()
  }

  /// Prior probabilities of the known defects, scaled down where they sum to more than 1 (weighted testing needs that).
  var priorProbabilities: [Suspect: Double] {
    let bounded = known.mapValues { min(max($0.probability, 1e-6), 1) }
    let sum = bounded.keys.sorted().reduce(0) { $0 + (bounded[$1] ?? 0) }
    return sum > 1 ? bounded.mapValues { $0 / sum } : bounded
  }

  /// The prior of a known defect's coefficient for predictions: mean p ln(relative risk), scale 0.5.
  var priors: [Term: (mean: Double, scale: Double)] {
    var priors: [Term: (mean: Double, scale: Double)] = [:]
    for (suspect, defect) in known {
      priors[.suspect(suspect)] = (Self.priorMean(defect), Self.priorScale)
    }
    return priors
  }

  static let priorScale = 0.5

  static func priorMean(_ defect: FirmwareProfile.KnownDefect) -> Double {
    guard defect.relativeRisk > 0 else { return 0 }
    return min(max(defect.probability, 0), 1) * logarithm(defect.relativeRisk)
  }
}

extension FirmwareProfile {
  fileprivate func isForEarlierFirmware(than other: FirmwareProfile) -> Bool {
    let own = firmware.bounds.filter { $0.isLower }.map(\.version).max()
    let others = other.firmware.bounds.filter { $0.isLower }.map(\.version).max()
    if let own, let others, own < others || others < own { return own < others }
    if (own == nil) != (others == nil) { return own == nil }
    return source < other.source
  }
}

extension FirmwareRange.Bound {
  fileprivate var isLower: Bool { comparison == .atLeast || comparison == .above || comparison == .exactly }
}
