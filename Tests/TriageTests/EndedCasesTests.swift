import Testing
import Triage
import Vocabulary

struct EndedCasesTests {
  let triage = Situation.triage()
  let key = CaseBook.CareKey(device: "G0911", mode: Situation.mode)

  @Test func `an ended ticket is remembered with who judged it and when, until its time is over`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    #expect(desk.ended.tickets.isEmpty)
    let ticket = try #require(desk.ticket)
    let resolved = try triage.apply(.resolve(.confirmed, note: nil), to: ticket, at: Situation.day(1), actor: "ada")
    let closed = try triage.apply(.close, to: resolved, at: Situation.day(15), actor: "forewarnd")
    desk.take(.ticket(closed))
    let ending = try #require(desk.ended.tickets[key])
    #expect(ending.judgedAt == Situation.day(1))
    #expect(ending.endedAt == Situation.day(15))
    #expect(ending.isByOperator)

    desk.ended.forgetTickets(endedBefore: Situation.day(15))
    #expect(desk.ended.tickets.count == 1)
    desk.ended.forgetTickets(endedBefore: Situation.day(16))
    #expect(desk.ended.tickets.isEmpty)
  }

  @Test func `a reopened ticket is no longer an ended one`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    let resolved = try triage.apply(.resolve(.confirmed, note: nil), to: ticket, at: Situation.day(1), actor: "ada")
    let closed = try triage.apply(.close, to: resolved, at: Situation.day(15), actor: "forewarnd")
    desk.take(.ticket(closed))
    desk.take(.ticket(try triage.apply(.reopen(reason: nil), to: closed, at: Situation.day(16), actor: "ada")))
    #expect(desk.ended.tickets.isEmpty)
  }
}
