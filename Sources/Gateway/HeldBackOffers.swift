import CaseStore
import DeviceHistory
import Pipeline
import Triage
import Vocabulary

/// Offers that a region's policy lets out some hours after their ticket opened.
extension Engine {
  /// Whether the region's policy lets an offer of this ticket out by now.
  var mayOffer: @Sendable (Ticket) -> Bool {
    let policies = policies
    let now = WallClock.now()
    return { ticket in
      guard let policy = policies.policy(for: ticket.region.text) else { return true }
      return policy.channels.contains(.device) && now >= policy.endOfHoldBack(ticket)
    }
  }

  /// Of the tickets whose time of holding back has ended since the mark.
  func offersHeldBack(at now: EventTime) -> [OutgoingMessage] {
    // Most policies hold nothing back: no reason to look through all tickets at each sweep.
    guard careMode != .off, policies.policies.contains(where: { $0.holdBackHours > 0 }) else { return [] }
    let before = holdBackMark.flatMap { $0.policies == HoldBackMark.digest(policies) ? $0.until : nil } ?? .distantPast
    let due = pipeline.cases.tickets.values.filter { ticket in
      guard let policy = policies.policy(for: ticket.region.text), policy.holdBackHours > 0 else { return false }
      let end = policy.endOfHoldBack(ticket)
      return end > before && end <= now && (careMode == .send || ticket.isReleasedByPeople)
    }
    guard !due.isEmpty else { return [] }
    let outbox = Outbox(
      root: pipeline.settings.root, mode: careMode, cases: pipeline.cases, closed: [:], at: now, language: messages,
      locale: locales(of: due), isMissing: { [board] in board.note(missing: $0) }, mayOffer: mayOffer)
    return outbox.offers(for: Set(due.map { DeviceIdentity(product: $0.product, device: $0.device) }))
  }
}

/// Up to when offers that were held back have been let out, and by which policies. Kept with the last that were, so that a
/// start neither forgets those that came due meanwhile nor sends all again; other policies do send again what stands.
struct HoldBackMark: Sendable, Hashable {
  static let key = "held_back_offers"

  var until: EventTime
  var policies: String

  init(until: EventTime, policies: RegionalPolicies) {
    self.until = until
    self.policies = Self.digest(policies)
  }

  init?(stored bytes: [UInt8]) {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count == 2, let milliseconds = Int64(words[0]) else { return nil }
    until = EventTime(milliseconds: milliseconds)
    policies = String(words[1])
  }

  var stored: [UInt8] { Array("\(until.milliseconds) \(policies)".utf8) }

  /// Of what decides when an offer goes.
  static func digest(_ policies: RegionalPolicies) -> String {
    let words = policies.policies.map { policy in
      "\(policy.region) \(policy.holdBackHours) \(policy.channels.map(\.rawValue).sorted())"
    }
    return Digest.of(words.joined(separator: "\n").utf8).hex
  }
}

extension RegionalPolicy {
  func endOfHoldBack(_ ticket: Ticket) -> EventTime { ticket.openedAt + Int64(holdBackHours * Double(EventTime.hour)) }
}
