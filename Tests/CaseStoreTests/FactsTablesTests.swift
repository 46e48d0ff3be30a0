import Testing
import Vocabulary

@testable import CaseStore

/// Batches, identities of messages, and what quarantine says of messages that were tried again.
struct FactsTablesTests {
  let directory: TemporaryDirectory
  let store: CaseDatabase

  init() throws {
    directory = try TemporaryDirectory()
    store = try CaseDatabase(directory: directory.path)
  }

  private static let batches = [
    BatchFacts(
      product: "stick", batch: "W18", factory: "SZ-3", line: "7", supplier: "Acme, Inc.", manufactured: time(-9000),
      componentLots: ["C-1", "R;9"]),
    BatchFacts(product: "stick", batch: "W19"),
    BatchFacts(product: "tube", batch: "W18", supplier: "Other"),
  ]

  @Test func `batches come back as they were written, by product and id, and are replaced as a whole`() throws {
    try store.commit(unit { $0.batches = Self.batches.reversed() })
    #expect(try store.batches() == Self.batches)
    var changed = Self.batches[0]
    changed.componentLots = []
    try store.commit(unit { $0.batches = [changed] })
    #expect(try store.batches()[0] == changed)
  }

  @Test func `batches are found by each of their facts`() throws {
    try store.commit(unit { $0.batches = Self.batches })
    func found(_ fill: (inout BatchFilter) -> Void) throws -> [BatchFacts] {
      var filter = BatchFilter()
      fill(&filter)
      return try store.batches(filter)
    }
    #expect(try found { $0.batch = "W18" } == [Self.batches[0], Self.batches[2]])
    #expect(try found { $0.product = "tube" } == [Self.batches[2]])
    #expect(try found { $0.factory = "SZ-3" } == [Self.batches[0]])
    #expect(try found { $0.supplier = "Acme, Inc." } == [Self.batches[0]])
    #expect(try found { $0.componentLot = "R;9" } == [Self.batches[0]])
    #expect(try found { $0.componentLot = "R" }.isEmpty)
    #expect(try found { $0.limit = 1 } == [Self.batches[0]])
  }

  @Test func `digests of contacts and checks come back with a load`() throws {
    let contact = Contact(time: time(0), device: "A", failureMode: nil, text: nil, customer: nil, digest: .max)
    let check = Diagnosis(time: time(0), failureMode: "m", result: .fault, detail: nil, digest: 7)
    let identity = DeviceIdentity(product: "stick", device: "A")
    try store.commit(
      unit {
        $0.contacts = [contact, Contact(time: time(1), device: "A", failureMode: nil, text: nil, customer: nil)]
        $0.diagnoses = [(identity, check)]
      })
    #expect(try store.load().messageDigests == [.max, 7])
    #expect(try store.contacts(of: "A").last == contact)
    #expect(try store.diagnoses(of: identity) == [check])
  }

  @Test func `a message that is refused for something else now says so, and stays where it is`() throws {
    try store.commit(
      unit {
        $0.quarantined = (1...3).map {
          QuarantineEntry(delivery: delivery($0), rejection: Rejection(.unknownProduct, "no profile"), device: "A")
        }
      })
    let ids = try store.quarantine(after: 0, reason: nil, limit: 10).map(\.id)
    try store.commit(unit { $0.rejudgedQuarantine = [(ids[1], Rejection(.schema, "ts is missing"))] })
    #expect(try store.quarantineEntry(ids[1])?.rejection == Rejection(.schema, "ts is missing"))
    #expect(try store.quarantine(after: 0, reason: .unknownProduct, limit: 10).map(\.id) == [ids[0], ids[2]])
    #expect(try store.quarantine(after: ids[0], reason: nil, limit: 1).map(\.id) == [ids[1]])
    #expect(store.quarantineTotals().rows == 3)
  }

  @Test func `the last message about an erased device goes with its delivery`() throws {
    let farewell = OutgoingMessage(
      topic: "cmd/forewarn/stick/A/care", payload: [], isRetained: true, device: OutgoingMessage.farewell,
      createdAt: time(0))
    try store.commit(unit { $0.outbox = [farewell] })
    #expect(try store.holdsFarewells())
    let id = try #require(try store.pendingOutbox(limit: 1).first?.id)
    try store.commit(unit { $0.deliveredOutbox = [id] })
    #expect(try !store.holdsFarewells() && store.outbox().isEmpty)
  }

  @Test func `an erasure takes messages that only mention the device, and no neighbour's`() throws {
    let victim = DeviceIdentity(product: "stick", device: "victim-7f3a9c")
    func entry(_ payload: String, _ reason: RejectionReason, device: String?) -> QuarantineEntry {
      QuarantineEntry(
        delivery: delivery(1, device: device ?? "x", payload: Array(payload.utf8)), rejection: Rejection(reason, "why"),
        device: device)
    }
    try store.commit(
      unit {
        $0.quarantined = [
          entry(#"{"device": "victim-7f3a9c"}"#, .identity, device: "other"),
          entry("…victim-7f3a9c", .schema, device: nil), entry("victim-7f3a9cc, victim-7f3a9", .schema, device: nil),
        ]
      })
    try store.commit(
      unit {
        $0.emptiesJournal = true
        $0.erasedDevices = [victim]
      })
    let left = try store.quarantine(after: 0, reason: nil, limit: 10).map {
      String(decoding: $0.delivery.payload, as: UTF8.self)
    }
    #expect(left == ["victim-7f3a9cc, victim-7f3a9"])
    #expect(store.quarantineTotals().rows == 1)
  }

  @Test func `a store has a mark of its own, which another file or an earlier run has not`() throws {
    let first = try store.renewMark()
    #expect(store.mark == first)
    #expect(try store.renewMark() != first)
    let second = store.mark
    try store.close()
    let again = try CaseDatabase(directory: directory.path)
    #expect(again.mark == second)
  }

  @Test func `a store of schema 1 gets the new columns, empty`() throws {
    let old = try TemporaryDirectory()
    try DatabaseFile.make(at: old.path + "/cases.db", from: schema1Dump)
    let store = try CaseDatabase(directory: old.path)
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket WHERE profile IS NULL") == ["1"])
    #expect(try store.batches().isEmpty && store.load().messageDigests.isEmpty)
  }
}
