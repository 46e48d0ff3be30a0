import CaseStore
import ControlProtocol
import DefectModel
import FirmwareProfiles
import Hummingbird
import Triage
import Vocabulary

/// May this firmware's rollout go on?
extension Routes {
  func firmwareGate(_ request: Request, _ context: ControlContext) async throws -> Response {
    let version = try context.id()
    let query = try Query(request, allowed: ["product"])
    let snapshot = await engine.modelSnapshot
    let product = try query["product"] ?? product(of: version, snapshot)
    let modes = try snapshot.modes(of: product, nil)
    guard snapshot.knows(version, of: product) else {
      // Says what there is.
      _ = try snapshot.firmware(version, of: product, among: snapshot.firmwares(of: product))
      throw ProblemDetails.noSuch("firmware", version)
    }
    var filter = FindingFilter()
    filter.product = product
    filter.states = [.suspected, .confirmed, .known]
    let findings = try store.findings(filter).map(\.finding)
    let readings = modes.compactMap { mode in
      snapshot.reading(mode, Symbol(version), blamed: findings.filter { $0.failureMode == mode.mode })
    }
    let gate = RolloutGate(firmware: Symbol(version), findings: findings, readings: readings)
    let item = GateItem(gate, firmware: version, product: product, asOf: snapshot.asOf?.description, readings)
    return .json(ObjectReply(schema: Schema.name("firmware", "gate"), value: item))
  }

  /// The one product that knows the version.
  private func product(of version: String, _ snapshot: ModelSnapshot) throws(ProblemDetails) -> String {
    let products = Set(snapshot.catalogue.profiles.map(\.product.text)).sorted()
    let knowing = products.filter { snapshot.knows(version, of: $0) }
    guard knowing.count <= 1 else {
      throw ProblemDetails(
        status: 400, title: "product is missing",
        detail: "firmware \(LogLines.escaped(version)) is known of \(knowing.joined(separator: ", ")): say which")
    }
    guard let product = knowing.first else {
      throw ProblemDetails(
        status: 404, title: "no such firmware",
        detail: "no product has evidence of firmware \(LogLines.escaped(version)), and no profile lists it; "
          + "see: forewarn profile list")
    }
    return product
  }
}

extension ModelSnapshot {
  /// There is evidence of it, or a profile lists it.
  fileprivate func knows(_ version: String, of product: String) -> Bool {
    firmwares(of: product).contains { $0.text == version }
      || catalogue.profiles.contains { profile in
        profile.product.text == product && profile.releases.contains { $0.version.text == version }
      }
  }

  /// Against all other firmware but what a finding blames for this very mode.
  fileprivate func reading(_ key: ModeKey, _ firmware: Symbol, blamed findings: [Finding]) -> RolloutGate.Reading? {
    let bad = Set(findings.filter(\.state.warrantsCare).compactMap(\.cohort.firmware))
    let version = FirmwareVersion(firmware.text)
    let profiles = catalogue.profiles.filter { $0.product == key.product }
    let profile = profiles.first { $0.firmware.contains(version) } ?? profiles.first
    guard let mode = profile?.modes.first(where: { $0.id == key.mode }),
      let standing = model.standing(key, of: firmware, against: { !bad.contains($0) && $0 != .unknown })
    else { return nil }
    return RolloutGate.Reading(
      mode: mode, deviceDays: standing.deviceDays, onsets: standing.onsets, expectedOnsets: standing.expectedOnsets,
      baseRatePerDay: standing.baseRate, ratio: standing.ratio, probabilityNormal: standing.probabilityNormal,
      probabilityWorse: standing.probabilityWorse, missingDeviceDays: standing.missingDeviceDays)
  }
}

extension GateItem {
  init(
    _ gate: RolloutGate, firmware: String, product: String, asOf: String?, _ readings: [RolloutGate.Reading]
  ) {
    self.init(
      firmware: firmware, product: product, asOf: asOf, verdict: gate.verdict.rawValue,
      reasons: gate.reasons.map {
        Reason(verdict: $0.verdict.rawValue, failureMode: $0.mode?.text, finding: $0.finding, text: $0.text)
      }, missingDeviceDays: gate.missingDeviceDays?.rounded(.up),
      modes: readings.map { reading in
        Mode(
          failureMode: reading.mode.id.text, deviceDays: reading.deviceDays.toSixDigits, onsets: reading.onsets,
          expectedOnsets: reading.expectedOnsets.toSixDigits, rateRatio: reading.ratio.map { Estimate($0) },
          probabilityNormal: reading.probabilityNormal?.toSixDigits,
          probabilityWorse: reading.probabilityWorse?.toSixDigits)
      })
  }
}
