import Testing
import Vocabulary

@testable import CaseStore

/// A database of every schema that was ever released opens with what it held, and takes what this version writes.
struct MigrationTests {
  private static let dumps = ["1": schema1Dump, "2": schema2Dump, "facts": schemaFactsDump]

  @Test(arguments: ["1", "2", "facts"])
  func `a database of a released schema opens, whole, and goes on`(schema: String) throws {
    let directory = try TemporaryDirectory()
    try DatabaseFile.make(at: directory.path + "/cases.db", from: try #require(Self.dumps[schema]))
    let store = try CaseDatabase(directory: directory.path)
    #expect(try store.integrityCheck() == [])
    var ticket = try #require(try store.ticket(fullTicket().id))
    #expect(ticket.history == fullTicket().history && ticket.sentences.isEmpty)
    #expect(try store.finding(sampleFinding().id)?.finding.cohort == sampleFinding().cohort)
    #expect(store.quarantineTotals().rows == 1)
    if schema == "facts" {
      #expect(try store.batches().map(\.batch) == ["W18"] && ticket.profile == "abc")
      #expect(try store.contacts(of: "G0911").map(\.text) == ["no picture"])
    }

    // What is new since: the audit, sentences, the trial, a device's erasure.
    ticket.sentences = [Sentence("ticket.kb", ["kb": .text("KB-1")])]
    ticket.history.append(.init(at: time(9), actor: "ada", change: "noted", from: nil, to: nil, reason: "seen"))
    let identity = DeviceIdentity(product: ticket.product, device: ticket.device)
    try store.commit(
      unit {
        $0.changes = [.ticket(ticket)]
        $0.trial = [
          TrialEntry(
            identity: identity, failureMode: ticket.failureMode, finding: "F-1", arm: .care, at: time(9), onsets: 1)
        ]
      })
    #expect(try store.ticket(ticket.id)?.sentences == ticket.sentences)
    #expect(try store.audit().map(\.reason) == ["seen"] && store.verifyAudit().firstBreak == nil)
    try store.commit(
      unit {
        $0.emptiesJournal = true
        $0.erasedDevices = [identity]
      })
    #expect(try store.trial().map { $0.identity.device.hasPrefix("erased/") } == [true])
    #expect(try store.verifyAudit().firstBreak == nil)
  }
}
