import ControlProtocol
import DefectModel
import Hummingbird
import Vocabulary

/// What the model holds, for those who want to know whether to trust it, and how devices age.
extension Routes {
  func modelReport(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "failure_mode"])
    let snapshot = await engine.modelSnapshot
    let modes: [ModeKey]
    if let product = query["product"] {
      modes = try snapshot.modes(of: product, query["failure_mode"])
    } else if let failureMode = query["failure_mode"] {
      modes = snapshot.model.modes.filter { $0.mode.text == failureMode }
      guard !modes.isEmpty else {
        throw ProblemDetails(
          status: 404, title: "no such failure mode",
          detail: "no product has a failure mode \(LogLines.escaped(failureMode)); see: forewarn profile list -o json")
      }
    } else {
      modes = snapshot.model.modes
    }
    let tallies = snapshot.verdicts.tallies(before: .distantFuture, includingNew: true)
    let items = modes.compactMap { mode in
      snapshot.model.report(mode).map { report in
        var item = ModeReportItem(report, asOf: snapshot.asOf)
        item.verdicts = VerdictSummary(tallies.tally(of: mode))
        return item
      }
    }
    return .json(ListReply(schema: Schema.name("model", "show"), items: items))
  }

  func ageing(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "failure_mode", "batch", "limit"])
    let product = try query.required("product", "say product: ?product=echo-dot-5")
    let limit = try query.limit()
    let snapshot = await engine.modelSnapshot
    let modes = try snapshot.modes(of: product, query["failure_mode"])
    let batch = try query["batch"].map { name throws(ProblemDetails) in try snapshot.batch(name, of: product) }
    let items = modes.flatMap { snapshot.model.ageing($0, batch: batch) }
      .prefix(limit).map { AgeingItem($0, asOf: snapshot.asOf) }
    return .json(ListReply(schema: Schema.name("model", "ageing"), items: items))
  }
}

extension ModelSnapshot {
  /// A batch with evidence in any mode of the product.
  fileprivate func batch(_ name: String, of product: String) throws(ProblemDetails) -> Symbol {
    let seen = Set(model.modes.filter { $0.product.text == product }.flatMap { model.batchesSeen($0) })
    if let batch = seen.first(where: { $0.text == name }) { return batch }
    throw ProblemDetails(
      status: 404, title: "no such batch",
      detail: seen.isEmpty
        ? "there is no evidence of any batch of \(product) yet; it comes as buckets close"
        : "there is no evidence of batch \(LogLines.escaped(name)) of \(product); there is of "
          + seen.sorted().prefix(Limits.namesInProblem).map(\.text).joined(separator: ", ")
          + (seen.count > Limits.namesInProblem ? " and \(seen.count - Limits.namesInProblem) more" : ""))
  }
}

extension AgeingItem {
  init(_ report: AgeingReport, asOf: EventTime?) {
    self.init(
      product: report.mode.product.text, failureMode: report.mode.mode.text, batch: report.batch?.text,
      asOf: asOf?.description, deviceDays: report.deviceDays.toSixDigits, onsets: report.onsets,
      pattern: report.pattern.rawValue, shape: report.shape.map { Estimate($0) },
      scaleDays: report.scaleDays?.toSixDigits, batchesThatTell: report.batchesThatTell,
      devicesAtRisk: report.devicesAtRisk.toSixDigits,
      forecasts: report.forecasts.map { Forecast(days: $0.days, onsets: Estimate($0.onsets)) },
      bins: report.bins.map { bin in
        Bin(
          fromDays: bin.from, untilDays: bin.until, deviceDays: bin.deviceDays.toSixDigits, onsets: bin.onsets,
          hazardPerDay: bin.hazard.map { Estimate($0) }, cumulative: bin.cumulative.map { Estimate($0) })
      }, explanation: report.explanation)
  }
}

extension AgeingReport {
  fileprivate var explanation: String {
    switch pattern {
    case .wearOut: "older devices fail more: they wear out"
    case .infantMortality: "young devices fail most: infant mortality"
    case .random: "age makes little difference"
    case .cannotTell: "can't tell yet whether young or old devices fail more"
    case .notIdentifiable: "can't be told from this evidence: \(whyNot)"
    }
  }

  private var whyNot: String {
    let placed = bins.filter { $0.until != nil }
    if onsets == 0 { return "nothing failed" }
    if placed.allSatisfy({ $0.deviceDays == 0 }) {
      return "no device has an age between two edges of age_bins_days: let states tell when devices were activated"
    }
    if placed.allSatisfy({ $0.onsets == 0 }) { return "nothing failed at an age that is known and between two edges" }
    return batch == nil ? "each batch with a failure is of one age" : "all its devices are of one age"
  }
}

extension ModeReportItem {
  init(_ report: ModeReport, asOf: EventTime?) {
    self.init(
      product: report.mode.product.text, failureMode: report.mode.mode.text, asOf: asOf?.description,
      evidence: Evidence(
        from: report.from?.description, until: report.until?.description, deviceDays: report.deviceDays.toSixDigits,
        onsets: report.onsets),
      baseRatePerDay: Estimate(report.baseRate), falseFindings: FalseFindings(report.falseFindings),
      nearGate: report.nearGate.map {
        NearGate(
          cause: $0.cohort.cause.rawValue, batch: $0.cohort.batch?.text, firmware: $0.cohort.firmware?.text,
          logEvidence: $0.logEvidence.toSixDigits, logThreshold: $0.logThreshold.toSixDigits, isOpen: $0.isOpen)
      },
      effects: report.effects.map { Effect($0) }, calibration: report.calibration.map { Calibration($0) },
      drift: report.drift.map { StatusReport.Calibration(report.mode, $0) })
  }
}

extension VerdictSummary {
  init(_ tally: VerdictTally) {
    self.init(
      examined: tally.examined, faults: tally.faults, noFaults: tally.noFaults, otherCauses: tally.otherCauses,
      noFaultFoundRate: tally.noFaultFoundRate.map { Estimate($0) })
  }
}

extension ModeReportItem.Effect {
  fileprivate init(_ effect: ModeReport.Effect) {
    let ratio = Estimate(effect.ratio)
    switch effect.subject {
    case .cohort(let cohort):
      self.init(
        kind: cohort.cause.rawValue, batch: cohort.batch?.text, firmware: cohort.firmware?.text, label: nil,
        ratio: ratio)
    case .age(let label): self.init(kind: "age", batch: nil, firmware: nil, label: label, ratio: ratio)
    case .factor(let label): self.init(kind: "factor", batch: nil, firmware: nil, label: label, ratio: ratio)
    }
  }
}

extension ModeReportItem.FalseFindings {
  fileprivate init(_ budget: FalseFindings) {
    self.init(
      candidatesWatched: budget.watched, buckets: budget.buckets, expectedAtMost: budget.expectedAtMost.toSixDigits,
      aYearAtMost: budget.aYearAtMost, everOfKnownAtMost: budget.everOfKnownAtMost.toSixDigits,
      logThreshold: budget.logThreshold.toSixDigits)
  }
}

extension ModeReportItem.Calibration {
  fileprivate init(_ calibration: CalibrationReport) {
    self.init(
      predictions: calibration.count, baseRate: calibration.baseRate.toSixDigits,
      error: calibration.error.toSixDigits,
      brier: .init(model: calibration.brier.toSixDigits, ofBaseRate: calibration.brierOfBaseRate.toSixDigits),
      logLoss: .init(model: calibration.logLoss.toSixDigits, ofBaseRate: calibration.logLossOfBaseRate.toSixDigits),
      bins: calibration.rows.map { row in
        .init(
          count: row.count, predicted: row.predicted.toSixDigits,
          observed: Estimate(Interval(mean: row.observed, low: row.observedLow, high: row.observedHigh)))
      })
  }
}
