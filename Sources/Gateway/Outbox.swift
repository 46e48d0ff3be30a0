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
  var webhooks: [Webhook] = []
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
            isRetained: false, device: ticket.device, subject: ticket.id))
        messages += webhookMessages(about: ticket)
        // While care is only proposed, a device hears of what a person has let out and of nothing else.
        if mode == .send || ticket.isReleasedByPeople {
          devices[ticket.device] = DeviceIdentity(product: ticket.product, device: ticket.device)
        }
      case .finding(let finding):
        let counts = ticketCounts(of: finding)
        messages.append(
          message(
            "evt/\(root)/finding/\(finding.id)",
            ObjectReply(
              schema: Schema.name("finding", "show"),
              value: FindingReply(finding: finding, open: counts.open, closed: counts.closed)),
            isRetained: false, device: nil, subject: finding.id))
        messages += webhookMessages(about: finding)
      }
    }
    return mode == .off ? messages : messages + offers(for: Set(devices.values))
  }

  func offers(for devices: Set<DeviceIdentity>) -> [OutgoingMessage] {
    let tickets = cases.tickets(of: Set(devices.map(\.device)))
    return devices.sorted().map { offer($0, tickets[$0.device] ?? []) }
  }

  /// What devices must be told when care begins to be sent, or no longer is: their offers, or that none stands any more.
  func offers(after before: TriagePolicy.CareMode) -> [OutgoingMessage] {
    guard before != mode else { return [] }
    let tickets = Dictionary(grouping: cases.tickets.values) { DeviceIdentity(product: $0.product, device: $0.device) }
    return tickets.keys.sorted().compactMap { identity in
      let own = tickets[identity] ?? []
      let isOffered = own.contains { isSent($0, in: before) && CareOffer.of($0) != nil }
      let message = offer(identity, own)
      return isOffered || !message.payload.isEmpty ? message : nil
    }
  }

  /// Whether its offer goes out: in `propose` only what a person has let out.
  private func isSent(_ ticket: Ticket, in mode: TriagePolicy.CareMode) -> Bool {
    switch mode {
    case .off: false
    case .propose: ticket.isReleasedByPeople
    case .send: true
    }
  }

  /// Nothing goes to a webhook before someone said so: as long as care is only proposed, an operator's act on the case does,
  /// or the webhook's own `proposed`.
  private func webhookMessages(about ticket: Ticket) -> [OutgoingMessage] {
    webhookMessages(.ticket, subject: ticket.id, device: ticket.device) { webhook in
      guard webhook.isToldOfProposals || (mode == .send ? ticket.wasLetOut : ticket.isTouchedByPeople) else {
        return nil
      }
      return WebhookAlert(ticket, receiver: webhook.name)
    }
  }

  private func webhookMessages(about finding: Finding) -> [OutgoingMessage] {
    webhookMessages(.finding, subject: finding.id, device: nil) { webhook in
      guard webhook.isToldOfProposals || mode == .send || finding.isTouchedByPeople else { return nil }
      return WebhookAlert(finding, receiver: webhook.name)
    }
  }

  private func webhookMessages(
    _ event: Webhook.Event, subject: String, device: String?, _ alert: (Webhook) -> WebhookAlert?
  ) -> [OutgoingMessage] {
    guard mode != .off else { return [] }
    return webhooks.filter { $0.events.contains(event) }.compactMap { webhook in
      alert(webhook).map {
        OutgoingMessage(
          kind: .webhook, topic: "webhook/\(webhook.name)", payload: JSONText.bytes($0), isRetained: false,
          device: device, subject: subject, webhook: webhook.name, createdAt: at)
      }
    }
  }

  /// The offer that stands on the device's retained topic: of its open tickets the most severe, the latest decided; an empty
  /// payload where there is none.
  private func offer(_ identity: DeviceIdentity, _ tickets: [Ticket]) -> OutgoingMessage {
    let topic = "cmd/\(root)/\(identity.product)/\(identity.device)/care"
    let locale = tickets.isEmpty ? nil : locale(identity.device)
    let offers = tickets.filter { isSent($0, in: mode) && mayOffer($0) }.compactMap { ticket in
      CareOffer.of(ticket, messages: language, locale: locale, isMissing: isMissing).map { (ticket, $0) }
    }
    let best = offers.min { left, right in
      (left.0.severity.rank, right.0.decidedAt, left.0.id) < (right.0.severity.rank, left.0.decidedAt, right.0.id)
    }
    guard let best else {
      return OutgoingMessage(
        kind: .offer, topic: topic, payload: [], isRetained: true, device: identity.device, createdAt: at)
    }
    return message(
      topic, best.1, kind: .offer, isRetained: true, device: identity.device, subject: best.1.ticket)
  }

  private func ticketCounts(of finding: Finding) -> (open: Int, closed: Int) {
    (cases.liveTickets(of: finding.id), closed[finding.id] ?? 0)
  }

  private func message(
    _ topic: String, _ value: some Encodable, kind: OutgoingMessage.Kind = .event, isRetained: Bool, device: String?,
    subject: String
  ) -> OutgoingMessage {
    OutgoingMessage(
      kind: kind, topic: topic, payload: JSONText.bytes(value), isRetained: isRetained, device: device,
      subject: subject,
      createdAt: at)
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
