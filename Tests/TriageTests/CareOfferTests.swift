import Foundation
import Testing
import Triage
import Vocabulary

struct CareOfferTests {
  let triage = Situation.triage()

  func ticket(_ change: (inout DeviceBelief) -> Void = { _ in }) throws -> Ticket {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device(change: change)]))
    return try #require(desk.ticket)
  }

  @Test func `a proposed ticket sends nothing until a person lets it out`() throws {
    let proposed = try ticket()
    #expect(CareOffer.of(proposed) == nil)
    for action in [TicketAction.acknowledge, .release] {
      let released = try triage.apply(action, to: proposed, at: Situation.day(0), actor: "ada")
      #expect(CareOffer.of(released)?.ticket == proposed.id)
    }
  }

  @Test func `a hold, an end and a refused contact withdraw the offer`() throws {
    let open = try triage.apply(.release, to: try ticket(), at: Situation.day(0), actor: "ada")
    #expect(CareOffer.of(open) != nil)
    for action in [
      TicketAction.hold(reason: "parts", until: nil), .resolve(.declined, note: nil), .cancel(reason: nil),
    ] {
      let next = try triage.apply(action, to: open, at: Situation.day(1), actor: "ada")
      #expect(CareOffer.of(next) == nil)
    }
    let silent = try triage.apply(
      .release, to: try ticket { $0.facts.contactConsent = false }, at: Situation.day(0), actor: "ada")
    #expect(CareOffer.of(silent) == nil)
  }

  @Test func `the payload names the remedy and keeps costs and probabilities inside`() throws {
    let open = try triage.apply(.release, to: try ticket(), at: Situation.day(0), actor: "ada")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = String(decoding: try encoder.encode(try #require(CareOffer.of(open))), as: UTF8.self)
    #expect(
      json
        == #"{"kind":"replacement","locale":"en","message":"This device is likely to develop a fault. We would like to "#
        + #"replace it before that happens.","remedy":{"firmware":"4.1.0","sku":"B0BP9SNVH9","type":"replacement"},"#
        + #""ticket":"\#(open.id)"}"#)
  }
}
