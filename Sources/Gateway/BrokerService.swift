import Broker
import CaseStore
import Foundation
import Logging
import ServiceLifecycle
import Vocabulary

/// The subscriber on a thread of its own, between the broker and the engine.
struct BrokerService: Service {
  let board: Board
  let subscriber: Subscriber

  init(
    settings: BrokerSettings, session: SessionAccess, engine: Engine, board: Board, logger: Logger,
    faults: FaultSwitch = FaultSwitch(), onReady: @escaping @Sendable () -> Void
  ) throws(BrokerError) {
    self.board = board
    var settings = settings
    settings.subscriptions = session.subscriptions
    settings.heldFilters = session.heldFilters
    let bridge = BrokerBridge(
      engine: engine, session: session, board: board, logger: logger,
      sessionName: "\(settings.clientID)@\(settings.address.endpoint)",
      acknowledgesEarly: faults.fault == .acknowledgeEarly, onReady: onReady)
    subscriber = try Subscriber(settings: settings, handler: bridge)
  }

  func run() async throws {
    board.change { $0.broker.since = WallClock.now() }
    await withGracefulShutdownHandler {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          // libmosquitto's handle belongs to one thread, and it blocks: not one of the concurrency pool's.
          Thread.detachNewThread { [subscriber] in
            subscriber.run()
            continuation.resume()
          }
        }
      } onCancel: {
        board.change { $0.isStopping = true }
        subscriber.stop()
      }
    } onGracefulShutdown: {
      board.change { $0.isStopping = true }
      subscriber.stop()
    }
  }
}

/// Called on the broker's thread, one call at a time.
final class BrokerBridge: BrokerHandler {
  let engine: Engine
  let session: SessionAccess
  let board: Board
  let logger: Logger
  let onReady: @Sendable () -> Void
  private var store: CaseDatabase { session.store }
  /// Whose session it is: the broker and the client id.
  let sessionName: String
  /// A fault for tests: see `FaultSwitch`.
  let acknowledgesEarly: Bool

  init(
    engine: Engine, session: SessionAccess, board: Board, logger: Logger, sessionName: String, acknowledgesEarly: Bool,
    onReady: @escaping @Sendable () -> Void
  ) {
    self.sessionName = sessionName
    self.acknowledgesEarly = acknowledgesEarly
    self.engine = engine
    self.session = session
    self.board = board
    self.logger = logger
    self.onReady = onReady
  }

  func received(_ batch: [Delivery], as receipt: PartReceipt) {
    if acknowledgesEarly { receipt.answer(true) }
    // Not structured: this thread isn't a task.
    Task { [engine, acknowledgesEarly] in
      let isDown = await engine.take(batch) { receipt.take() }
      if !acknowledgesEarly { receipt.answer(isDown) }
    }
  }

  func outgoing(limit: Int) -> [OutgoingPublish] {
    do throws(StoreError) {
      // What is confirmed but not yet struck off stands at the front of the table: read past it.
      let confirmed = Set(board.read { $0.deliveredOutbox + $0.refusedOutbox.map(\.id) })
      return try store.pendingOutbox(limit: limit + confirmed.count, isBraked: isHolding).lazy
        .filter { !confirmed.contains($0.id) }.prefix(limit).map { entry in
          OutgoingPublish(
            id: entry.id, topic: entry.message.topic, payload: entry.message.payload,
            isRetained: entry.message.isRetained, mayBeHeld: entry.message.isHeldByBrake,
            // Sparkplug has a host's commands at QoS 0; a request that is lost is made again.
            qos: entry.message.kind == .request ? .atMostOnce : .atLeastOnce)
        }
    } catch {
      logger.warning("the outbox can't be read", metadata: ["error": "\(error)"])
      return []
    }
  }

  var isHolding: Bool { board.read { $0.brake != nil } }

  func delivered(_ ids: [Int64]) { board.change { $0.deliveredOutbox += ids } }

  func rejected(_ id: Int64, reason: String) {
    board.change { $0.refusedOutbox.append((id, reason)) }
    logger.warning("the broker refused a message of ours", metadata: ["outbox": "\(id)", "reason": "\(reason)"])
  }

  func changed(_ state: ConnectionState) {
    switch state {
    case .connecting: break
    case .connected(let sessionPresent):
      let now = WallClock.now()
      let (wasReady, isForgotten) = board.change { content in
        let wasReady = content.broker.hasBeenReady
        let isForgotten = content.losses.connected(as: sessionName, sessionPresent: sessionPresent, at: now)
        if wasReady { content.broker.reconnects += 1 }
        content.broker.isConnected = true
        content.broker.hasBeenReady = true
        content.broker.since = now
        content.broker.sessionPresent = sessionPresent
        content.broker.lastError = nil
        return (wasReady, isForgotten)
      }
      logger.notice("connected to the broker", metadata: ["session_present": "\(sessionPresent)"])
      if isForgotten {
        logger.warning("the broker had forgotten our session: what it queued for us while we were away is lost")
      }
      rememberSession()
      if !wasReady { onReady() }
    case .refused(let error, let seconds), .lost(let error, let seconds):
      let isNews = board.change { content in
        defer {
          content.broker.isConnected = false
          content.broker.lastError = error.description
        }
        if content.broker.isConnected { content.broker.since = WallClock.now() }
        return content.broker.lastError != error.description
      }
      if isNews {
        logger.error(
          "no connection to the broker",
          metadata: ["error": "\(error)", "next_attempt_seconds": "\(seconds.toSixDigits)"])
      }
    case .stopped: board.change { $0.broker.isConnected = false }
    }
  }

  /// Once a run. A store that can't take it now is asked for all retained states at the next start: that costs, and loses
  /// nothing.
  private func rememberSession() {
    guard !board.read(\.isSessionRemembered) else { return }
    do throws(StoreError) {
      try session.remember()
      board.change { $0.isSessionRemembered = true }
      if session.owesRetained {
        logger.notice("the store is new to this session: the broker was asked for all retained states")
      }
    } catch {
      logger.warning("the session can't be remembered; retained states come again", metadata: ["error": "\(error)"])
    }
  }

  func counted(_ statistic: BrokerStatistic) {
    guard statistic.name == BrokerStatistic.droppedMessages else { return }
    let growth = board.change { content in
      content.broker.dropped = Int(statistic.value)
      return content.losses.heard(dropped: Int(statistic.value), at: WallClock.now())
    }
    if growth > 0 { logger.warning("the broker dropped messages", metadata: ["messages": "\(growth)"]) }
  }
}
