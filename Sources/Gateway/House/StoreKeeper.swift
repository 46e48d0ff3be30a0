import CaseStore
import ControlProtocol
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
        await WallClock.pause(seconds: Limits.houseSeconds)
      }
    }
  }

  private func look() async {
    let now = WallClock.now()
    do throws(StoreError) {
      let bytes = try store.occupancy().bytes
      if board.change({ $0.house.note(bytes, at: now) }) { await keepBook() }
    } catch {
      logger.warning("the database's size can't be read; it is tried again", metadata: ["error": "\(error)"])
    }
    // A damaged file isn't rearranged: whoever saves what can be saved finds it as it was.
    if board.read({ $0.house.check?.faults.isEmpty ?? true }) { await engine.giveBackPages() }
    do {
      let days = configuration.current.integrityCheckDays
      try await check { $0.isCheckDue(at: WallClock.now(), everyDays: days) }
    } catch {
      // Nothing but the daemon's end, or a task's, breaks a check off; the next start makes it.
      logger.notice("the integrity check was broken off")
    }
  }

  /// Reads the whole file beside everything else; one at a time. Who had to wait takes what was found meanwhile. What goes
  /// wrong is kept as a fault; throws only when the daemon stops first.
  func check() async throws {
    let last = board.read { $0.house.check }
    try await check { $0.check == last }
  }

  private func check(when isNeeded: @Sendable (HouseBook) -> Bool) async throws {
    guard isNeeded(board.read({ $0.house })) else { return }
    try await turnstile.pass {
      // Asked again: who was before us may have made it.
      guard isNeeded(board.read({ $0.house })) else { return }
      let started = WallClock.monotonicSeconds()
      let faults: [String]
      let wasCutShort: Bool?
      do {
        faults = try await integrityFaults()
        wasCutShort = nil
      } catch let error as StoreError {
        faults = ["it couldn't be read to its end: \(error)"]
        wasCutShort = true
      }
      let seconds = (WallClock.monotonicSeconds() - started).toSixDigits
      let check = HouseBook.Check(
        at: WallClock.now().milliseconds, seconds: seconds, faults: Array(faults.prefix(StoreLimits.integrityFaults)),
        wasCutShort: wasCutShort)
      board.change { $0.house.check = check }
      if let first = faults.first {
        logger.critical(
          "the database is damaged; restore the last backup (forewarn restore)",
          metadata: ["faults": "\(faults.count)", "first": "\(first)"])
      } else {
        logger.notice("the database was checked and is whole", metadata: ["seconds": "\(seconds)"])
      }
      // Damage too: a restart must not take it for whole.
      await keepBook()
    }
  }

  private func keepBook() async {
    let bytes = board.read { $0.house.stored }
    await engine.keep([Engine.MetaKey.house: bytes])
  }

  /// It reads for as long as the file is large: longer than a stop may take.
  private func integrityFaults() async throws -> [String] {
    try await withThrowingTaskGroup(of: [String].self) { group in
      group.addTask { [store] in try await store.interruptibleIntegrityCheck() }
      group.addTask { [board] in
        while !board.read(\.isStopping) { try await Task.sleep(for: .seconds(Limits.integrityStopSeconds)) }
        throw CancellationError()
      }
      let faults = try await group.next() ?? []
      group.cancelAll()
      return faults
    }
  }
}

extension StoreReport {
  init(_ store: StoreRoom, _ book: HouseBook, path: String, limit: StoreLimits) {
    let bytes = store.occupancy?.bytes
    var room = store.freeBytes
    if let most = limit.databaseBytes, let bytes { room = min(room ?? .max, max(0, most - bytes)) }
    self.init(
      path: path, bytes: bytes, spareBytes: store.occupancy?.freeBytes, logBytes: store.logBytes,
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
