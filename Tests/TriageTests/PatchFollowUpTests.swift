import Testing
import Triage
import Vocabulary

struct PatchFollowUpTests {
  let triage = Situation.triage(.send)
  let belief = Situation.belief(Situation.firmware) {
    $0.fixes = [CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)]
  }

  func patched(_ probability: Double) -> DeviceBelief {
    Situation.device(probability: probability) { $0.covariates.firmware = "4.1.0" }
  }

  /// A patch ticket of day 0 whose device reports the target firmware on day 2.
  func installed(then probability: Double) -> Desk {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], [Situation.device()]))
    desk.run(triage, Situation.pass(2, [belief], [patched(probability)]))
    return desk
  }

  @Test func `a device that reports the target firmware is watched under the same ticket`() throws {
    let ticket = try #require(installed(then: 0.06).ticket)
    #expect(ticket.state == .open)
    #expect(ticket.kind == .patch)
    #expect(ticket.firmware == "4.1.0")
    #expect(ticket.history.map(\.change) == ["opened", "target_firmware_installed"])
    #expect(ticket.history.last?.from == "3.2.0")
    #expect(ticket.history.last?.to == "4.1.0")
    #expect(CareOffer.of(ticket) == nil, "what is installed needn't be offered")
  }

  @Test func `a patch that helped resolves as cured after a week`() throws {
    var desk = installed(then: 0.06)
    desk.run(triage, Situation.pass(8, [belief], [patched(0.06)]))
    #expect(desk.ticket?.state == .open)
    desk.run(triage, Situation.pass(9, [belief], [patched(0.06)]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.state == .resolved)
    #expect(ticket.outcome == .cured)
    #expect(ticket.history.last?.reason == "the probability is 6 % after 7 days on the new firmware")
  }

  @Test func `a patch that did not help becomes a replacement under the same id`() throws {
    var desk = installed(then: 0.8)
    let id = try #require(desk.ticket?.id)
    desk.run(triage, Situation.pass(9, [belief], [patched(0.8)]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.id == id)
    #expect(ticket.kind == .replacement)
    #expect(ticket.remedy.type == .replacement)
    #expect(ticket.remedy.sku == "B0BP9SNVH9")
    #expect(ticket.history.last?.change == "kind")
    #expect(ticket.explanation.contains("Firmware 4.1.0 was installed on 2025-11-25 and did not help."))
    desk.run(triage, Situation.pass(10, [belief], [patched(0.8)]))
    #expect(desk.ticket?.kind == .replacement, "it stands although its device has left the firmware's finding")
  }

  @Test func `a patch in between, where a replacement doesn't pay, goes on being watched`() {
    var desk = installed(then: 0.475)
    desk.run(triage, Situation.pass(9, [belief], [patched(0.475)]))
    #expect(desk.ticket?.kind == .patch)
    #expect(desk.ticket?.state == .open)
  }
}
