import CaseStore
import ControlProtocol
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Hummingbird
import Pipeline
import Vocabulary

/// Firmware versions: what runs, and one against another.
extension Routes {
  func firmwares(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "limit"])
    let limit = try query.limit()
    let items = try await firmwareItems(of: engine.modelSnapshot, product: query["product"])
    return .json(ListReply(schema: Schema.name("firmware", "list"), items: Array(items.prefix(limit))))
  }

  /// Several products may have a version of that name.
  func firmware(_ request: Request, _ context: ControlContext) async throws -> Response {
    let version = try context.parameters.require("id")
    let query = try Query(request, allowed: ["product"])
    let snapshot = await engine.modelSnapshot
    let items = try await firmwareItems(of: snapshot, product: query["product"]).filter { $0.firmware == version }
    let details = items.map { FirmwareDetail(item: $0, evidence: snapshot.evidence(ofProduct: $0.product, version)) }
    return try .shown(details, "firmware", version)
  }

  /// What devices run, what profiles name and what there is evidence of, by product, the latest version last.
  private func firmwareItems(of snapshot: ModelSnapshot, product: String?) async throws -> [FirmwareItem] {
    var devices = await engine.devicesByFirmware
    var releases: [FirmwareKey: FirmwareProfile.Release] = [:]
    for profile in snapshot.catalogue.profiles {
      for release in profile.releases {
        let key = FirmwareKey(product: profile.product, firmware: release.version)
        releases[key] = release
        devices[key, default: 0] += 0
      }
    }
    for product in Set(snapshot.catalogue.profiles.map(\.product)) {
      for firmware in snapshot.firmwares(of: product.text) where firmware != .unknown {
        devices[FirmwareKey(product: product, firmware: firmware), default: 0] += 0
      }
    }
    var filter = FindingFilter()
    filter.limit = Limits.listItems
    filter.states = Finding.State.allCases.filter(\.isLive)
    var findings: [FirmwareKey: [String]] = [:]
    for finding in try store.findings(filter).map(\.finding) {
      guard let firmware = finding.cohort.firmware else { continue }
      findings[FirmwareKey(product: finding.product, firmware: firmware), default: []].append(finding.id)
    }
    return devices.filter { product == nil || $0.key.product.text == product }.sorted { $0.key < $1.key }.map {
      key, count in
      FirmwareItem(
        product: key.product.text, firmware: key.firmware.text, released: releases[key]?.date?.date,
        fixes: releases[key]?.fixes.map(\.text) ?? [], devices: count, findings: findings[key] ?? [])
    }
  }

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

/// A version of a product, sorted by its number.
struct FirmwareKey: Hashable, Comparable, Sendable {
  var product: Symbol
  var firmware: Symbol

  static func < (left: FirmwareKey, right: FirmwareKey) -> Bool {
    left.product == right.product
      ? left.firmware.isEarlierFirmware(than: right.firmware) : left.product < right.product
  }
}

extension Engine {
  /// How many devices said last that they run it.
  var devicesByFirmware: [FirmwareKey: Int] {
    var counts: [FirmwareKey: Int] = [:]
    pipeline.history.forEachDevice { device in
      guard let firmware = device.firmware else { return }
      counts[FirmwareKey(product: device.identity.product, firmware: firmware), default: 0] += 1
    }
    return counts
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
