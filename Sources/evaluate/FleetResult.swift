import FleetSimulation
import Vocabulary

/// What came of one fleet: the file by which a series goes on where it was stopped.
struct FleetResult: Codable, Sendable {
  var schema = "forewarn.evaluate.fleet/1"
  /// Digest of the program that measured it and of the profiles.
  var build: String
  var tier: EvaluationTier
  var seed: UInt64
  var devices: Int
  var days: Int
  /// Whether the planted batches stood in the profile as known defects.
  var isKnown: Bool
  var messages: Int
  var seconds: Double
  var defects: [Defect]
  var findings: [Raised]
  var tickets: Tickets
  /// By failure mode; of tiers with defects and without alike.
  var calibration: [String: CalibrationBins]

  struct Defect: Codable, Sendable {
    var story: PlantedDefect.Story
    var mode: String
    var cause: Cause
    var batch: String?
    var firmware: String?
    var relativeRisk: Double
    var change: EventTime?
    /// Onset-rate ratio over the fortnight after the change, counted against the same seed without the defect, and by the
    /// hazards themselves.
    var rateRatio: Double?
    var expectedRatio: Double?
    var onsetsWithout: Int?
    var found: FindingJudge.Verdict?
    var finding: String?
    var delayDays: Double?
    /// The relative risk that was shown a fortnight after the change, or at the confirmation if that came later.
    var shown: Interval?
  }

  struct Raised: Codable, Sendable {
    var id: String
    var words: String
    var mode: String
    var verdict: FindingJudge.Verdict
    var defect: Int?
    var detectedAt: EventTime
    var rateRatio: Interval
    var probability: Double
    /// Outages and artefacts in this mode in the fortnight before, if it is false.
    var surroundings: [String]
    var explanation: String
  }

  struct Tickets: Codable, Sendable {
    /// Of findings that are exact or unresolved, and of others.
    var rightly = 0
    var wrongly = 0
    /// Without a finding, of devices that a planted defect of that mode concerns, and of others.
    var ownOfConcerned = 0
    var ownOfOthers = 0
    var ownOfStuck = 0
  }
}
