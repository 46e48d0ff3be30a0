import CaseStore
import Logging
import Vocabulary

/// The way of a transaction to the disk, off the engine: while one is written and synced the engine takes in the next
/// messages. One at a time: the engine hands over no unit before the one before is answered.
actor CommitLane {
  enum Outcome: Sendable {
    /// It is on disk; the bytes that its messages take in the journal.
    case written(journalBytes: Int)
    /// The daemon stops, and the disk hasn't taken it.
    case stopped
    /// Trying again is no use.
    case refused(String)
  }

  private let store: CaseDatabase
  private let erasures: ErasureList
  private let board: Board
  private let logger: Logger
  private var faults: FaultSwitch

  init(store: CaseDatabase, erasures: ErasureList, board: Board, logger: Logger, faults: FaultSwitch) {
    self.store = store
    self.erasures = erasures
    self.board = board
    self.logger = logger
    self.faults = faults
  }

  /// A disk that is full or failing is tried again until it takes the unit.
  func commit(_ unit: UnitOfWork, erasures lines: [ErasureList.Line]) async -> Outcome {
    var pause = Limits.firstCommitPauseSeconds
    var unit = unit
    var isListed = lines.isEmpty
    var isCounted = false
    while true {
      do throws(StoreError) {
        if !isListed {
          // Before the commit: what is erased here must not come back with an older copy of the store.
          try erasures.append(lines)
          isListed = true
          unit.meta[Engine.MetaKey.erasures] = Array(String(erasures.last).utf8)
        }
        if !isCounted {
          // Once a unit, however often the disk is asked.
          faults.beforeCommit(unit)
          isCounted = true
        }
        board.change { $0.commitBegan = WallClock.monotonicSeconds() }
        let written = try store.commit(unit)
        faults.afterCommit(unit)
        if board.change({ content in
          defer { (content.storeTrouble, content.commitBegan) = (nil, nil) }
          return content.storeTrouble != nil
        }) {
          logger.notice("the store takes commits again")
        }
        return .written(journalBytes: written)
      } catch {
        switch error {
        case .diskFull, .io, .notWritable, .busy: break
        default:
          // Our own mistake or a damaged file: going on would answer for what isn't there. Whatever was not
          // acknowledged comes again after the restart.
          board.change { $0.commitBegan = nil }
          logger.critical("the store refused a commit", metadata: ["error": "\(error)"])
          return .refused("\(error)")
        }
        if board.change({ content in
          defer { (content.storeTrouble, content.commitBegan) = ("\(error)", nil) }
          return content.storeTrouble == nil
        }) {
          logger.error("nothing is acknowledged until this is mended", metadata: ["error": "\(error)"])
        }
        if board.read(\.isStopping) { return .stopped }
        // Waiting for the disk is what it should do: no reason to be ended.
        ServiceManager.feedWatchdog()
        await WallClock.pause(seconds: pause)
        pause = min(pause * 2, Limits.longestCommitPauseSeconds)
      }
    }
  }
}
