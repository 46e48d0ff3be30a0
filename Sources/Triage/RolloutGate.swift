package import Vocabulary

/// Whether a firmware's rollout may go on: `go`, `hold` or `stop`, with the reasons. For any rollout system to ask.
///
/// - `stop`: a confirmed or known finding names the firmware, or some mode's onsets are at least 1.3 times as frequent as
///   on comparable firmware with a probability of 95 %.
/// - `hold`: a finding that is suspected, or whose cause isn't clear, names it; or in some mode an excess of 1.3 can't be
///   excluded (probability above 5 %) and could matter.
/// - `go`: neither. An excess can't matter in a mode so rare that even the high end of its ratio adds fewer failing devices
///   within the horizon than `tolerated`.
package struct RolloutGate: Sendable, Hashable {
  package enum Verdict: String, Sendable, Comparable, CaseIterable {
    case go, hold, stop
    private var rank: Int { self == .go ? 0 : self == .hold ? 1 : 2 }
    package static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }
  }

  /// What is known of one failure mode on the firmware.
  package struct Reading: Sendable, Hashable {
    package var mode: FailureMode
    package var deviceDays: Double
    package var onsets: Int
    package var expectedOnsets: Double
    package var baseRatePerDay: Double
    package var ratio: Interval?
    package var probabilityNormal: Double?
    package var probabilityWorse: Double?
    package var missingDeviceDays: Double

    package init(
      mode: FailureMode, deviceDays: Double, onsets: Int, expectedOnsets: Double, baseRatePerDay: Double,
      ratio: Interval?, probabilityNormal: Double?, probabilityWorse: Double?, missingDeviceDays: Double
    ) {
      self.mode = mode
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.expectedOnsets = expectedOnsets
      self.baseRatePerDay = baseRatePerDay
      self.ratio = ratio
      self.probabilityNormal = probabilityNormal
      self.probabilityWorse = probabilityWorse
      self.missingDeviceDays = missingDeviceDays
    }
  }

  package struct Reason: Sendable, Hashable {
    package var verdict: Verdict
    package var mode: Symbol?
    package var finding: String?
    package var text: String
  }

  package private(set) var verdict = Verdict.go
  /// The gravest first.
  package private(set) var reasons: [Reason] = []
  /// On the firmware, until no mode holds it for want of data; `nil`: none does.
  package private(set) var missingDeviceDays: Double?

  static let certainlyWorse = 0.95
  static let possiblyWorse = 0.05

  /// Share of devices that may fail more within a mode's horizon without holding a rollout.
  static func tolerated(_ severity: Severity) -> Double { severity == .critical ? 0.001 : 0.005 }

  package init(firmware: Symbol, findings: [Finding], readings: [Reading]) {
    for finding in findings where finding.state.isLive && finding.cohort.firmware == firmware {
      let isCertain = finding.state.warrantsCare && finding.cohort.cause != .unresolved
      reasons.append(
        Reason(
          verdict: isCertain ? .stop : .hold, mode: finding.failureMode, finding: finding.id,
          text:
            "finding \(finding.id) is \(finding.state.rawValue): \(finding.failureMode) on \(finding.cohort.words), "
            + "\(Wording.number(finding.rateRatio.mean)) times as often as on others"))
    }
    for reading in readings { judge(reading) }
    reasons.sort { ($1.verdict, $0.mode?.text ?? "", $0.text) < ($0.verdict, $1.mode?.text ?? "", $1.text) }
    verdict = reasons.map(\.verdict).max() ?? .go
  }

  private mutating func judge(_ reading: Reading) {
    func add(_ verdict: Verdict, _ text: String) {
      reasons.append(Reason(verdict: verdict, mode: reading.mode.id, finding: nil, text: "\(reading.mode.id): \(text)"))
    }
    let seen =
      "\(Wording.count(reading.onsets, "onset")) in \(Wording.count(reading.deviceDays.toSixDigits, "device-day"))"
    guard let ratio = reading.ratio, let worse = reading.probabilityWorse else {
      missingDeviceDays = max(missingDeviceDays ?? 0, reading.missingDeviceDays)
      return add(
        .hold,
        "no devices of the same batch, region, carrier, age and day had this firmware and another; about "
          + "\(Wording.count(reading.missingDeviceDays.rounded(.up), "device-day")) of such would tell")
    }
    let compared =
      "\(seen), where others' rate gives \(Wording.number(reading.expectedOnsets.toSixDigits)); "
      + "\(Wording.number(ratio.mean.toSixDigits)) times as often (90 % interval "
      + "\(Wording.number(ratio.low.toSixDigits))–\(Wording.number(ratio.high.toSixDigits)))"
    if worse >= Self.certainlyWorse {
      return add(.stop, "\(compared): at least 1.3 times with a probability of \(Wording.percent(worse.toSixDigits))")
    }
    if worse <= Self.possiblyWorse {
      return add(
        .go, "\(compared): at least 1.3 times with a probability of only \(Wording.percent(worse.toSixDigits))")
    }
    let added = max(0, ratio.high - 1) * reading.baseRatePerDay * reading.mode.horizonDays
    if added <= Self.tolerated(reading.mode.severity) {
      return add(
        .go,
        "\(compared): too rare to matter, at most \(Wording.percent(added.toSixDigits)) of devices more within "
          + Wording.days(reading.mode.horizonDays))
    }
    // A ratio that stays between the lines is for a person to judge: more data move it, if only a little.
    let missing = max(reading.missingDeviceDays, 1)
    missingDeviceDays = max(missingDeviceDays ?? 0, missing)
    add(
      .hold,
      "\(compared): at least 1.3 times with a probability of \(Wording.percent(worse.toSixDigits)); about "
        + "\(Wording.count(missing.rounded(.up), "device-day")) more would tell")
  }
}
