import ControlProtocol
import DefectModel
import FirmwareProfiles
import Pipeline
import Vocabulary

/// The model as it stands between two batches: reports on it are worked out beside the engine, which goes on meanwhile.
struct ModelSnapshot: Sendable {
  let model: HazardModel
  let catalogue: Catalogue
  /// The end of the last closed bucket.
  let asOf: EventTime?
  var verdicts = VerdictBook()

  /// The product's modes, or the one that is asked for.
  func modes(of product: String, _ failureMode: String?) throws(ProblemDetails) -> [ModeKey] {
    guard let symbol = Symbol(known: product), catalogue.profiles.contains(where: { $0.product == symbol }) else {
      throw ProblemDetails(
        status: 404, title: "no such product",
        detail: "no firmware profile describes \(LogLines.escaped(product)); see: forewarn profile list")
    }
    let modes = model.modes.filter { $0.product == symbol }
    guard let failureMode else { return modes }
    let named = modes.filter { $0.mode.text == failureMode }
    guard !named.isEmpty else {
      throw ProblemDetails(
        status: 404, title: "no such failure mode",
        detail: "\(product) has no failure mode \(LogLines.escaped(failureMode)); it has "
          + modes.map(\.mode.text).joined(separator: ", "))
    }
    return named
  }

  /// Firmware with evidence in any mode of the product, the latest last.
  func firmwares(of product: String) -> [Symbol] {
    let modes = model.modes.filter { $0.product.text == product }
    return Set(modes.flatMap { model.firmwaresSeen($0) }).sorted { $0.isEarlierFirmware(than: $1) }
  }

  /// What a firmware gave in each mode of the product.
  func evidence(ofProduct product: String, _ firmware: String) -> [FirmwareDetail.Evidence] {
    guard let firmware = Symbol(known: firmware) else { return [] }
    return model.modes.filter { $0.product.text == product }.compactMap { mode in
      guard let counted = model.evidence(mode, firmware: firmware) else { return nil }
      return FirmwareDetail.Evidence(
        failureMode: mode.mode.text, deviceDays: counted.deviceDays.toSixDigits, onsets: counted.onsets,
        rate: counted.deviceDays > 0 ? (Double(counted.onsets) / counted.deviceDays).toSixDigits : nil,
        windowDays: counted.windowDays)
    }
  }

  func firmware(_ name: String, of product: String, among seen: [Symbol]) throws(ProblemDetails) -> Symbol {
    if let symbol = seen.first(where: { $0.text == name }) { return symbol }
    let heard =
      seen.isEmpty
      ? "there is no evidence of any firmware yet, which comes as buckets close: see \"clock\" in forewarn status"
      : "there is of " + seen.suffix(Limits.namesInProblem).map(\.text).joined(separator: ", ")
    throw ProblemDetails(
      status: 404, title: "no such firmware",
      detail: "there is no evidence of \(product) on firmware \(LogLines.escaped(name)); \(heard)")
  }
}

extension Symbol {
  /// By the numbers of the versions, then by name.
  func isEarlierFirmware(than other: Symbol) -> Bool {
    let (own, others) = (FirmwareVersion(text), FirmwareVersion(other.text))
    return own == others ? self < other : own < others
  }
}

extension Engine {
  var modelSnapshot: ModelSnapshot {
    ModelSnapshot(model: pipeline.model, catalogue: pipeline.catalogue, asOf: asOf, verdicts: pipeline.verdicts)
  }
}

extension Estimate {
  init(_ interval: Interval) {
    let rounded = interval.toSixDigits
    self.init(mean: rounded.mean, low: rounded.low, high: rounded.high)
  }
}

extension Query {
  func required(_ name: String, _ advice: String) throws(ProblemDetails) -> String {
    guard let value = self[name], !value.isEmpty else {
      throw ProblemDetails(status: 400, title: "\(name) is missing", detail: advice)
    }
    return value
  }
}
