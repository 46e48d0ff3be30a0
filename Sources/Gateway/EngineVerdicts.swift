import CaseStore
import ControlProtocol
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Pipeline
import Vocabulary

/// Verdicts that operators and workbenches bring.
extension Engine {
  /// What a remote check found, told by hand. Answers what the device's probability was before and is now.
  func diagnose(_ device: String, _ request: DiagnoseRequest) async throws -> DiagnoseReply {
    try await turn {
      guard let identity = pipeline.history.identity(of: device) else { throw ProblemDetails.noSuch("device", device) }
      guard pipeline.history.mayHear(device) else {
        throw ProblemDetails(
          status: 409, title: "nothing is kept of that device", detail: "its customer refused telemetry")
      }
      guard let mode = pipeline.catalogue.mode(named: request.failureMode, of: identity.product) else {
        let modes = pipeline.model.modes.filter { $0.product == identity.product }.map(\.mode.text)
        throw ProblemDetails(
          status: 404, title: "no such failure mode",
          detail: "a \(identity.product) has \(modes.joined(separator: ", ")); not "
            + LogLines.escaped(request.failureMode))
      }
      guard let result = Diagnosis.Result(rawValue: request.result) else {
        throw ProblemDetails(
          status: 400, title: "unknown word",
          detail: "result is fault, no_fault or inconclusive; not \(LogLines.escaped(request.result))")
      }
      let time = pipeline.history.now ?? WallClock.now()
      let diagnosis = Diagnosis(time: time, failureMode: mode, result: result, detail: request.detail)
      let before = modeScore(of: device, mode)
      if pipeline.learn(Verdict(diagnosis, of: identity)) {
        guard await commit() else { throw ProblemDetails.stopping }
      }
      let after = modeScore(of: device, mode)
      let trust = pipeline.trust(in: ModeKey(product: identity.product, mode: mode))
      return DiagnoseReply(
        device: device, product: identity.product.text, failureMode: mode.text, result: request.result,
        at: time.description,
        likelihoodRatio: trust.check.likelihoodRatio(Verdict(diagnosis, of: identity).result).toSixDigits,
        before: before, after: after)
    }
  }

  private func modeScore(of device: String, _ mode: Symbol) -> HorizonProbability? {
    guard let entry = standing(of: device)?.modes.first(where: { $0.mode.id == mode }),
      let identity = pipeline.history.identity(of: device)
    else { return nil }
    return probability(ModeKey(product: identity.product, mode: mode), entry.risk, entry.mode.horizonDays)
  }

  /// Bench verdicts in bulk: all of a file, or with a fault in any line nothing.
  func importReturns(_ csv: [UInt8], isDryRun: Bool) async throws -> ImportReport {
    try await turn {
      var table = ReturnsImport.parse(csv: csv, catalogue: pipeline.catalogue)
      let limit = (pipeline.history.latest ?? WallClock.now()) + HistorySettings.ahead
      var verdicts: [Verdict] = []
      for (line, row) in zip(table.lines, table.rows) {
        do throws(ImportFault) {
          verdicts.append(try verdict(of: row, line: line, notAfter: limit))
        } catch {
          table.addToRow(error)
        }
      }
      guard table.faultCount == 0 else { return ImportReport(refusing: table, isDryRun: isDryRun) }
      var book = pipeline.verdicts
      let applied = verdicts.count { book.take($0) }
      if applied > 0, !isDryRun {
        pipeline.verdicts = book
        guard await commit() else { throw ProblemDetails.stopping }
      }
      return ImportReport(of: table, applied: applied, isDryRun: isDryRun)
    }
  }

  private func verdict(
    of row: ReturnsImport.Row, line: Int, notAfter limit: EventTime
  ) throws(ImportFault) -> Verdict {
    guard let identity = pipeline.history.identity(of: row.device) else {
      throw ImportFault(
        line: line, message: "device \(row.device) isn't known: import its facts first (forewarn device import)")
    }
    guard row.time <= limit else { throw ImportFault(line: line, message: "date: \(row.time.date) is in the future") }
    guard let name = row.failureMode else {
      return Verdict(identity: identity, failureMode: nil, time: row.time, result: .noFault, source: .bench)
    }
    guard let mode = pipeline.catalogue.mode(named: name, of: identity.product) else {
      throw ImportFault(line: line, message: "failure_mode: a \(identity.product) has no mode \(name)")
    }
    return Verdict(identity: identity, failureMode: mode, time: row.time, result: .fault, source: .bench)
  }

  // MARK: Queries

  /// As its verdicts make it now, those included that no pass has weighed yet.
  func informed(_ entry: DeviceStanding.Mode, of device: String) -> (risk: DeviceRisk, verdict: DeviceVerdict?) {
    pipeline.informed(entry, of: device, asOf: verdictTime)
  }

  /// The same risk on another firmware, of which a remote check says nothing.
  func onFirmware(_ firmware: Symbol, _ risk: DeviceRisk, of device: String, _ mode: FailureMode) -> DeviceRisk {
    var assumed = risk
    assumed.covariates.firmware = firmware
    guard firmware != risk.covariates.firmware else { return assumed }
    assumed.likelihoodRatio =
      pipeline.verdicts.verdict(on: device, mode, firmware: firmware, before: verdictTime)?.likelihoodRatio ?? 1
    return assumed
  }

  var verdictTime: EventTime { (pipeline.history.now ?? WallClock.now()) + 1 }
}
