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
  /// Of the message; English is the only language so far.
  package var locale: String

  /// The offer that should stand for this ticket; `nil` withdraws it: nobody has let the ticket out yet, it rests or is
  /// over, the new firmware already runs, or the customer may not be contacted.
  package static func of(_ ticket: Ticket) -> CareOffer? {
    guard ticket.state == .open || ticket.state == .acknowledged, ticket.mayContact else { return nil }
    guard ticket.kind != .patch || ticket.history.last(.targetFirmwareInstalled) == nil else { return nil }
    return CareOffer(
      ticket: ticket.id, kind: ticket.kind,
      remedy: Remedy(type: ticket.remedy.type, sku: ticket.remedy.sku, firmware: ticket.remedy.firmware),
      message: message(ticket), locale: "en")
  }

  private static func message(_ ticket: Ticket) -> String {
    switch ticket.kind {
    case .patch:
      let update = ticket.remedy.firmware.map { "The update to firmware \($0)" } ?? "An update"
      return "This device is likely to develop a fault. \(update) is meant to prevent it: please install it."
    case .replacement:
      return "This device is likely to develop a fault. We would like to replace it before that happens."
    case .diagnose:
      return "This device may be developing a fault. We would like to check it remotely to find out."
    }
  }
}
