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

  @Option(help: "batch, pair, firmware, humid or none.") var defect = UnitFleet.Defect.batch
  @Option(help: ArgumentHelp("One seed or a range.", valueName: "from-to")) var seeds = SeedRange(1...20)
  @Option(help: "Devices of a fleet.") var devices = 40_000
  @Option(help: "Days of a fleet.") var days = 120
  @Option(help: "Lowest relative risk.") var low = 2.5
  @Option(help: "Highest relative risk.") var high = 4.0
  @Flag(help: "What is held of the cohort, day by day.") var trace = false
  @Option(help: "Days after the change in which it must be found.") var horizon = 60

  func validate() throws {
    guard devices > 0, days > 0, horizon > 0 else { throw ValidationError("Devices and days are at least 1.") }
    guard low > 0, low <= high else { throw ValidationError("--low is above 0 and not above --high.") }
  }

  func run() throws {
    var sequential: [Int] = []
    var posterior: [Int] = []
    var both: [Int] = []
    var wrong = 0
    var missed = 0
    for seed in seeds.seeds {
      var fleet = UnitFleet(seed: seed, defect: defect, risks: low...high, devices: devices, days: days)
      fleet.days = days
      let run = fleet.run()
      var model = HazardModel(profiles: [UnitFleet.profile])
      var first: (sequential: Int?, posterior: Int?, both: Int?)
      var seen: Set<Cohort> = []
      let last = run.change.map { min($0 + horizon, days) } ?? days
      for (day, evidence) in run.days.enumerated() where day < last {
        try Task.checkCancellation()
        model.learn(contentsOf: evidence)
        let bucket = UnitFleet.bucket(day)
        // A pass on a day long before the change says nothing that a later one doesn't.
        if let change = run.change, day < change - 3 { continue }
        let beliefs = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
        for belief in beliefs.flatMap(\.cohorts) {
          let isOpen = belief.isSequentialGateOpen && belief.isPosteriorGateOpen
          if belief.cohort == run.cohort, let change = run.change, day >= change {
            if belief.isSequentialGateOpen, first.sequential == nil { first.sequential = day + 1 - change }
            if belief.isPosteriorGateOpen, first.posterior == nil { first.posterior = day + 1 - change }
            if isOpen, first.both == nil { first.both = day + 1 - change }
            if trace {
              Narration.say(
                "   \(day - change) e \(f(belief.logEvidence)) / \(f(belief.logThreshold)) p \(f(belief.probability)) "
                  + "\(belief.isPosteriorGateOpen) n \(belief.failures)/\(f(belief.expectedFailures)) rr \(f(belief.rateRatio.mean))"
              )
            }
          } else if isOpen, !seen.contains(belief.cohort) {
            seen.insert(belief.cohort)
            wrong += 1
            Narration.say(
              "  seed \(seed) day \(day - (run.change ?? 0)): wrong \(belief.cohort.cause.rawValue) \(belief.cohort.batch?.text ?? "") "
                + "\(belief.cohort.firmware?.text ?? "") e \(f(belief.logEvidence)) / \(f(belief.logThreshold)) rr \(f(belief.rateRatio.mean))"
            )
          }
        }
        if first.both != nil, !trace { break }
      }
      if defect != .none {
        Narration.say(
          "seed \(seed) rr \(f(run.relativeRisk)) \(run.cohort?.batch?.text ?? "") sequential \(first.sequential ?? -1) posterior \(first.posterior ?? -1) both \(first.both ?? -1)"
        )
      }
      sequential += [first.sequential ?? 999]
      posterior += [first.posterior ?? 999]
      both += [first.both ?? 999]
      if first.both == nil { missed += 1 }
    }
    func words(_ days: [Int]) -> String {
      let sorted = days.sorted()
      return [1, 2, 3].map { sorted[sorted.count * $0 / 4] }.map { $0 == 999 ? "never" : "\($0)" }.joined(
        separator: "/")
    }
    let found =
      defect == .none
      ? ""
      : "; days until (quartiles) sequential \(words(sequential)), posterior \(words(posterior)), both \(words(both)), missed \(missed)"
    Narration.say("\(both.count) runs\(found); wrong \(wrong)")
  }

  private func f(_ value: Double) -> String { String(format: "%.2f", value) }
}

extension UnitFleet.Defect: ExpressibleByArgument {}
