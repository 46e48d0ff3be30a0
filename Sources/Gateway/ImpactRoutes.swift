import CaseStore
import ControlProtocol
import DeviceHistory
import Hummingbird
import Pipeline
import Vocabulary

/// `forewarn impact`: care and holdout compared, by intention to treat: a device counts in the arm that it drew, whatever
/// became of its ticket.
extension Routes {
  func impact(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "failure_mode"])
    let rows = try store.trial(product: query["product"], failureMode: query["failure_mode"])
    let report = await engine.impact(of: rows)
    return .json(ObjectReply(schema: Schema.name("impact", "show"), value: report))
  }
}

extension Engine {
  func impact(of rows: [TrialRow]) -> ImpactReport {
    let now = pipeline.history.now ?? WallClock.now()
    let byMode = Dictionary(grouping: rows) { ModeKey(product: $0.identity.product, mode: $0.failureMode) }
    var items: [ImpactReport.Item] = []
    var contacts: [ImpactEstimate] = []
    var failures: [ImpactEstimate] = []
    for (number, mode) in byMode.keys.sorted().enumerated() {
      let arms = Dictionary(grouping: byMode[mode] ?? [], by: \.arm).mapValues { arm($0, until: now) }
      let (care, holdout) = (arms[.care] ?? .init(), arms[.holdout] ?? .init())
      let ofContacts = ImpactEstimate(
        careEvents: care.contacts, careDays: care.deviceDays, holdoutEvents: holdout.contacts,
        holdoutDays: holdout.deviceDays, seed: UInt64(2 * number))
      let ofFailures = ImpactEstimate(
        careEvents: care.failures, careDays: care.deviceDays, holdoutEvents: holdout.failures,
        holdoutDays: holdout.deviceDays, seed: UInt64(2 * number + 1))
      if let ofContacts { contacts.append(ofContacts) }
      if let ofFailures { failures.append(ofFailures) }
      items.append(
        .init(
          product: mode.product.text, failureMode: mode.mode.text, care: care, holdout: holdout,
          contactsAvoided: ofContacts?.avoided, failuresAvoided: ofFailures?.avoided,
          explanation: ImpactWords.text(care, holdout, ofContacts)))
    }
    let (care, holdout) = (items.map(\.care).sum, items.map(\.holdout).sum)
    let all = ImpactEstimate.sum(contacts)
    let total = ImpactReport.Item(
      product: nil, failureMode: nil, care: care, holdout: holdout, contactsAvoided: all?.avoided,
      failuresAvoided: ImpactEstimate.sum(failures)?.avoided, explanation: ImpactWords.text(care, holdout, all))
    return ImpactReport(asOf: now.description, total: total, items: items)
  }

  private func arm(_ rows: [TrialRow], until now: EventTime) -> ImpactReport.Arm {
    var arm = ImpactReport.Arm()
    for row in rows {
      arm.devices += 1
      let end = min(row.ended ?? now, now)
      arm.deviceDays += Double(max(0, end.milliseconds - row.entered.milliseconds)) / Double(EventTime.day)
      arm.contacts += row.contacts
      // Of an erased device it isn't known any more.
      if row.ended == nil { arm.failures += max(0, onsets(of: row) - row.onsetsBefore) }
    }
    arm.deviceDays = arm.deviceDays.toSixDigits
    return arm
  }

  private func onsets(of row: TrialRow) -> Int {
    guard let asOf else { return row.onsetsBefore }
    let standing = pipeline.history.standing(of: row.identity.device, asOf: asOf, includingRetired: true) { _, _ in 0 }
    return standing?.modes.first { $0.mode.id == row.failureMode }?.risk.onsets ?? row.onsetsBefore
  }
}

extension [ImpactReport.Arm] {
  fileprivate var sum: ImpactReport.Arm {
    reduce(into: .init()) { sum, arm in
      sum.devices += arm.devices
      sum.deviceDays += arm.deviceDays
      sum.contacts += arm.contacts
      sum.failures += arm.failures
    }
  }
}

/// What the figures mean, and where they mean nothing yet, what it would take.
enum ImpactWords {
  static func text(_ care: ImpactReport.Arm, _ holdout: ImpactReport.Arm, _ contacts: ImpactEstimate?) -> String {
    guard care.devices > 0 || holdout.devices > 0 else {
      return "Not known yet: no device's care was due for a finding while care.mode was send."
    }
    guard let contacts else {
      let lacking = holdout.devices == 0 ? "no device is held out" : "no device gets care"
      return "Not known yet: \(lacking) so far; it takes some in both arms (holdout_share of the profile's mode)."
    }
    let avoided = contacts.avoided
    let interval = "(90 % interval \(figure(avoided.low)) to \(figure(avoided.high)))"
    if avoided.known {
      return avoided.mean > 0
        ? "Care avoided \(figure(avoided.mean)) contacts \(interval)."
        : "Care brought \(figure(-avoided.mean)) contacts more than none would have \(interval)."
    }
    return "Not known yet: \(figure(avoided.mean)) contacts avoided \(interval). " + need(holdout, contacts)
  }

  private static func need(_ holdout: ImpactReport.Arm, _ contacts: ImpactEstimate) -> String {
    guard contacts.mean > 0, let times = contacts.timesTheData else {
      return "At the present rates there is no difference to be found; more time in both arms would tell."
    }
    let more = max(1, ((times - 1) * holdout.deviceDays).rounded(.up))
    return "At the present rates it takes about \(figure(more)) more device-days in the holdout."
  }

  private static func figure(_ value: Double) -> String {
    abs(value) < 10 ? String((value * 10).rounded() / 10) : String(Int(value.rounded()))
  }
}
