package import DeviceHistory
package import FirmwareProfiles
package import Triage

/// How a pipeline judges: from the configuration in the daemon, from the options in a replay.
package struct PipelineSettings: Sendable {
  /// The `<root>` of the topics.
  package var root: String
  package var history: HistorySettings
  package var policy: TriagePolicy
  package var predictions: PredictionSchedule
  /// Streams in other forms than forewarn's own.
  package var sources: [SourceMapping]
  package var limits: AdmissionLimits

  /// Whether a reload to `other` changes how messages and beliefs are judged from then on.
  package func isJudgedOtherwise(by other: PipelineSettings) -> Bool {
    policy != other.policy || predictions != other.predictions || history.consent != other.history.consent
  }

  package init(
    root: String = "forewarn", history: HistorySettings = HistorySettings(), policy: TriagePolicy = TriagePolicy(),
    predictions: PredictionSchedule = .never, sources: [SourceMapping] = [], limits: AdmissionLimits = AdmissionLimits()
  ) {
    self.root = root
    self.history = history
    self.policy = policy
    self.predictions = predictions
    self.sources = sources
    self.limits = limits
  }
}
