import Testing
import Vocabulary

@testable import Triage

/// What becomes of a patch once it runs.
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

  // MARK: An onset after the installation

  @Test func `an onset after the installation moves the probability by its likelihood under either hypothesis`() {
    let trial = PatchTrial(before: 0.8, fixed: 0.06, shareThatFails: 0.075, horizonDays: 30)
    #expect(abs(trial.probability(onsetAfterDays: 3, quietDays: 0) - 0.5494) < 1e-4)
    // Each quiet day speaks for the patch; an early onset against it is as good as a late one.
    let later = trial.probability(onsetAfterDays: 3, quietDays: 20)
    #expect(later < 0.39 && later > 0.06)
    #expect(
      PatchTrial(before: 0.06, fixed: 0.8, shareThatFails: 0.1, horizonDays: 30)
        .probability(onsetAfterDays: 3, quietDays: 0) == 0.8,
      "a patch that makes things worse is judged by what it does")
  }

  private func failing(onDay day: Int) -> DeviceBelief {
    var device = patched(0.06)
    device.lastOnset = Situation.day(day)
    return device
  }

  @Test func `a device that failed after its patch is no cure but a replacement, and stands while it may go on`() throws
  {
    var desk = installed(then: 0.06)
    desk.run(triage, Situation.pass(8, [belief], [failing(onDay: 5)]))
    #expect(desk.ticket?.kind == .patch, "the observation time isn't over")
    desk.run(triage, Situation.pass(9, [belief], [failing(onDay: 5)]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.kind == .replacement && ticket.state == .open)
    #expect(ticket.probability.mean > 0.5, "\(ticket.probability)")
    #expect(ticket.explanation.contains("did not help"))
    desk.run(triage, Situation.pass(10, [belief], [failing(onDay: 5)]))
    desk.run(triage, Situation.pass(18, [belief], [failing(onDay: 5)]))
    #expect(desk.ticket?.kind == .replacement && desk.ticket?.state == .open)
    // Two weeks without another: it has recovered, and nobody acted.
    desk.run(triage, Situation.pass(19, [belief], [failing(onDay: 5)]))
    #expect(desk.ticket == nil || desk.ticket?.state == .cancelled)
  }

  @Test func `an onset before the patch, or with an incident of the place, says nothing of the patch`() {
    for onset in [Situation.day(1), nil] {
      var desk = installed(then: 0.06)
      var device = patched(0.06)
      device.lastOnset = onset
      desk.run(triage, Situation.pass(9, [belief], [device]))
      #expect(desk.ticket?.outcome == .cured)
    }
  }

  @Test func `what is watched says since when, and no blank is left in any explanation`() throws {
    let ticket = try #require(installed(then: 0.06).ticket)
    #expect(ticket.explanation.contains("since 2025-11-25"), "\(ticket.explanation)")
    #expect(!ticket.explanation.contains("{"))
  }
}
