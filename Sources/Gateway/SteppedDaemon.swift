import Broker
import CaseStore
import ControlProtocol
import DefectModel
package import DeviceHistory
package import FirmwareProfiles
import Logging
package import Pipeline
package import Triage
package import Vocabulary

/// The daemon without sockets, threads and signals: its own engine, store and broker bridge, put together as `Daemon` does
/// and moved one call at a time. For the simulation of the whole gateway, which owns it and its time.
package final class SteppedDaemon: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  private let store: CaseDatabase
  private let engine: Engine
  private let erasures: ErasureList
  private let board = Board()
  private let bridge: BrokerBridge
  private let configuration: Configuration

  /// All of a simulation's work belongs in `body`.
  package static func simulating<Value: Sendable>(
    _ time: SimulatedTime, _ body: () async throws -> Value
  ) async rethrows -> Value {
    try await WallClock.$simulated.withValue(time) { try await body() }
  }

  /// Opens the state.
  package init(_ configuration: Configuration, _ catalogue: Catalogue) throws {
    let logger = Logger(label: "simulated") { _ in SwiftLogNoOpLogHandler() }
    store = try CaseDatabase(directory: configuration.stateDirectory, limits: configuration.storeLimits)
    erasures = try ErasureList(directory: configuration.stateDirectory)
    engine = Engine(
      pipeline: StageLine(catalogue: catalogue, settings: configuration.pipelineSettings), store: store,
      erasures: erasures, board: board, logger: logger)
    bridge = BrokerBridge(
      engine: engine, session: try SessionAccess(RunningConfiguration(configuration), store: store), board: board,
      logger: logger, sessionName: "simulated", acknowledgesEarly: false, onReady: {})
    self.configuration = configuration
  }

  /// Reads the journal again: before anything else.
  package func recover() async throws {
    await engine.speak(Messages.english, configuration)
    _ = try await engine.recover()
  }

  /// Hands parts over as the subscriber does: the next when the one before is taken in, and perhaps not yet written. Answers
  /// when the bridge has answered all; `answered` is called at the very moment of each. True: the broker may forget them.
  package func take(_ parts: [[Delivery]], answered: @escaping @Sendable (_ part: Int, Bool) -> Void) async -> Bool {
    let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
    for (number, part) in parts.enumerated() {
      await withCheckedContinuation { taken in
        let receipt = PartReceipt(
          onTaken: { taken.resume() },
          onAnswer: { isCommitted in
            answered(number, isCommitted)
            answer.yield(isCommitted)
          })
        bridge.received(part, as: receipt)
      }
    }
    var areCommitted = true
    for await isCommitted in answers.prefix(parts.count) { areCommitted = areCommitted && isCommitted }
    // An answer that came too early must not leave a part running.
    await engine.turn {}
    return areCommitted
  }

  package func tick() async { await engine.tick() }

  package func rest() async { await engine.rest() }

  /// Gives up what waits for the disk, as a process that ends does.
  package func giveUp() { board.change { $0.isStopping = true } }

  package func close() {
    do throws(StoreError) { try store.close() } catch { giveUp() }
  }

  // MARK: What it says

  /// As they are on disk.
  package func storedCounts() throws -> FateCounts {
    try store.meta(Engine.MetaKey.counts).flatMap(FateCounts.init(stored:)) ?? FateCounts()
  }

  /// Messages that quarantine let go for newer ones.
  package func droppedFromQuarantine() -> Int { store.quarantineTotals().dropped }

  package func counts() async -> FateCounts { await engine.counts }

  /// Reports taken of a device since it was last forgotten; `nil`: it isn't known.
  package func reports(of device: String) async -> Int? { await engine.device(device)?.item.reports }

  package func onsets(of device: String, mode: String) async -> Int? {
    await engine.device(device)?.modes.first { $0.failureMode == mode }?.onsets
  }

  /// The end of the last closed day.
  package func closedUntil() async -> EventTime? { await engine.asOf }

  package func clock() async -> EventTime? { await engine.judgementTime }

  package func tickets() throws -> [Ticket] { try store.tickets(.init()) }

  package func findingIDs() throws -> [String] { try store.findings(.init()).map(\.finding.id) }

  /// What a case's event says: the bytes of its last change.
  package static func event(ofTicket ticket: Ticket) -> [UInt8] {
    JSONText.bytes(ObjectReply(schema: Schema.name("ticket", "show"), value: ticket))
  }

  package func integrityFaults() throws -> [String] { try store.integrityCheck() }

  /// As the list beside the store has it: for a twin that forgets devices as this one does.
  package func pseudonym() -> Pseudonym { Pseudonym { [erasures] in erasures.hash($0) } }

  /// The daemon's own memory, to be compared with a twin's.
  package func fingerprint() async -> [String: UInt64] { await engine.fingerprint() }

  /// Ended by itself, since a commit was refused for good.
  package var hasGivenUp: Bool { board.read(\.isStopping) }

  // MARK: The way out

  package struct Outgoing: Sendable {
    package var id: Int64
    package var topic: String
    package var payload: [UInt8]
  }

  package func outgoing(limit: Int) -> [Outgoing] {
    bridge.outgoing(limit: limit).map { Outgoing(id: $0.id, topic: $0.topic, payload: $0.payload) }
  }

  package func delivered(_ ids: [Int64]) { bridge.delivered(ids) }

  // MARK: Operators

  /// False: it was refused, or the daemon is ending.
  package func act(_ action: TicketAction, onTicket id: String) async -> Bool {
    do {
      _ = try await engine.apply(action, toTicket: id, actor: "simulated")
      return true
    } catch {
      return false
    }
  }

  /// Other profiles, as an operator's `profile reload` takes them up. False: the daemon is ending.
  package func reload(_ catalogue: Catalogue) async -> Bool {
    do {
      _ = try await engine.reload(catalogue, configuration.pipelineSettings, audited: [:], actor: "simulated")
      return true
    } catch {
      return false
    }
  }

  package func pauseCare(_ isPaused: Bool) async -> Bool {
    do {
      if isPaused {
        try await engine.pauseCare(by: "simulated", reason: nil)
      } else {
        try await engine.resumeCare(by: "simulated")
      }
      return true
    } catch {
      return false
    }
  }
}

extension StageLine {
  /// Digests of what must be the same after a start as if there had been none, by what it is.
  package func fingerprint() -> [String: UInt64] {
    Dictionary(
      uniqueKeysWithValues: model.modes.map { ("the model of \($0.mode)", Digest.of(model.state(of: $0)).value) })
  }
}

extension Engine {
  fileprivate func fingerprint() -> [String: UInt64] { pipeline.fingerprint() }
}
