import Testing
import Triage
import Vocabulary

struct FindingLifeCycleTests {
  let triage = Situation.triage()

  func finding(isConfirmed: Bool) throws -> Finding {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = isConfirmed }]))
    return try #require(desk.finding)
  }

  @Test func `a person confirms a suspicion, which is its detection`() throws {
    let confirmed = try triage.apply(
      .confirm(reason: "lab"), to: try finding(isConfirmed: false), at: Situation.day(2), actor: "ada")
    #expect(confirmed.state == .confirmed)
    #expect(confirmed.detectedAt == Situation.day(2))
    #expect(confirmed.history.last?.actor == "ada")
  }

  @Test func `confirming what the data confirmed keeps its detection and makes it a person's word`() throws {
    let confirmed = try triage.apply(
      .confirm(reason: nil), to: try finding(isConfirmed: true), at: Situation.day(2), actor: "ada")
    #expect(confirmed.detectedAt == Situation.day(0))
    #expect(confirmed.history.map(\.actor) == ["forewarnd", "ada"])
    let again = try triage.apply(.confirm(reason: nil), to: confirmed, at: Situation.day(3), actor: "ada")
    #expect(again == confirmed)
  }

  @Test func `a cleared finding stays cleared`() throws {
    let cleared = try triage.apply(
      .clear(reason: "fixed"), to: try finding(isConfirmed: true), at: Situation.day(1), actor: "ada")
    #expect(cleared.state == .cleared)
    let again = try triage.apply(.clear(reason: nil), to: cleared, at: Situation.day(2), actor: "ada")
    #expect(again == cleared)
    #expect(throws: Refusal.self) {
      try triage.apply(.confirm(reason: nil), to: cleared, at: Situation.day(2), actor: "ada")
    }
  }
}
