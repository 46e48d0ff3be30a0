package import DeviceHistory
package import Triage

/// How a pipeline judges: from the configuration in the daemon, from the options in a replay.
package struct PipelineSettings: Sendable {
  /// The `<root>` of the topics.
  package var root: String
  package var history: HistorySettings
  package var policy: TriagePolicy
  package var predictions: PredictionSchedule
  package var limits: AdmissionLimits

  package init(
    root: String = "forewarn", history: HistorySettings = HistorySettings(), policy: TriagePolicy = TriagePolicy(),
    predictions: PredictionSchedule = .never, limits: AdmissionLimits = AdmissionLimits()
  ) {
    self.root = root
    self.history = history
    self.policy = policy
    self.predictions = predictions
    self.limits = limits
  }
}
