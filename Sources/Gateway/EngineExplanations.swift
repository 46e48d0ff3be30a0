import CaseStore
import ControlProtocol
import DefectModel
import DeviceHistory
import Pipeline
import Triage
import Vocabulary

/// Why the engine thinks what it thinks.
extension Engine {
  /// `nil`: no such device, or nothing to judge it by.
  func explanation(ofDevice id: String) -> DeviceExplanation? {
    guard let standing = standing(of: id), let asOf else { return nil }
    var modes = standing.modes.map { mode(of: id, standing, $0) }
    modes.sort {
      ($1.probability.mean, $0.failureMode) < ($0.probability.mean, $1.failureMode)
    }
    return DeviceExplanation(
      device: id, product: standing.identity.product.text, asOf: asOf.description, modes: modes)
  }

  private func mode(
    of id: String, _ standing: DeviceStanding, _ entry: DeviceStanding.Mode
  ) -> DeviceExplanation.Mode {
    let model = pipeline.model
    let key = ModeKey(product: standing.identity.product, mode: entry.mode.id)
    let horizon = entry.mode.horizonDays
    let costs = pipeline.settings.policy.currencies.local(entry.mode.costs, in: entry.risk.covariates.region)
    let ordinary = model.ordinaryProbability(key, horizonDays: horizon)
    let now = probability(key, entry.risk, horizon)
    var remedies = [
      remedy("waiting", now.mean * costs.failure, costs),
      remedy("replacement", costs.replacement + ordinary * costs.failure, costs),
      remedy("diagnose", costs.diagnose, costs),
    ]
    var scenarios: [DeviceExplanation.Scenario] = []
    if entry.risk.weather.unknown < 1 {
      for (word, bin) in [("humid weather throughout", WeatherBin.humid), ("dry weather throughout", .dry)] {
        var risk = entry.risk
        risk.weather = WeatherShares(only: bin)
        scenarios.append(.init(scenario: word, probability: probability(key, risk, horizon)))
      }
    }
    for firmware in laterFirmware(of: standing, than: entry.risk.covariates.firmware) {
      let patched = probability(key, onFirmware(firmware, entry.risk, of: id, entry.mode), horizon)
      scenarios.append(.init(scenario: "firmware \(firmware)", probability: patched))
      remedies.append(
        remedy("patch", costs.patch + patched.mean * costs.failure, costs, firmware: firmware.text))
    }
    remedies.sort { ($0.expectedCost, $0.type, $0.firmware ?? "") < ($1.expectedCost, $1.type, $1.firmware ?? "") }
    let verdicts = pipeline.verdicts.verdicts(of: id, before: verdictTime).compactMap { kept -> String? in
      kept.verdict.result(of: entry.mode.id).map { result in
        var verdict = kept.verdict
        verdict.result = result
        return verdict.words + (verdict.detail.map { ": \($0)" } ?? "")
      }
    }
    return DeviceExplanation.Mode(
      failureMode: entry.mode.id.text, probability: now, ordinaryProbability: ordinary.toSixDigits,
      terms: model.terms(key, entry.risk).map {
        .init(term: $0.kind.rawValue, label: $0.label, logFactor: $0.log.toSixDigits)
      },
      attribution: Shares(model.attribution(key, entry.risk)), verdicts: verdicts, remedies: remedies,
      currency: costs.currency, scenarios: scenarios,
      ticket: pipeline.cases.tickets[CaseBook.CareKey(device: id, mode: entry.mode.id)]?.id)
  }

  private func remedy(
    _ type: String, _ cost: Double, _ costs: FailureMode.Costs, firmware: String? = nil
  ) -> DeviceExplanation.Remedy {
    .init(
      type: type, firmware: firmware, expectedCost: cost.toSixDigits,
      paysFrom: type == "waiting" || costs.failure <= 0 ? nil : (cost / costs.failure).toSixDigits)
  }

  /// What a finding rests on beside its own figures.
  func grounds(of finding: Finding) -> FindingGrounds {
    let mode = ModeKey(product: finding.product, mode: finding.failureMode)
    let near = pipeline.model.report(mode)?.nearGate.first { $0.cohort == finding.cohort }
    let tally = pipeline.verdicts.tallies(before: .distantFuture).tally(of: mode, in: finding.cohort)
    let share = pipeline.trust(in: mode).noFaultFound
    let line = pipeline.settings.policy.clearingProbability
    let more = (0...100).first { count in
      VerdictWeight.probability(
        byRates: 1 - 1e-12, faults: tally.faults, cleared: tally.cleared + count, noFaultFound: share) < line
    }
    return FindingGrounds(
      logEvidence: near?.logEvidence.toSixDigits, logThreshold: near?.logThreshold.toSixDigits,
      verdicts: VerdictSummary(tally), soundSuspectsToWithdraw: more, clearsBelow: line)
  }
}
