import ArgumentParser
import DefectModel
import Foundation
import Vocabulary

/// `evaluate coverage`: whether the relative risk's interval holds what it should, on fleets that are drawn into cells.
struct CoverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract: "How often the interval that is shown a fortnight after a change holds the truth.",
    discussion: """
      The truth is the onset-rate ratio with and without the defect over that fortnight, as in the table; beside it, the \
      generator's factor on the hazard.

      EXAMPLES
        evaluate coverage --defect batch --seeds 1-40
        evaluate coverage --defect firmware --seeds 1-40 --low 1.6 --high 2.2
      """)

  @OptionGroup var fleets: UnitFleetOptions
  @Option(help: "Days after the change in which it must be found.") var horizon = 45

  func validate() throws {
    guard fleets.defect != .none else { throw ValidationError("--defect none has no relative risk.") }
    guard horizon > 0 else { throw ValidationError("--horizon is at least 1.") }
  }

  func run() throws {
    var shown: [Shown] = []
    for seed in fleets.seeds.seeds {
      let fleet = fleets.fleet(seed).run()
      guard let interval = try self.shown(fleet) else { continue }
      shown.append(Shown(interval: interval, hazards: fleet.relativeRisk, realised: fleet.realisedRatio))
      Narration.say(
        "seed \(seed): \(f(interval.mean)) [\(f(interval.low))–\(f(interval.high))], hazards \(f(fleet.relativeRisk)), "
          + "onsets \(fleet.onsets) against \(fleet.onsetsWithout), \(fleet.realisedRatio.map(f) ?? "none")")
    }
    Narration.say("\(shown.count) of \(fleets.seeds.seeds.count) found")
    say("realised ratio", shown.compactMap { shown in shown.realised.map { (shown.interval, $0) } })
    say("hazards", shown.map { ($0.interval, $0.hazards) })
  }

  private struct Shown {
    var interval: Interval
    var hazards: Double
    var realised: Double?
  }

  /// A fortnight after the change, or when both gates opened if that was later.
  private func shown(_ fleet: UnitFleet.Run) throws -> Interval? {
    guard let change = fleet.change else { return nil }
    var model = HazardModel(profiles: [UnitFleet.profile])
    for (day, evidence) in fleet.days.enumerated() where day < change + horizon {
      try Task.checkCancellation()
      model.learn(contentsOf: evidence)
      let bucket = UnitFleet.bucket(day)
      guard day >= change + 13 || day % 7 == 0 else { continue }
      let beliefs = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
      guard day >= change + 13 else { continue }
      let belief = beliefs.flatMap(\.cohorts).first { $0.cohort == fleet.cohort }
      if let belief, belief.isSequentialGateOpen, belief.isPosteriorGateOpen { return belief.rateRatio }
    }
    return nil
  }

  private func say(_ title: String, _ pairs: [(interval: Interval, truth: Double)]) {
    let hits = pairs.count { $0.interval.low <= $0.truth && $0.truth <= $0.interval.high }
    let below = pairs.count { $0.truth < $0.interval.low }
    let bias = pairs.reduce(0) { $0 + log($1.interval.mean / $1.truth) } / Double(max(1, pairs.count))
    guard let share = Statistics.share(hits, of: pairs.count) else { return }
    Narration.say(
      "\(title): covered \(hits) of \(pairs.count), \(f(share.value)) [\(f(share.low))–\(f(share.high))], "
        + "\(below) shown too high, mean ln(shown / truth) \(f(bias))")
  }

  private func f(_ value: Double) -> String { String(format: "%.2f", value) }
}
