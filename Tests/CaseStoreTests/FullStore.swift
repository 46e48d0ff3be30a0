import Foundation
import Testing
import Vocabulary

@testable import CaseStore

/// A store with a row in every table, as this version writes them: of it the next schema's fixture is made.
enum FullStore {
  static func fill(_ store: CaseDatabase) throws {
    let device = DeviceIdentity(product: "stick", device: "G0911-A")
    let mode = ModeKey(product: "stick", mode: "hdmi-cec-failure")
    var finding = sampleFinding()
    finding.campaign = Campaign()
    finding.campaign?.waves = [.init(number: 1, size: 10, begunAt: time(1))]
    finding.campaign?.limitADay = 50
    var ticket = fullTicket(finding: finding.id)
    ticket.profile = "abc"
    ticket.wave = 1
    ticket.owner = "factory SZ-3"
    ticket.queue = "quality"
    ticket.priority = 2
    ticket.dueAt = time(24)
    ticket.escalatedAt = time(25)
    ticket.options = [.init(type: "wait", expectedCost: 88, valueOfData: 1, harm: 2)]
    ticket.sentences = [Sentence("ticket.kb", ["kb": .text("KB-087")])]
    let offer = OutgoingMessage(
      kind: .offer, topic: "cmd/forewarn/stick/G0911-A/care", payload: Array("{}".utf8), isRetained: true,
      device: device.device, subject: ticket.id, createdAt: time(3))
    let event = OutgoingMessage(
      kind: .webhook, topic: "desk", payload: [1], isRetained: false, device: device.device, subject: ticket.id,
      webhook: "desk", createdAt: time(3))
    try store.commit(
      unit {
        $0.changes = [.finding(finding), .ticket(ticket), .ticket(sparseTicket())]
        $0.journal = [delivery(1, payload: [0, 255]), delivery(2)]
        $0.devicePages = [(3, [1, 2, 3])]
        $0.cells = [(mode, Bucket(startHour: 480_000, length: .day), [1])]
        $0.models = [(mode, [2])]
        $0.meta = ["clock": [9]]
        $0.quarantined = [
          QuarantineEntry(delivery: delivery(4), rejection: Rejection(.syntax, "no JSON"), device: device.device)
        ]
        $0.outbox = [offer, event]
        $0.predictions = [
          Prediction(
            identity: device, failureMode: mode.mode, asOf: time(0), horizonDays: 30,
            probability: Interval(mean: 0.5, low: 0.4, high: 0.6))
        ]
        $0.contacts = [
          Contact(
            time: time(0), device: device.device, failureMode: mode.mode, text: "no picture", customer: "c-8842",
            digest: 5)
        ]
        $0.diagnoses = [
          (device, Diagnosis(time: time(0), failureMode: mode.mode, result: .fault, detail: "x", digest: 7))
        ]
        $0.trial = [
          TrialEntry(
            identity: device, failureMode: mode.mode, finding: finding.id, arm: .holdout, at: time(2), onsets: 1)
        ]
        $0.verdicts = [
          KeptVerdict(
            Verdict(
              identity: device, failureMode: mode.mode, time: time(2), result: .noFault, source: .bench, detail: "ok"),
            standing: .init(batch: "W18", firmware: "3.2.0", region: "US-FL", onsets: ["hdmi-cec-failure": 2]))
        ]
        $0.batches = [
          BatchFacts(
            product: "stick", batch: "W18", factory: "SZ-3", line: "L2", supplier: "ACME", manufactured: time(-9000),
            componentLots: ["C1", "C2"])
        ]
        $0.audit = [
          AuditEntry(
            at: time(3), actor: "at the start", noun: .configuration, subject: "care.mode", change: "set", from: nil,
            to: "propose")
        ]
      })
    try store.commit(unit { $0.deliveredOutbox = [1] })
  }

  /// For whoever adds a migration: `FOREWARN_FIXTURE=/tmp/x swift test … --filter FullStoreTests`, then
  /// `sqlite3 /tmp/x/cases.db .dump > Tests/CaseStoreTests/Schemas/NAME.sql`.
  static let wanted = ProcessInfo.processInfo.environment["FOREWARN_FIXTURE"]
}

struct FullStoreTests {
  @Test func `a full store has a row in every table that this version writes`() throws {
    let directory = try TemporaryDirectory()
    let store = try CaseDatabase(directory: FullStore.wanted ?? directory.path)
    try FullStore.fill(store)
    let tables = try store.texts(
      directly: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    // Those of the first form, which is only read.
    for table in tables where !table.contains("\"device\"") && !table.contains("\"journal\"") {
      let name = table.replacing("\"", with: "")
      #expect(try store.texts(directly: "SELECT count(*) > 0 FROM \(name)") == ["1"], "\(name)")
    }
    #expect(try store.verifyAudit().firstBreak == nil)
    try store.close()
  }
}
