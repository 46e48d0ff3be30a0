import Foundation
import Testing
import Vocabulary

@testable import CaseStore

struct ErasureTests {
  let directory: TemporaryDirectory
  let store: CaseDatabase
  /// Long enough that no byte sequence is found by chance.
  let victim = DeviceIdentity(product: "stick", device: "victim-7f3a9c")
  let neighbour = DeviceIdentity(product: "stick", device: "victim-7f3a9")
  let customer = "customer-51be"

  init() throws {
    directory = try TemporaryDirectory()
    store = try CaseDatabase(directory: directory.path)
  }

  /// In these tests each device has a page of its own.
  private func page(of identity: DeviceIdentity) -> Int {
    identity == victim ? 5000 : identity == neighbour ? 5001 : Int(identity.device.filter(\.isNumber)) ?? 0
  }

  /// The commit that a refusal leads to: the journal begins anew, the record's page holds nothing of it any more.
  private func erasure(of devices: [DeviceIdentity]) -> UnitOfWork {
    unit {
      $0.emptiesJournal = true
      $0.erasedDevices = devices
      $0.devicePages = devices.map { (page(of: $0), [0]) }
    }
  }

  /// Everything the store can know of a device.
  private func knowledge(of identity: DeviceIdentity, customer: String) -> UnitOfWork {
    let device = identity.device
    return unit {
      var ticket = fullTicket(device: device)
      ticket.customer = customer
      ticket.explanation = "\(device) of \(customer) fails"
      ticket.history[0].reason = "seen on \(device)"
      var resolved = fullTicket(device: device, mode: "wifi-dropout", state: .resolved)
      resolved.customer = customer
      $0.changes = [.ticket(ticket), .ticket(resolved)]
      $0.journal = [delivery(1, device: device)]
      $0.devicePages = [(page(of: identity), Array("record of \(device) \(customer)".utf8))]
      $0.quarantined = [
        QuarantineEntry(
          delivery: delivery(2, device: device, payload: Array("{\"\(device)".utf8)),
          rejection: Rejection(.syntax, "\(device) broke off"), device: device)
      ]
      $0.outbox = [
        OutgoingMessage(
          topic: "cmd/forewarn/stick/\(device)/care", payload: Array(customer.utf8), isRetained: true, device: device,
          createdAt: time(0))
      ]
      $0.predictions = [
        Prediction(
          identity: identity, failureMode: "hdmi-cec-failure", asOf: time(0), horizonDays: 30,
          probability: Interval(mean: 0.5, low: 0.4, high: 0.6))
      ]
      $0.contacts = [Contact(time: time(0), device: device, failureMode: nil, text: "hello", customer: customer)]
      $0.diagnoses = [(identity, Diagnosis(time: time(0), failureMode: "m", result: .fault, detail: device))]
    }
  }

  /// Which of `texts` stand in any file of the store, by `grep`; none may be part of another.
  private func found(_ texts: [String]) throws -> Set<String> {
    let list = try TemporaryDirectory()
    try Data(texts.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: list.path + "/texts"))
    let grep = Process()
    grep.executableURL = URL(fileURLWithPath: "/bin/grep")
    grep.arguments = ["-rahoF", "-f", list.path + "/texts", directory.path]
    grep.environment = ["LC_ALL": "C"]
    let output = Pipe()
    grep.standardOutput = output
    try grep.run()
    let lines = try output.fileHandleForReading.readToEnd() ?? Data()
    grep.waitUntilExit()
    #expect(grep.terminationStatus <= 1)
    return Set(String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  @Test func `after an erasure and a scrub no byte of the device or its customer is in any file`() throws {
    // In shuffled order, so that rows have moved between pages many times and left copies there: without the scrub a few
    // of the erased names would still be found.
    var generator = SeededGenerator(state: 7)
    let numbers = (0..<2000).shuffled(using: &generator)
    for start in stride(from: 0, to: numbers.count, by: 50) {
      try store.commit(
        unit {
          for number in numbers[start..<start + 50] {
            let part = knowledge(
              of: DeviceIdentity(product: "stick", device: "device-\(number)x"), customer: "customer-\(number)x")
            $0.changes += part.changes
            $0.devicePages += part.devicePages
            $0.predictions += part.predictions
            $0.journal += part.journal
          }
        })
    }
    try store.commit(knowledge(of: victim, customer: customer))
    let erased = [victim] + numbers.suffix(300).map { DeviceIdentity(product: "stick", device: "device-\($0)x") }
    let names = erased.map(\.device) + [customer] + numbers.suffix(300).map { "customer-\($0)x" }
    #expect(try found(names) == Set(names))

    try store.commit(erasure(of: erased))
    try store.rewrite()
    try store.checkpoint()
    #expect(try found(names) == [])
    #expect(try directory.bytes(of: "cases.db-wal").isEmpty)
    #expect(try store.integrityCheck() == [])
    #expect(try store.load().devicePages.count { $0.bytes != [0] } == 1700)
  }

  @Test func `an erasure takes the device's rows and leaves its neighbour's`() throws {
    try store.commit(knowledge(of: victim, customer: customer))
    try store.commit(knowledge(of: neighbour, customer: "other"))
    try store.commit(erasure(of: [victim]))

    let state = try store.load()
    #expect(state.devicePages.map(\.number) == [page(of: victim), page(of: neighbour)])
    #expect(state.journal.isEmpty)
    #expect(state.tickets.map(\.device) == [neighbour.device, neighbour.device])
    #expect(Set(state.ticketEpisodes.keys.map(\.device)) == [neighbour.device])
    #expect(try store.quarantine().map(\.device) == [neighbour.device])
    #expect(store.quarantineTotals().rows == 1)
    #expect(try store.outbox().map(\.message.device) == [neighbour.device])
    #expect(try store.predictions().map(\.identity) == [neighbour])
    #expect(try store.contacts(of: victim.device).isEmpty)
    #expect(try store.contacts(of: neighbour.device).count == 1)
    #expect(try store.diagnoses(of: victim).isEmpty)
    #expect(try store.diagnoses(of: neighbour).count == 1)
  }

  @Test func `the tickets of an erased device stay for the statistics, ended, under another name`() throws {
    let original = fullTicket(device: victim.device)
    try store.commit(knowledge(of: victim, customer: customer))
    try store.commit(erasure(of: [victim]))

    var filter = TicketFilter()
    filter.failureMode = original.failureMode.text
    let erased = try #require(try store.tickets(filter).first)
    #expect(try store.ticket(original.id) == nil)
    #expect(erased.device.hasPrefix("erased/"))
    #expect(erased.customer == nil)
    #expect(erased.state == .cancelled)
    #expect(erased.kind == original.kind && erased.batch == original.batch && erased.evidence == original.evidence)
    #expect(erased.history.map(\.change) == ["opened", "note", "erased"])
    #expect(erased.history.last?.at == time(10))
    #expect(erased.history.dropLast().allSatisfy { $0.reason == nil })
    filter.failureMode = "wifi-dropout"
    let resolved = try #require(try store.tickets(filter).first)
    #expect(resolved.state == .closed)
    #expect(resolved.outcome == .noFaultFound)
    #expect(resolved.device != erased.device)
  }

  @Test func `what a unit says of a device that it erases is kept`() throws {
    try store.commit(knowledge(of: victim, customer: customer))
    var cancelled = fullTicket(device: victim.device, state: .cancelled)
    cancelled.history.append(
      .init(at: time(9), actor: "forewarnd", change: "cancelled", from: "open", to: "cancelled", reason: "consent"))
    let withdrawal = delivery(8, device: victim.device, payload: Array("{\"consent\"".utf8))
    let goodbye = OutgoingMessage(
      topic: "cmd/forewarn/stick/\(victim.device)/care", payload: [], isRetained: true, device: victim.device,
      createdAt: time(9))
    try store.commit(
      unit {
        $0.changes = [.ticket(cancelled)]
        $0.emptiesJournal = true
        $0.erasedDevices = [victim]
        $0.devicePages = [(0, [0])]
        $0.journal = [withdrawal]
        $0.outbox = [goodbye]
      })
    let state = try store.load()
    #expect(state.devicePages.first?.bytes == [0])
    #expect(state.journal == [withdrawal])
    #expect(try store.pendingOutbox(limit: 10).map(\.message) == [goodbye])
    #expect(try store.tickets().allSatisfy { $0.device.hasPrefix("erased/") })
  }

  @Test func `a device that comes back after its erasure begins at the first episode again`() throws {
    try store.commit(knowledge(of: victim, customer: customer))
    try store.commit(erasure(of: [victim]))
    try store.commit(unit { $0.changes = [.ticket(fullTicket(device: victim.device))] })
    #expect(try store.ticket(fullTicket(device: victim.device).id) == fullTicket(device: victim.device))
    #expect(try store.tickets().count == 3)
  }
}

/// Sebastiano Vigna's splitmix64.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
