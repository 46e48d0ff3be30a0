import DeviceHistory
import FirmwareProfiles
import FleetSimulation
import Foundation
import Pipeline
import Vocabulary

/// One simulated fleet through the pipeline of `forewarn replay`, in this process, and judged.
struct FleetRun {
  let tier: EvaluationTier
  let seed: UInt64
  let devices: Int
  let days: Int
  var isKnown = false
  var without: Set<EvaluationTrouble> = []
  let profiles: ProfileFiles
  let build: String
  /// Where to write the cells that the peers look at, if anywhere.
  var cells: URL?

  /// Weeks between two times at which all probabilities are written down, and how far they look.
  private static let predictEveryDays: Int64 = 14
  static let horizonDays = 7

  func run(progress: (_ day: Int) throws -> Void) throws -> FleetResult {
    let began = ContinuousClock.now
    let plan = FleetPlan.evaluation(tier: tier, devices: devices, days: days, seed: seed, without: without)
    let fleet = Fleet(plan: plan)
    let truth = fleet.truth
    let settings = PipelineSettings(
      history: HistorySettings(clock: .event),
      predictions: PredictionSchedule(
        times: .every(Self.predictEveryDays * EventTime.day), horizonDays: Double(Self.horizonDays)))
    var pipeline = StageLine(
      catalogue: try profiles.catalogue(knowing: isKnown ? truth.defects : []), settings: settings)
    let oracle = FleetOracle(fleet)
    var gathered = Gathered()
    var cellSheet = cells.map { CellSheet(url: $0, start: plan.start) }
    func take(_ messages: [SimulatedMessage]) {
      for message in messages {
        pipeline.take(
          Delivery(
            topic: message.topic, payload: message.payload, isRetained: message.isRetained, receivedAt: message.time),
          wall: nil)
      }
      gathered.messages += messages.count
      gathered.take(pipeline.takeYield(), oracle: oracle)
    }
    take(fleet.states())
    for day in 0..<days {
      take(fleet.messages(day: day))
      cellSheet?.look(at: pipeline.model, day: day)
      try progress(day + 1)
    }
    pipeline.finish()
    gathered.take(pipeline.takeYield(), oracle: oracle)
    try cellSheet?.finish(pipeline.model)
    let judged = gathered.judged(truth: truth, plan: plan)
    return FleetResult(
      build: build, tier: tier, seed: seed, devices: devices, days: days, isKnown: isKnown,
      messages: gathered.messages, seconds: (ContinuousClock.now - began) / .seconds(1), defects: judged.defects,
      findings: judged.findings, tickets: judged.tickets, calibration: gathered.calibration)
  }
}

/// What a run raises, gathered day by day.
private struct Gathered {
  var messages = 0
  var raised = RaisedFindings()
  var tickets: [String: Ticket] = [:]
  var calibration: [String: CalibrationBins] = [:]

  mutating func take(_ yield: Yield, oracle: FleetOracle) {
    for change in yield.changes {
      switch change {
      case .finding(let finding): raised.take(finding)
      case .ticket(let ticket): tickets[ticket.id] = ticket
      }
    }
    for prediction in yield.predictions {
      let mode = prediction.failureMode.text
      guard
        let answer = oracle.answer(
          device: prediction.identity.device, mode: mode, asOf: prediction.asOf, days: FleetRun.horizonDays)
      else { continue }
      calibration[mode, default: CalibrationBins()]
        .add(
          prediction.probability.mean, oracle: answer.probability, learnable: answer.learnable,
          happened: answer.happened)
    }
  }

  func judged(
    truth: FleetTruth, plan: FleetPlan
  ) -> (defects: [FleetResult.Defect], findings: [FleetResult.Raised], tickets: FleetResult.Tickets) {
    let judge = FindingJudge(planted: truth.defects)
    let confirmed = raised.confirmed.sorted { ($0.detectedAt, $0.first.id) < ($1.detectedAt, $1.first.id) }
    let judgements = confirmed.map { judge.judge($0) }
    let defects = truth.defects.enumerated().map { place, defect -> FleetResult.Defect in
      let right = confirmed.indices.first {
        judgements[$0].defect == place && [.exact, .unresolved].contains(judgements[$0].verdict)
      }
      let change = defect.effect?.change
      return FleetResult.Defect(
        story: defect.story ?? .badBatch, mode: defect.failureMode, cause: defect.cause, batch: defect.batch,
        firmware: defect.firmware, relativeRisk: defect.relativeRisk, change: change,
        rateRatio: defect.effect?.rateRatio, expectedRatio: defect.effect?.expectedRatio,
        onsetsWithout: defect.effect?.onsetsWithout, found: right.map { judgements[$0].verdict },
        finding: right.map { confirmed[$0].first.id },
        delayDays: right.flatMap { at in
          change.map { Double(confirmed[at].detectedAt.milliseconds - $0.milliseconds) / Double(EventTime.day) }
        },
        shown: right.flatMap { at in change.map { confirmed[at].shown(at: $0 + 14 * EventTime.day).rateRatio } })
    }
    let findings = zip(confirmed, judgements).map { finding, judgement in
      FleetResult.Raised(
        id: finding.first.id, words: words(finding.first), mode: finding.first.failureMode.text,
        verdict: judgement.verdict, defect: judgement.defect, detectedAt: finding.detectedAt,
        rateRatio: finding.first.rateRatio, probability: finding.first.probability,
        surroundings: judgement.verdict == .unfounded ? surroundings(finding, plan) : [],
        explanation: finding.first.explanation)
    }
    let right = Set(findings.filter { $0.verdict == .exact || $0.verdict == .unresolved }.map(\.id))
    return (defects, findings, count(truth, right))
  }

  private func words(_ finding: Finding) -> String {
    let cohort = finding.cohort
    let keys = [cohort.batch, cohort.firmware, cohort.region].compactMap { $0?.text }.joined(separator: " × ")
    guard cohort.cause == .unresolved else { return "\(cohort.cause.rawValue) \(keys)" }
    let candidates = finding.candidates.map {
      "\($0.cohort.cause.rawValue) \([$0.cohort.batch, $0.cohort.firmware].compactMap { $0?.text }.joined(separator: " × "))"
    }
    return "unresolved: " + candidates.joined(separator: " or ")
  }

  private func surroundings(_ finding: RaisedFinding, _ plan: FleetPlan) -> [String] {
    let end = Int((finding.detectedAt.milliseconds - plan.start.milliseconds) / EventTime.day)
    let fortnight = end - 15..<end + 1
    var result: [String] = []
    if finding.first.failureMode.text == "wifi-dropout" {
      for outage in plan.outages where fortnight.contains(outage.fromHour / 24) {
        result.append("outage \(outage.carrier) \(outage.region) day \(outage.fromHour / 24)")
      }
    }
    for artefact in plan.artefacts
    where artefact.mode == finding.first.failureMode.text && fortnight.overlaps(artefact.days) {
      result.append("artefact \(artefact.region) day \(artefact.days.lowerBound)")
    }
    return result
  }

  private func count(_ truth: FleetTruth, _ right: Set<String>) -> FleetResult.Tickets {
    let concerned = truth.defects.map { (mode: $0.failureMode, devices: Set($0.affectedDevices)) }
    let stuck = Set(truth.stuck ?? [])
    var result = FleetResult.Tickets()
    for ticket in tickets.values {
      if let finding = ticket.finding {
        if right.contains(finding) { result.rightly += 1 } else { result.wrongly += 1 }
      } else if stuck.contains(ticket.device) {
        result.ownOfStuck += 1
      } else if concerned.contains(where: { $0.mode == ticket.failureMode.text && $0.devices.contains(ticket.device) })
      {
        result.ownOfConcerned += 1
      } else {
        result.ownOfOthers += 1
      }
    }
    return result
  }
}
