import DefectModel
import Vocabulary

/// When each gate opened for what was planted in a fleet, with a pass a day, and which other cohorts passed both until then.
struct GateDays {
  /// Another cohort than the planted one, on the day when both gates had opened for it.
  struct Wrong {
    /// After the change; of the fleet where nothing is planted.
    var day: Int
    var belief: CohortBelief
  }

  /// In days since the change, the day itself being the first; `nil`: not within the horizon.
  private(set) var sequential: Int?
  private(set) var posterior: Int?
  private(set) var both: Int?
  /// Both, and the planted cohort is named alone.
  private(set) var alone: Int?
  /// What was said of it then: of the planted cohort, or of one unresolved between it and another.
  private(set) var found: CohortBelief?
  private(set) var wrong: [Wrong] = []

  /// - Parameters:
  ///   - horizon: days after the change in which it must be found; then, or when it is, the run ends.
  ///   - untilAlone: the run goes on when it is found, until it is named alone.
  ///   - look: what is held of the planted cohort, each day. Whoever looks sees all of the horizon.
  init(
    _ run: UnitFleet.Run, horizon: Int, untilAlone: Bool = false,
    look: ((_ day: Int, _ belief: CohortBelief) -> Void)? = nil
  ) throws {
    var model = HazardModel(profiles: [UnitFleet.profile])
    let end = run.change.map { min($0 + horizon, run.days.count) } ?? run.days.count
    for (day, evidence) in run.days.prefix(end).enumerated() {
      try Task.checkCancellation()
      model.learn(contentsOf: evidence)
      // A pass long before the change says nothing that a later one doesn't.
      if let change = run.change, day < change - 3 { continue }
      let bucket = UnitFleet.bucket(day)
      let beliefs = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
      for belief in beliefs.flatMap(\.cohorts) {
        if let change = run.change, let cohort = run.cohort, day >= change, Self.names(belief, cohort) {
          note(belief, day: day + 1 - change)
          look?(day + 1 - change, belief)
        } else if belief.isSequentialGateOpen, belief.isPosteriorGateOpen,
          !wrong.contains(where: { $0.belief.cohort == belief.cohort })
        {
          wrong.append(Wrong(day: day + 1 - (run.change ?? 0), belief: belief))
        }
      }
      if untilAlone ? alone != nil : both != nil, look == nil { return }
    }
  }

  /// Whether the belief is of the cohort, or can't choose between it and another.
  private static func names(_ belief: CohortBelief, _ cohort: Cohort) -> Bool {
    guard belief.cohort.cause == .unresolved else { return belief.cohort == cohort }
    return belief.candidates.count <= 2 && belief.candidates.contains { $0.cohort == cohort }
  }

  private mutating func note(_ belief: CohortBelief, day: Int) {
    if belief.isSequentialGateOpen { sequential = sequential ?? day }
    if belief.isPosteriorGateOpen { posterior = posterior ?? day }
    if belief.isSequentialGateOpen, belief.isPosteriorGateOpen {
      both = both ?? day
      if belief.cohort.cause != .unresolved { alone = alone ?? day }
      found = found ?? belief
    }
  }
}
