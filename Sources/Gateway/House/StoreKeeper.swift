import CaseStore
import ControlProtocol
import Foundation
import Logging
import ServiceLifecycle
import Vocabulary

/// Keeps house in the case store: writes its size down once a day, has its integrity checked every so many days, and gives
/// free pages back to the disk.
struct StoreKeeper: Service {
  let engine: Engine
  let store: CaseDatabase
  let board: Board
  let configuration: RunningConfiguration
  let logger: Logger
  private let turnstile = Turnstile()

  init(engine: Engine, store: CaseDatabase, board: Board, configuration: RunningConfiguration, logger: Logger) throws {
    self.engine = engine
    self.store = store
    self.board = board
    self.configuration = configuration
    self.logger = logger
    let book = try HouseBook(in: store)
    board.change { $0.house = book }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await look()
        // Cancelled at a shutdown: the loop ends by its condition.
        try? await Task.sleep(for: .seconds(Limits.houseSeconds))
      }
    }
  }

  private func look() async {
    let now = WallClock.now()
    let size = store.sizeInBytes()
    if board.change({ $0.house.note(size, at: now) }) { await keepBook() }
    await engine.giveBackPages()
    guard board.read({ $0.house }).isCheckDue(at: now, everyDays: configuration.current.integrityCheckDays) else {
      return
    }
    do {
      try await check()
    } catch {
      logger.warning("the integrity check can't be made; it is tried again", metadata: ["error": "\(error)"])
    }
  }

  /// Reads the whole file beside everything else; one at a time.
  func check() async throws {
    try await turnstile.pass {
      let started = WallClock.monotonicSeconds()
      let faults = try await integrityFaults()
      let seconds = (WallClock.monotonicSeconds() - started).toSixDigits
      let check = HouseBook.Check(
        at: WallClock.now().milliseconds, seconds: seconds, faults: Array(faults.prefix(Limits.integrityFaults)))
      board.change { $0.house.check = check }
      if let first = faults.first {
        logger.critical(
          "the database is damaged; restore the last backup (forewarn restore)",
          metadata: ["faults": "\(faults.count)", "first": "\(first)"])
      } else {
        logger.notice("the database was checked and is whole", metadata: ["seconds": "\(seconds)"])
        // A damaged one is left as it is: what is written to it now may be lost with it.
        await keepBook()
      }
    }
  }

  private func keepBook() async {
    let bytes = board.read { $0.house.stored }
    await engine.keep([Engine.MetaKey.house: bytes])
  }

  /// On a thread of its own: it reads for as long as the file is large.
  private func integrityFaults() async throws -> [String] {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { [store] in
        continuation.resume(with: Result { try store.integrityCheck() })
      }
    }
  }
}

extension StoreReport {
  init(_ condition: StoreCondition, _ book: HouseBook, path: String, limit: StoreLimits) {
    let bytes = condition.occupancy?.bytes
    var room = condition.freeBytes
    if let most = limit.databaseBytes, let bytes { room = min(room ?? .max, max(0, most - bytes)) }
    self.init(
      path: path, bytes: bytes, spareBytes: condition.occupancy?.freeBytes, logBytes: condition.logBytes,
      roomBytes: room, growthBytesPerDay: book.growth.map { $0.toSixDigits },
      daysLeft: book.daysLeft(free: room).map { $0.toSixDigits },
      integrity: book.check.map {
        .init(checkedAt: EventTime(milliseconds: $0.at).description, seconds: $0.seconds, faults: $0.faults)
      })
  }
}

extension Engine {
  /// Small values of the daemon's own, with a commit that has nothing else to say.
  func keep(_ meta: [String: [UInt8]]) async {
    await turn { _ = await commit(fill: { $0.meta.merge(meta) { _, new in new } }) }
  }

  /// Until nothing is left to give back, each step in a turn of its own, so that batches come between.
  func giveBackPages() async {
    while await turn({ giveBackStep() }) {}
  }

  private func giveBackStep() -> Bool {
    guard !board.read(\.isStopping) else { return false }
    do throws(StoreError) {
      return try store.giveBack(atMost: Limits.giveBackBytes) > 0
    } catch {
      logger.warning("free pages can't be given back; it is tried again", metadata: ["error": "\(error)"])
      return false
    }
  }
}
