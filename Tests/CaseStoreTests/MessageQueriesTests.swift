import CaseStore
import Testing
import Vocabulary

struct MessageQueriesTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func entry(_ number: Int, _ reason: RejectionReason = .syntax, bytes: Int = 10, dueAt: EventTime? = nil)
    -> QuarantineEntry
  {
    QuarantineEntry(
      delivery: Delivery(
        topic: "t/\(number)", payload: [UInt8](repeating: 0xFF, count: bytes), isRetained: number % 2 == 0,
        receivedAt: time(Int64(number))), rejection: Rejection(reason, "detail \(number)"),
      device: number % 2 == 0 ? "d\(number)" : nil, dueAt: dueAt)
  }

  @Test func `a quarantined message comes back with its raw bytes, until it is released`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit { $0.quarantined = [entry(1), entry(2, .identity, bytes: 0), entry(3, .schema)] })
    let listed = try store.quarantine()
    #expect(listed.map(\.topic) == ["t/3", "t/2", "t/1"])
    #expect(listed.map(\.bytes) == [13, 3, 13])
    #expect(listed.map(\.receivedAt) == [time(3), time(2), time(1)])
    #expect(try store.quarantine(limit: 1).map(\.topic) == ["t/3"])
    let chosen = try #require(try store.quarantine(reason: .identity).first)
    var expected = entry(2, .identity, bytes: 0)
    expected.id = chosen.id
    #expect(try store.quarantineEntry(chosen.id) == expected)
    #expect(store.quarantineTotals() == QuarantineTotals(rows: 3, bytes: 29, dropped: 0))

    try store.commit(unit { $0.releasedQuarantine = [chosen.id, chosen.id, 999] })
    #expect(try store.quarantineEntry(chosen.id) == nil)
    #expect(store.quarantineTotals() == QuarantineTotals(rows: 2, bytes: 26, dropped: 0))
    try store.close()
    #expect(try CaseDatabase(directory: directory.path).quarantineTotals() == store.quarantineTotals())
  }

  @Test func `quarantine is bounded in number: the oldest go first and are counted`() throws {
    var limits = StoreLimits()
    limits.quarantineRows = 5
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    try store.commit(unit { $0.quarantined = (0..<4).map { entry($0) } })
    try store.commit(unit { $0.quarantined = (4..<8).map { entry($0) } })
    #expect(try store.quarantine().map(\.topic) == ["t/7", "t/6", "t/5", "t/4", "t/3"])
    #expect(store.quarantineTotals() == QuarantineTotals(rows: 5, bytes: 65, dropped: 3))
    try store.commit(unit { $0.quarantined = (10..<30).map { entry($0) } })
    #expect(try store.quarantine().map(\.topic) == ["t/29", "t/28", "t/27", "t/26", "t/25"])
    try store.close()
    #expect(try CaseDatabase(directory: directory.path).quarantineTotals().dropped == 23)
  }

  @Test func `quarantine is bounded in bytes, and a message larger than all of it is only counted`() throws {
    var limits = StoreLimits()
    limits.quarantineBytes = 1000
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    try store.commit(unit { $0.quarantined = [entry(1, bytes: 400), entry(2, bytes: 400), entry(3, bytes: 400)] })
    #expect(try store.quarantine().map(\.topic) == ["t/3", "t/2"])
    try store.commit(unit { $0.quarantined = [entry(4, bytes: 1001)] })
    #expect(try store.quarantine().isEmpty)
    #expect(store.quarantineTotals() == QuarantineTotals(rows: 0, bytes: 0, dropped: 4))
  }

  @Test func `an id of quarantine is never given twice`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit { $0.quarantined = [entry(1)] })
    let first = try #require(try store.quarantine().first).id
    try store.commit(unit { $0.releasedQuarantine = [first] })
    try store.commit(unit { $0.quarantined = [entry(2)] })
    #expect(try #require(try store.quarantine().first).id > first)
  }

  @Test func `messages from the future are due in the order of their times, once the clock has come`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(
      unit {
        $0.quarantined = [
          entry(1, .future, dueAt: time(30)), entry(2, .future, dueAt: time(20)), entry(3, .syntax, dueAt: time(5)),
          entry(4), entry(5, .future, dueAt: time(40)),
        ]
      })
    #expect(try store.dueQuarantine(before: time(19), limit: 10).isEmpty)
    #expect(try store.dueQuarantine(before: time(30), limit: 10).map(\.delivery.topic) == ["t/2", "t/1"])
    #expect(try store.dueQuarantine(before: time(30), limit: 1).map(\.delivery.topic) == ["t/2"])
  }

  @Test func `a message that is refused again and again holds up nothing and is only shown`() throws {
    let store = try CaseDatabase(directory: directory.path)
    let message = OutgoingMessage(topic: "cmd/1", payload: [1], isRetained: false, createdAt: time(1))
    try store.commit(unit { $0.outbox = [message] })
    let id = try #require(try store.pendingOutbox(limit: 1).first?.id)
    for _ in 0..<StoreLimits.outboxAttempts {
      #expect(try store.pendingOutbox(limit: 1).map(\.id) == [id])
      try store.commit(unit { $0.failedOutbox = [.init(id: id, error: "not authorised")] })
    }
    #expect(try store.pendingOutbox(limit: 1).isEmpty)
    #expect(try store.outbox().map(\.lastError) == ["not authorised"])
  }

  @Test func `the outbox keeps a message until it is delivered, and shows what failed`() throws {
    var limits = StoreLimits()
    limits.deliveredMessages = 2
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    let messages = (0..<5).map { (number: Int) -> OutgoingMessage in
      let payload: [UInt8] = number == 0 ? [] : [UInt8(number)]
      return OutgoingMessage(
        topic: "cmd/\(number)", payload: payload, isRetained: number == 0, device: number == 1 ? "d" : nil,
        createdAt: time(Int64(number)))
    }
    try store.commit(unit { $0.outbox = messages })
    let pending = try store.pendingOutbox(limit: 10)
    #expect(pending.map(\.message) == messages)
    #expect(try store.pendingOutbox(limit: 2).map(\.id) == pending.prefix(2).map(\.id))

    try store.commit(unit { $0.failedOutbox = [.init(id: pending[1].id, error: "not connected")] })
    try store.commit(
      unit {
        $0.failedOutbox = [.init(id: pending[1].id, error: "still not")]
        $0.deliveredOutbox = [pending[0].id, pending[3].id]
      })
    #expect(try store.pendingOutbox(limit: 10).map(\.message) == [messages[2], messages[4], messages[1]])
    let shown = try store.outbox()
    #expect(shown.map(\.message.topic) == ["cmd/4", "cmd/3", "cmd/2", "cmd/1"])
    #expect(shown.map(\.deliveredAt) == [nil, time(10), nil, nil])
    #expect(shown.map(\.attempts) == [0, 0, 0, 2])
    #expect(shown.map(\.lastError) == [nil, nil, nil, "still not"])
  }

  @Test func `predictions are kept once a moment, newest first, and forgotten after their time`() throws {
    var limits = StoreLimits()
    limits.predictionDays = 2
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    func prediction(_ device: String, _ mode: Symbol, day: Int64, mean: Double) -> Prediction {
      Prediction(
        identity: DeviceIdentity(product: "stick", device: device), failureMode: mode, asOf: time(24 * day),
        horizonDays: 30, probability: Interval(mean: mean, low: mean / 2, high: min(1, mean * 2)))
    }
    let old = prediction("a", "m", day: 0, mean: 0.125)
    let first = prediction("b", "m", day: 2, mean: 0.25)
    let revised = prediction("b", "m", day: 2, mean: 0.375)
    let other = prediction("a", "n", day: 2, mean: 0.5)
    try store.commit(unit { $0.predictions = [first, old, other] })
    try store.commit(unit { $0.predictions = [revised] })
    #expect(try store.predictions() == [other, revised, old])
    #expect(try store.predictions(.init(device: "a")) == [other, old])
    #expect(try store.predictions(.init(failureMode: "m", limit: 1)) == [revised])
    #expect(try store.predictions(.init(product: "echo")).isEmpty)
    let newest = prediction("a", "m", day: 3, mean: 0.0625)
    try store.commit(unit { $0.predictions = [newest] })
    #expect(try store.predictions() == [newest, other, revised])
  }

  @Test func `contacts and diagnoses of a device come back, the newest first`() throws {
    let store = try CaseDatabase(directory: directory.path)
    let identity = DeviceIdentity(product: "stick", device: "a")
    let contacts = [
      Contact(time: time(1), device: "a", failureMode: nil, text: nil, customer: nil),
      Contact(time: time(2), device: "a", failureMode: "m", text: "no picture", customer: "c-1"),
    ]
    let diagnoses = [
      Diagnosis(time: time(1), failureMode: "m", result: .noFault, detail: nil),
      Diagnosis(time: time(2), failureMode: "m", result: .fault, detail: "CEC silent"),
    ]
    try store.commit(
      unit {
        $0.contacts = contacts + [Contact(time: time(3), device: "b", failureMode: nil, text: nil, customer: nil)]
        $0.diagnoses = diagnoses.map { (identity, $0) }
      })
    #expect(try store.contacts(of: "a") == contacts.reversed())
    #expect(try store.diagnoses(of: identity) == diagnoses.reversed())
    #expect(try store.contacts(of: "a", limit: 1) == [contacts[1]])
  }
}
