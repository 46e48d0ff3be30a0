import CaseStore
import DeviceHistory
import FirmwareProfiles
import Logging
import Pipeline
import Triage
import Vocabulary

/// The one owner of all that changes: the pipeline and the writing side of the case store. Batches, ticks and operators'
/// acts come in one at a time, and each is one transaction.
///
/// What the disk refuses is kept and tried again, with everything else waiting behind it: the pipeline has seen those
/// messages, so nothing may be acknowledged, answered or forgotten before they are down.
actor Engine {
  let store: CaseStore
  let board: Board
  let logger: Logger
  let careMode: TriagePolicy.CareMode
  let contactConsentDefault: Bool
  var pipeline: Pipeline
  private var counts = FateCounts()
  private var isCommitting = false
  /// Devices were erased since the file was last rewritten: until then their bytes lie in its free pages.
  private var hasErased = false

  init(
    pipeline: Pipeline, store: CaseStore, board: Board, logger: Logger, configuration: Configuration
  ) {
    self.pipeline = pipeline
    self.store = store
    self.board = board
    self.logger = logger
    careMode = configuration.careMode
    contactConsentDefault = configuration.contactConsentDefault
  }

  /// A batch from the broker. True once it is on disk; false only when the daemon stops before that.
  func take(_ batch: [Delivery]) async -> Bool {
    await turn {
      let started = WallClock.monotonicSeconds()
      for delivery in batch { pipeline.take(delivery, wall: WallClock.now()) }
      let isDown = await commit(started: started)
      if isDown, let first = batch.first {
        let lag = Double(WallClock.now().milliseconds - first.receivedAt.milliseconds) / 1000
        board.change { $0.lagSeconds = max(0, lag) }
      }
      return isDown
    }
  }

  /// The clock moves on: buckets close, messages from the future come due, the outbox is struck off.
  func tick() async {
    await turn {
      let started = WallClock.monotonicSeconds()
      let now = WallClock.now()
      pipeline.advance(to: now, wall: now)
      let released = retryDue(now)
      _ = await commit(started: started, released: released)
      if hasErased { scrub() }
    }
  }

  private func scrub() {
    do throws(StoreError) {
      try store.scrub()
      hasErased = false
    } catch {
      logger.warning("erased bytes can't be scrubbed yet; it is tried again", metadata: ["error": "\(error)"])
    }
  }

  /// Messages that were ahead of the clock by more than a day, and no longer are.
  private func retryDue(_ now: EventTime) -> [Int64] {
    guard let clock = pipeline.history.now else { return [] }
    do throws(StoreError) {
      let due = try store.dueQuarantine(before: clock + EventTime.day, reason: .future, limit: Limits.retriesATick)
      return due.compactMap { entry in
        var delivery = entry.delivery
        delivery.receivedAt = now
        if case .quarantined = pipeline.retake(delivery, wall: now) { return nil }
        return entry.id
      }
    } catch {
      logger.warning("messages from the future can't be looked up", metadata: ["error": "\(error)"])
      return []
    }
  }

  // MARK: One at a time

  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// An actor lets others in whenever it waits, and a commit may have to wait for the disk: so turns are taken here.
  func turn<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
    if isCommitting {
      await withCheckedContinuation { waiting.append($0) }
    }
    isCommitting = true
    defer {
      if waiting.isEmpty { isCommitting = false } else { waiting.removeFirst().resume() }
    }
    return try await body()
  }

  // MARK: Commit

  /// Commits what the pipeline has yielded. A disk that is full or failing is tried again until it takes it.
  func commit(
    started: Double? = nil, released: [Int64] = [], changes: [CaseChange] = [], imported: Delivery? = nil
  ) async -> Bool {
    let yield = pipeline.takeYield()
    var total = counts
    total.add(yield.counts)
    var unit = unit(of: yield, total: total, changes: changes, imported: imported)
    unit.releasedQuarantine = released
    let delivered = board.change { content in
      defer {
        content.deliveredOutbox = []
        content.refusedOutbox = []
      }
      return (content.deliveredOutbox, content.refusedOutbox)
    }
    unit.deliveredOutbox = delivered.0
    unit.failedOutbox = delivered.1.map { UnitOfWork.FailedDelivery(id: $0.id, error: $0.reason) }
    guard !unit.isEmpty else {
      report(total, yield, started)
      return true
    }
    guard await commitWhenPossible(unit) else { return false }
    counts = total
    hasErased = hasErased || !unit.erasedDevices.isEmpty
    report(total, yield, started)
    return true
  }

  private func commitWhenPossible(_ unit: UnitOfWork) async -> Bool {
    var pause = Limits.firstCommitPauseSeconds
    while true {
      do throws(StoreError) {
        try store.commit(unit)
        if board.change({ content in
          defer { content.storeTrouble = nil }
          return content.storeTrouble != nil
        }) {
          logger.notice("the store takes commits again")
        }
        return true
      } catch {
        switch error {
        case .diskFull, .io, .notWritable: break
        default:
          // Our own mistake or a damaged file: going on would answer for what isn't there. Whatever was not
          // acknowledged comes again after the restart.
          logger.critical("the store refused a commit", metadata: ["error": "\(error)"])
          return await giveUp("\(error)")
        }
        if board.change({ content in
          defer { content.storeTrouble = "\(error)" }
          return content.storeTrouble == nil
        }) {
          logger.error("nothing is acknowledged until this is mended", metadata: ["error": "\(error)"])
        }
        if board.read(\.isStopping) { return false }
        try? await Task.sleep(for: .seconds(pause))  // Cancelled: `isStopping` is looked at next.
        pause = min(pause * 2, Limits.longestCommitPauseSeconds)
      }
    }
  }

  /// Set by the daemon: ends it with an error.
  var onFatal: @Sendable (String) -> Void = { _ in }
  func setOnFatal(_ handler: @escaping @Sendable (String) -> Void) { onFatal = handler }

  private func giveUp(_ reason: String) async -> Bool {
    onFatal(reason)
    return false
  }

  private func report(_ total: FateCounts, _ yield: Yield, _ started: Double?) {
    let history = pipeline.history
    let tickets = pipeline.cases.tickets.values
    let open = tickets.count { $0.state.isOpen }
    let proposed = tickets.count { $0.state == .proposed }
    let live = tickets.count
    let findings = pipeline.cases.findings.count
    let seconds = WallClock.monotonicSeconds()
    let profiles = (pipeline.catalogue.profiles.count, pipeline.catalogue.revision)
    board.change { content in
      content.counts = total
      content.devices = history.deviceCount
      content.openTickets = open
      content.proposedTickets = proposed
      content.liveTickets = live
      content.liveFindings = findings
      content.clock = history.now
      content.unknownItems = history.unknownItems
      content.sequenceGaps = history.sequenceGaps
      (content.profileCount, content.profileRevision) = profiles
      content.lastProgress = seconds
      if let pass = yield.passes.last {
        content.lastPassEnd = pass.bucket.end
        content.lastPassSeconds = started.map { (seconds - $0) / Double(yield.passes.count) }
      }
    }
    for pass in yield.passes {
      for (mode, incident) in pass.incidents {
        logger.notice(
          "everything in a region failed more than usual: no defect of devices",
          metadata: [
            "product": "\(mode.product)", "failure_mode": "\(mode.mode)", "region": "\(incident.region)",
            "carrier": "\(incident.carrier)", "from": "\(incident.bucket.start)", "failures": "\(incident.failures)",
            "expected": "\(incident.expectedFailures.toSixDigits)",
          ])
      }
    }
    for change in yield.changes {
      if case .finding(let finding) = change, finding.decidedAt == finding.detectedAt {
        logger.notice(
          "finding", metadata: ["id": "\(finding.id)", "state": "\(finding.state)", "product": "\(finding.product)",
            "failure_mode": "\(finding.failureMode)", "cause": "\(finding.cohort.cause.rawValue)"])
      }
    }
  }

  func restoreCounts(_ counts: FateCounts) { self.counts = counts }
  var currentCounts: FateCounts { counts }
}

extension FateCounts {
  mutating func add(_ other: FateCounts) {
    applied += other.applied
    duplicate += other.duplicate
    quarantined += other.quarantined
    unconsented += other.unconsented
    late += other.late
  }
}
