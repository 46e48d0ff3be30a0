import ControlProtocol
import DefectModel
import Hummingbird
import Vocabulary

/// Firmware versions against each other.
extension Routes {
  func compareFirmware(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "from", "to", "failure_mode"])
    let advice = "say product, from and to: ?product=echo-dot-5&from=3.2.0&to=3.3.0"
    let product = try query.required("product", advice)
    let (from, to) = (try query.required("from", advice), try query.required("to", advice))
    guard from != to else {
      throw ProblemDetails(
        status: 400, title: "one firmware", detail: "a firmware can only be compared with another; name two versions")
    }
    let snapshot = await engine.modelSnapshot
    let modes = try snapshot.modes(of: product, query["failure_mode"])
    let seen = snapshot.firmwares(of: product)
    let first = try snapshot.firmware(from, of: product, among: seen)
    let second = try snapshot.firmware(to, of: product, among: seen)
    let items = modes.compactMap { mode in
      snapshot.model.compare(mode, first, second).map { FirmwareComparisonItem($0, asOf: snapshot.asOf) }
    }
    return .json(ListReply(schema: Schema.name("firmware", "compare"), items: items))
  }
}

extension FirmwareComparisonItem {
  init(_ comparison: FirmwareComparison, asOf: EventTime?) {
    self.init(
      product: comparison.mode.product.text, failureMode: comparison.mode.mode.text,
      from: comparison.first.firmware.text, to: comparison.second.firmware.text, asOf: asOf?.description,
      verdict: comparison.verdict.rawValue, rateRatio: comparison.ratio.map { Estimate($0) },
      probabilityWorse: comparison.probabilityWorse?.toSixDigits,
      overdispersion: comparison.overdispersion.toSixDigits, sets: comparison.sets,
      fromEvidence: Side(comparison.first), toEvidence: Side(comparison.second),
      toldRatio: FirmwareComparison.toldRatio, power: FirmwareComparison.power,
      daysUntilTold: comparison.daysUntilTold, windowDays: comparison.windowDays,
      explanation: comparison.explanation)
  }
}

extension FirmwareComparisonItem.Side {
  fileprivate init(_ side: FirmwareComparison.Side) {
    self.init(
      deviceDays: side.deviceDays.toSixDigits, onsets: side.onsets, deviceDaysApart: side.deviceDaysApart.toSixDigits,
      onsetsApart: side.onsetsApart)
  }
}

extension FirmwareComparison {
  fileprivate var explanation: String {
    let peers = "devices of the same batch, region, carrier, age and day"
    switch verdict {
    case .better: return "sets in less often on \(second.firmware) than on \(first.firmware), among \(peers)"
    case .worse: return "sets in more often on \(second.firmware) than on \(first.firmware), among \(peers)"
    case .notIdentifiable:
      return "can't be told from this evidence: no \(peers) had the one and the other. A rollout in stages within a "
        + "batch and region would tell"
    case .cannotTell:
      let told = "a ratio of \(Self.toldRatio) would show with a chance of 90 %"
      switch daysUntilTold {
      case 0: return "can't tell yet, but \(told) by now"
      case let days?:
        return "can't tell yet; \(told) after \(days) more day\(days == 1 ? "" : "s") like the last week's"
      case nil:
        return
          "can't tell, and at the present exposure never will: the \(windowDays) days that are kept hold too little."
          + " More devices on both, or a longer window_days in the profile, would tell"
      }
    }
  }
}
