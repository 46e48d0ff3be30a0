package import Vocabulary

/// What a device is told about its ticket: the retained payload of `cmd/<root>/<product>/<device>/care`. Costs and
/// probabilities stay inside.
package struct CareOffer: Hashable, Sendable, Codable {
  package struct Remedy: Hashable, Sendable, Codable {
    package var type: Ticket.Kind
    package var sku: String?
    package var firmware: Symbol?

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(type, forKey: .type)
      try container.encode(sku, forKey: .sku)
      try container.encode(firmware, forKey: .firmware)
    }
  }

  package var ticket: String
  package var kind: Ticket.Kind
  package var remedy: Remedy
  package var message: String
  /// Of the message: the device's own language where there are messages in it, else English.
  package var locale: String

  /// The offer that should stand for this ticket; `nil` withdraws it: nobody has let the ticket out yet, it rests or is
  /// over, the new firmware already runs, or the customer may not be contacted.
  package static func of(
    _ ticket: Ticket, messages: Messages = .english, locale: String? = nil, isMissing: (Set<String>) -> Void = { _ in }
  ) -> CareOffer? {
    guard stands(ticket) else { return nil }
    let message = messages.read([sentence(ticket)], in: locale)
    isMissing(message.missing)
    return CareOffer(
      ticket: ticket.id, kind: ticket.kind,
      remedy: Remedy(type: ticket.remedy.type, sku: ticket.remedy.sku, firmware: ticket.remedy.firmware),
      message: message.text, locale: message.locale)
  }

  static func stands(_ ticket: Ticket) -> Bool {
    guard ticket.state == .open || ticket.state == .acknowledged, ticket.mayContact else { return false }
    return ticket.kind != .patch || ticket.history.last(.targetFirmwareInstalled) == nil
  }

  private static func sentence(_ ticket: Ticket) -> Sentence {
    switch ticket.kind {
    case .patch:
      ticket.remedy.firmware.map { Sentence("device.patch", ["firmware": .text($0.text)]) }
        ?? Sentence("device.patch_any")
    case .replacement: Sentence("device.replacement")
    case .diagnose: Sentence("device.diagnose")
    }
  }
}
