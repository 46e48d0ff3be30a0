import CaseStore
import ControlProtocol
import Foundation
import Triage
import Vocabulary

/// What the world outside is told of changed cases: each case's event, and in `care.mode: send` the care offer of the
/// device. Written in the transaction of the change, sent after it.
struct Outbox {
  let root: String
  let mode: TriagePolicy.CareMode
  /// As they stand after the changes.
  let cases: CaseBook
  /// Ended tickets by finding.
  let closed: [String: Int]
  let at: EventTime
  /// What the device's screen reads, and in which language.
  var language = Messages.english
  var locale: @Sendable (_ device: String) -> String? = { _ in nil }
  var isMissing: @Sendable (Set<String>) -> Void = { _ in }
  /// Whether the policy of the ticket's region lets its offer out.
  var mayOffer: @Sendable (Ticket) -> Bool = { _ in true }

  func messages(for changes: [CaseChange]) -> [OutgoingMessage] {
    var messages: [OutgoingMessage] = []
    var devices: [String: DeviceIdentity] = [:]
    for change in changes {
      switch change {
      case .ticket(let ticket):
        messages.append(
          message(
            "evt/\(root)/ticket/\(ticket.id)", ObjectReply(schema: Schema.name("ticket", "show"), value: ticket),
            isRetained: false, device: ticket.device))
        devices[ticket.device] = DeviceIdentity(product: ticket.product, device: ticket.device)
      case .finding(let finding):
        let counts = ticketCounts(of: finding)
        messages.append(
          message(
            "evt/\(root)/finding/\(finding.id)",
            ObjectReply(
              schema: Schema.name("finding", "show"),
              value: FindingReply(finding: finding, open: counts.open, closed: counts.closed)),
            isRetained: false, device: nil))
      }
    }
    guard mode == .send else { return messages }
    let ticketsByDevice = Dictionary(grouping: cases.tickets.values, by: \.device)
    return messages + devices.values.sorted().map { offer($0, ticketsByDevice[$0.device] ?? []) }
  }

  func offers(for devices: Set<DeviceIdentity>) -> [OutgoingMessage] {
    let tickets = Dictionary(grouping: cases.tickets.values, by: \.device)
    return devices.sorted().map { offer($0, tickets[$0.device] ?? []) }
  }

  /// What devices must be told when care begins to be sent, or no longer is: their offers, or that none stands any more.
  func offers(after before: TriagePolicy.CareMode) -> [OutgoingMessage] {
    guard (before == .send) != (mode == .send) else { return [] }
    let tickets = Dictionary(grouping: cases.tickets.values) { DeviceIdentity(product: $0.product, device: $0.device) }
    return tickets.keys.sorted().compactMap { identity in
      var message = offer(identity, tickets[identity] ?? [])
      guard !message.payload.isEmpty else { return nil }
      if mode != .send { message.payload = [] }
      return message
    }
  }

  /// The offer that stands on the device's retained topic: of its open tickets the most severe, the latest decided; an empty
  /// payload where there is none.
  private func offer(_ identity: DeviceIdentity, _ tickets: [Ticket]) -> OutgoingMessage {
    let topic = "cmd/\(root)/\(identity.product)/\(identity.device)/care"
    let locale = tickets.isEmpty ? nil : locale(identity.device)
    let offers = tickets.filter(mayOffer).compactMap { ticket in
      CareOffer.of(ticket, messages: language, locale: locale, isMissing: isMissing).map { (ticket, $0) }
    }
    let best = offers.min { left, right in
      (left.0.severity.rank, right.0.decidedAt, left.0.id) < (right.0.severity.rank, left.0.decidedAt, right.0.id)
    }
    guard let best else {
      return OutgoingMessage(topic: topic, payload: [], isRetained: true, device: identity.device, createdAt: at)
    }
    return message(topic, best.1, isRetained: true, device: identity.device)
  }

  private func ticketCounts(of finding: Finding) -> (open: Int, closed: Int) {
    (cases.tickets.values.count { $0.finding == finding.id && $0.state.isLive }, closed[finding.id] ?? 0)
  }

  private func message(
    _ topic: String, _ value: some Encodable, isRetained: Bool, device: String?
  ) -> OutgoingMessage {
    OutgoingMessage(
      topic: topic, payload: JSONText.bytes(value), isRetained: isRetained, device: device, createdAt: at)
  }
}

extension Severity {
  fileprivate var rank: Int {
    switch self {
    case .critical: 0
    case .major: 1
    case .minor: 2
    }
  }
}
