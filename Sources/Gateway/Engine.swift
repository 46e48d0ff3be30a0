import CaseStore
import DefectModel
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
  let store: CaseDatabase
  let erasures: ErasureList
  let board: Board
  let logger: Logger
  var pipeline: StageLine
  var counts = FateCounts()
  var caseTally = CaseTally(CaseBook())
  private var isCommitting = false
  var scrubbing = Scrubbing()
  /// A commit was given up: what the pipeline remembers isn't on disk, so nothing may be answered for any more.
  private var hasGivenUp = false
  /// Bytes in the journal: it is emptied by a snapshot when it grows beyond what a start should read again.
  private var journalBytes = 0
  /// What a restored store was told again to forget, until that is committed.
  var repeatedErasures: Set<String> = []
  var policies = RegionalPolicies()
  /// What the next commit removes by age.
  var expiries: [Expiry] = []
  var forgottenTickets: [String] = []
  private var lastSweep = -Double.infinity
  var holdBackMark: HoldBackMark?
  /// Who had the devices erased that the next commit erases.
  var erasingActor = "forewarnd"
  /// Of configuration and profiles, for the next commit.
  var pendingAudit: [AuditEntry] = []
  var auditedSettings: [String: String] = [:]
  /// As of the last commit: see `EngineLimits`.
  var storedRefusals = AdmissionCounts()
  var storedLosses = BrokerLosses()
  /// Who is told of changes over HTTP.
  private(set) var webhooks: [Webhook] = []
  private var faults: FaultSwitch
  private var spare = SpareMemory()

  init(
    pipeline: StageLine, store: CaseDatabase, erasures: ErasureList, board: Board, logger: Logger,
    faults: FaultSwitch = FaultSwitch()
  ) {
    self.pipeline = pipeline
    self.pipeline.history.pseudonym = Pseudonym { erasures.hash($0) }
    self.store = store
    self.erasures = erasures
    self.board = board
    self.logger = logger
    self.faults = faults
  }

  var careMode: TriagePolicy.CareMode { pipeline.settings.policy.careMode }

  /// A batch from the broker. True once it is on disk; false only when the daemon stops before that.
  func take(_ batch: [Delivery]) async -> Bool {
    await turn {
      let started = WallClock.monotonicSeconds()
      let wall = WallClock.now()
      for delivery in batch { pipeline.take(delivery, wall: wall) }
      let isDown = await commit(started: started)
      spare.worked(at: started)
      if isDown, let first = batch.first {
        let now = WallClock.now()
        let lag = Double(now.milliseconds - first.receivedAt.milliseconds) / 1000
        board.change { content in
          content.lagSeconds = max(0, lag)
          content.latency.add(batch, committedAt: now)
        }
      }
      return isDown
    }
  }

  /// The clock moves on: buckets close, messages from the future come due, the outbox is struck off.
  func tick() async {
    await turn {
      let started = WallClock.monotonicSeconds()
      let now = WallClock.now()
      pipeline.admission.advance(to: now)
      // After a long time away many buckets are due: a transaction each, and a sign of life between.
      while !hasGivenUp, pipeline.advanceOneBucket(to: now, wall: now) {
        _ = await commit(started: started)
        spare.worked(at: started)
        ServiceManager.feedWatchdog()
      }
      // What memory has let in by itself must be gone from quarantine before quarantine is asked for the rest.
      _ = await commit(started: started)
      let (released, again) = retryDue(now)
      _ = await commit(started: started, released: released, quarantinedAnew: again)
      spare.release(at: started)
      if started - lastSweep >= Limits.sweepSeconds {
        lastSweep = started
        await sweep(at: now)
      }
      if scrubbing.isNeeded { scrubWhenDue(at: started) }
    }
  }

  /// Messages that were ahead of the clock by more than a day, and no longer are.
  private func retryDue(_ now: EventTime) -> (released: [Int64], again: [QuarantineEntry]) {
    guard let clock = pipeline.history.now else { return ([], []) }
    do throws(StoreError) {
      let due = try store.dueQuarantine(before: clock + EventTime.day, reason: .future, limit: Limits.retriesATick)
      var released: [Int64] = []
      var again: [QuarantineEntry] = []
      for entry in due where !pipeline.isWaiting(entry.delivery) {
        var delivery = entry.delivery
        delivery.receivedAt = now
        if case .quarantined(let rejection) = pipeline.retake(delivery, wall: now, after: .future) {
          if rejection.reason == .future { continue }
          // No longer early, but refused for something else now: that is what an operator should read.
          again.append(QuarantineEntry(delivery: entry.delivery, rejection: rejection, device: entry.device))
        }
        released.append(entry.id)
      }
      return (released, again)
    } catch {
      logger.warning("messages from the future can't be looked up", metadata: ["error": "\(error)"])
      return ([], [])
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
    started: Double? = nil, released: [Int64] = [], changes: [CaseChange] = [], imported: Delivery? = nil,
    forgottenModes: [ModeKey]? = nil, quarantinedAnew: [QuarantineEntry] = [],
    outgoing: [OutgoingMessage] = [], batches: [BatchFacts] = [],
    rejudged: [(id: Int64, rejection: Rejection)] = [], isAtRest: Bool = false,
    fill: (inout UnitOfWork) -> Void = { _ in }
  ) async -> Bool {
    guard !hasGivenUp else { return false }
    let yield = pipeline.takeYield()
    var total = counts
    total.add(yield.counts)
    // An erasure takes the device's messages out of the journal: what else they gave must not hang on them.
    let isSnapshot =
      !yield.passes.isEmpty || !yield.erased.isEmpty || forgottenModes != nil || isAtRest
      || journalBytes > Limits.journalBytes(devices: pipeline.history.deviceCount)
    var unit = unit(of: yield, total: total, changes: changes, imported: imported, isSnapshot: isSnapshot)
    unit.forgottenModes = forgottenModes ?? []
    unit.releasedQuarantine = released
    unit.releasedQuarantine += quarantineIDs(of: yield.readmitted)
    unit.quarantined += quarantinedAnew
    unit.outbox += outgoing
    unit.batches = batches
    unit.rejudgedQuarantine = rejudged
    addAudit(to: &unit)
    if !repeatedErasures.isEmpty { unit.meta[MetaKey.erasures] = Array(String(erasures.last).utf8) }
    if !unit.changes.isEmpty || !yield.erased.isEmpty { caseTally = CaseTally(pipeline.cases) }
    addLimits(to: &unit, yield, isSnapshot: isSnapshot)
    let delivered = board.change { content in
      defer {
        content.deliveredOutbox = []
        content.refusedOutbox = []
      }
      return (content.deliveredOutbox, content.refusedOutbox)
    }
    unit.deliveredOutbox = delivered.0
    unit.failedOutbox = delivered.1.map { UnitOfWork.FailedDelivery(id: $0.id, error: $0.reason) }
    fill(&unit)
    guard !unit.isEmpty else {
      report(total, yield, started)
      return true
    }
    guard let written = await commitWhenPossible(unit, erasures: erasureLines(of: yield)) else {
      hasGivenUp = true
      return false
    }
    repeatedErasures = []
    pendingAudit = []
    expiries = []
    forgottenTickets = []
    journalBytes = isSnapshot ? 0 : journalBytes + written
    counts = total
    if !unit.erasedDevices.isEmpty { scrubbing.isNeeded = true }
    report(total, yield, started)
    return true
  }

  /// Where messages that the pipeline has taken after all stand in quarantine.
  private func quarantineIDs(of readmitted: [Delivery]) -> [Int64] {
    guard !readmitted.isEmpty else { return [] }
    do throws(StoreError) {
      // Ahead of the clock, or of a birth that names their metrics.
      let due =
        try store.dueQuarantine(before: .distantFuture, reason: .future, limit: Limits.listItems)
        + store.dueQuarantine(before: .distantFuture, reason: .schema, limit: Limits.listItems)
      // The same message may have been refused twice: each has its own entry.
      var released: Set<Int64> = []
      return readmitted.compactMap { delivery in
        let entry = due.first { !released.contains($0.id) && $0.delivery.isSameMessage(as: delivery) }
        if let entry { released.insert(entry.id) }
        return entry?.id
      }
    } catch {
      logger.warning("quarantine can't be read", metadata: ["error": "\(error)"])
      return []
    }
  }

  /// The bytes that its messages take in the journal; `nil`: given up.
  private func commitWhenPossible(_ unit: UnitOfWork, erasures lines: [ErasureList.Line]) async -> Int? {
    var pause = Limits.firstCommitPauseSeconds
    var unit = unit
    var isListed = lines.isEmpty
    while true {
      do throws(StoreError) {
        if !isListed {
          // Before the commit: what is erased here must not come back with an older copy of the store.
          try erasures.append(lines)
          isListed = true
          unit.meta[MetaKey.erasures] = Array(String(erasures.last).utf8)
        }
        if unit.isBatch { faults.beforeCommit() }
        let written = try store.commit(unit)
        if unit.isBatch { faults.afterCommit() }
        if board.change({ content in
          defer { content.storeTrouble = nil }
          return content.storeTrouble != nil
        }) {
          logger.notice("the store takes commits again")
        }
        return written
      } catch {
        switch error {
        case .diskFull, .io, .notWritable, .busy: break
        default:
          // Our own mistake or a damaged file: going on would answer for what isn't there. Whatever was not
          // acknowledged comes again after the restart.
          logger.critical("the store refused a commit", metadata: ["error": "\(error)"])
          giveUp("\(error)")
          return nil
        }
        if board.change({ content in
          defer { content.storeTrouble = "\(error)" }
          return content.storeTrouble == nil
        }) {
          logger.error("nothing is acknowledged until this is mended", metadata: ["error": "\(error)"])
        }
        if board.read(\.isStopping) { return nil }
        // Waiting for the disk is what it should do: no reason to be ended.
        ServiceManager.feedWatchdog()
        await WallClock.pause(seconds: pause)
        pause = min(pause * 2, Limits.longestCommitPauseSeconds)
      }
    }
  }

  /// Set by the daemon: ends it with an error.
  var onFatal: @Sendable (String) -> Void = { _ in }
  func setOnFatal(_ handler: @escaping @Sendable (String) -> Void) { onFatal = handler }

  func setWebhooks(_ webhooks: [Webhook]) { self.webhooks = webhooks }

  private func giveUp(_ reason: String) {
    board.change { $0.isStopping = true }
    onFatal(reason)
  }

  /// At an orderly stop: everything as it stands, so that the next start has no journal to go through.
  func rest() async {
    await turn {
      guard journalBytes > 0, board.read(\.storeTrouble) == nil else { return }
      _ = await commit(isAtRest: true)
    }
  }

  /// Messages that were applied once and are refused under other profiles change their fate.
  func moveToQuarantine(_ number: Int) {
    counts.applied -= number
    counts.quarantined += number
  }

  func restore(counts: FateCounts, journalBytes: Int, hasErased: Bool) {
    self.counts = counts
    caseTally = CaseTally(pipeline.cases)
    self.journalBytes = journalBytes
    scrubbing.isNeeded = hasErased
  }
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
