import CaseStore
import Logging
import Vocabulary

/// The rewriting of the store's file after an erasure: until then the bytes lie in its free pages.
struct Scrubbing {
  /// Devices were erased since the file was last rewritten.
  var isNeeded = false { didSet { if isNeeded { isRewritten = false } } }
  /// The file is; only the log still holds them, because someone reads (a continuous copy never stops).
  fileprivate var isRewritten = false
  fileprivate var last = -Double.infinity
  fileprivate var ticksWithFarewells = 0
}

extension Engine {
  /// What the broker must still be told names its device, and is deleted when it has been: with a broker that answers that
  /// is soon, and worth waiting for; else the file is rewritten without, and once more afterwards.
  func scrubWhenDue(at time: Double) {
    do throws(StoreError) {
      let holdsFarewells = try store.holdsFarewells()
      if holdsFarewells, scrubbing.ticksWithFarewells < Limits.farewellTicks {
        scrubbing.ticksWithFarewells += 1
      } else if time - scrubbing.last >= Limits.scrubSeconds || scrubbing.ticksWithFarewells > 0 && !holdsFarewells {
        scrubbing.ticksWithFarewells = holdsFarewells ? scrubbing.ticksWithFarewells : 0
        scrub(at: time, isLast: !holdsFarewells)
      }
    } catch {
      logger.warning("the outbox can't be read", metadata: ["error": "\(error)"])
    }
  }

  private func scrub(at time: Double, isLast: Bool) {
    scrubbing.last = time
    do throws(StoreError) {
      if !scrubbing.isRewritten {
        try store.rewrite()
        scrubbing.isRewritten = isLast
      }
      try store.checkpoint(waitingSeconds: Limits.scrubWaitSeconds)
      guard isLast else { return }
      var done = UnitOfWork(at: WallClock.now())
      done.meta[MetaKey.unscrubbed] = []
      try store.commit(done)
      scrubbing.isNeeded = false
    } catch {
      logger.warning("erased bytes can't be scrubbed yet; it is tried again", metadata: ["error": "\(error)"])
    }
  }
}
