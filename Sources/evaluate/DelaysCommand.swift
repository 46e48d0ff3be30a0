import ArgumentParser
import DefectModel
import Foundation
import Vocabulary

/// `evaluate delays`: where the days go between a defect and its finding.
struct DelaysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delays",
    abstract: "How many days each gate takes, on fleets that are drawn straight into cells.",
    discussion: """
      EXAMPLES
        evaluate delays --defect batch --seeds 1-40
        evaluate delays --defect none --seeds 1-100     (false findings)
      """)

  @OptionGroup var fleets: UnitFleetOptions
  @Flag(help: "What is held of the planted cohort, day by day.") var trace = false
  @Option(help: "Days after the change in which it must be found.") var horizon = 60

  func validate() throws {
    guard horizon > 0 else { throw ValidationError("--horizon is at least 1.") }
  }

  func run() throws {
    var measured: [GateDays] = []
    for seed in fleets.seeds.seeds {
      let run = fleets.fleet(seed).run()
      let days = try GateDays(
        run, horizon: horizon, untilAlone: true,
        look: trace
          ? { day, belief in Narration.say("   day \(day): \(words(belief)), p \(f(belief.probability))") } : nil)
      for wrong in days.wrong {
        let harmless = wrong.belief.cohort.batch.flatMap { run.harmless[$0] }.map { ", its batch differs by \(f($0))" }
        Narration.say("  seed \(seed) day \(wrong.day): wrong \(words(wrong.belief))\(harmless ?? "")")
      }
      if let cohort = run.cohort {
        let gates = [
          ("sequential", days.sequential), ("posterior", days.posterior), ("both", days.both), ("alone", days.alone),
        ]
        .map { name, day in "\(name) \(day.map(String.init) ?? "never")" }.joined(separator: ", ")
        if let belief = days.found { Narration.say("  found \(words(belief))") }
        Narration.say("seed \(seed) \(words(cohort)), ratio \(f(run.relativeRisk)): \(gates)")
      }
      measured.append(days)
    }
    summarise(measured)
  }

  private func summarise(_ measured: [GateDays]) {
    let wrong = measured.count { !$0.wrong.isEmpty }
    if fleets.defect != .none {
      let found = measured.count { $0.both != nil }
      let unresolved = measured.count { $0.found?.cohort.cause == .unresolved }
      Narration.say(
        "found within \(horizon) days: \(found) of \(measured.count)\(interval(found, of: measured.count)), "
          + "\(unresolved) of them unresolved between it and another")
      for (name, gate) in [
        ("sequential gate", \GateDays.sequential), ("posterior gate", \.posterior), ("both", \.both),
        ("named alone", \.alone),
      ] {
        // What wasn't found took longer than all that was.
        let days = measured.map { $0[keyPath: gate].map(Double.init) ?? .infinity }
        guard let median = Statistics.bootstrap(days, count: days.count, Statistics.median) else { continue }
        let sorted = days.sorted()
        let quartiles = [sorted[sorted.count / 4], sorted[sorted.count * 3 / 4]].map(day).joined(separator: ", ")
        Narration.say(
          "  \(name): median \(day(median.value)) days [\(day(median.low))–\(day(median.high))], quartiles \(quartiles)"
        )
      }
    }
    Narration.say("another cohort confirmed: in \(wrong) of \(measured.count)\(interval(wrong, of: measured.count))")
  }

  private func interval(_ hits: Int, of count: Int) -> String {
    guard let share = Statistics.share(hits, of: count) else { return "" }
    return String(format: " [%.0f–%.0f %%]", 100 * share.low, 100 * share.high)
  }

  private func words(_ belief: CohortBelief) -> String {
    "\(words(belief.cohort)), evidence \(f(belief.logEvidence)) of \(f(belief.logThreshold)), "
      + "\(belief.failures) onsets where \(f(belief.expectedFailures)) were expected, ratio \(f(belief.rateRatio.mean))"
      + belief.candidates.filter { $0.probability >= 0.01 }.map { ", \(words($0.cohort)) \(f($0.probability))" }
      .joined()
  }

  private func words(_ cohort: Cohort) -> String {
    ([cohort.cause.rawValue] + [cohort.batch, cohort.firmware].compactMap { $0?.text }).joined(separator: " ")
  }

  private func day(_ value: Double) -> String { value.isFinite ? String(format: "%g", value) : "never" }
  private func f(_ value: Double) -> String { String(format: "%.2f", value) }
}
