import CaseStore
import DeviceHistory
import Logging
import Pipeline
import Triage
import Vocabulary

/// What regional policies demand with time: records that are too old go, offers that were held back are sent.
extension Engine {
  /// In a turn, at most this often (`Limits.sweepSeconds`).
  func sweep(at now: EventTime) async {
    guard !policies.policies.isEmpty else { return }
    do throws(StoreError) {
      expiries = try expiries(at: now)
      forgottenTickets = try forgottenTickets(at: now)
    } catch {
      logger.warning("what is too old can't be looked up; it is tried again", metadata: ["error": "\(error)"])
      return
    }
    let heldBack = offersHeldBack(at: now)
    guard !expiries.isEmpty || !forgottenTickets.isEmpty || !heldBack.isEmpty else { return }
    let count = expiries.count + forgottenTickets.count
    let mark = HoldBackMark(until: now, policies: policies)
    guard
      await commit(outgoing: heldBack, fill: { if !heldBack.isEmpty { $0.meta[HoldBackMark.key] = mark.stored } })
    else { return }
    holdBackMark = mark
    if count > 0 { logger.notice("records were removed by age", metadata: ["of": "\(count) devices and tickets"]) }
  }

  private func expiries(at now: EventTime) throws(StoreError) -> [Expiry] {
    let days = policies.policies.filter { !$0.isOnLegalHold }.flatMap { [$0.contactDays, $0.recordDays] }.compactMap(
      \.self)
    guard let least = days.min() else { return [] }
    var expiries: [Expiry] = []
    for device in try store.devices(withRecordsBefore: now - Int64(least) * EventTime.day) {
      guard let region = pipeline.history.facts(of: device)?.region, let policy = policies.policy(for: region.text),
        !policy.isOnLegalHold
      else { continue }
      for (kind, days) in [(Expiry.Kind.contacts, policy.contactDays), (.records, policy.recordDays)] {
        guard let days else { continue }
        let expiry = Expiry(device: device, kind: kind, before: now - Int64(days) * EventTime.day)
        if try store.hasAny(of: expiry) { expiries.append(expiry) }
      }
      if expiries.count >= Limits.expiriesASweep { break }
    }
    return expiries
  }

  private func forgottenTickets(at now: EventTime) throws(StoreError) -> [String] {
    let days = policies.policies.filter { !$0.isOnLegalHold }.compactMap(\.ticketDays)
    guard let least = days.min() else { return [] }
    let ended = try store.endedTickets(before: now - Int64(least) * EventTime.day)
    let due = ended.filter { ticket in
      guard let policy = policies.policy(for: ticket.region), !policy.isOnLegalHold, let days = policy.ticketDays else {
        return false
      }
      return ticket.ended < now - Int64(days) * EventTime.day
    }
    return due.prefix(Limits.expiriesASweep).map(\.id)
  }
}
