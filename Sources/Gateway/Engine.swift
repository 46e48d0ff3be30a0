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
/// messages, so nothing may be acknowledged, answered or forgotten before they are down. Only of batches that brought
/// nothing but reports the next is taken in while the one before is written: the disk takes as long as the pipeline.
actor Engine {
  let store: CaseDatabase
  let erasures: ErasureList
  let board: Board
  let logger: Logger
  var pipeline: StageLine
  var counts = FateCounts()
  var caseTally = CaseTally(CaseBook())
  private let lane: CommitLane
  /// The newest batch that is on its way to the disk, behind those before it.
  private var writing: Task<Bool, Never>?
  private var isTaken = false
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
    lane = CommitLane(store: store, erasures: erasures, board: board, logger: logger, faults: faults)
  }

  var careMode: TriagePolicy.CareMode { pipeline.settings.policy.careMode }

  /// A batch from the broker. Calls `taken` when the next may be handed over; true once it is on disk, false only when the
  /// daemon stops before that.
  func take(_ batch: [Delivery], taken: @Sendable () -> Void = {}) async -> Bool {
    let started = WallClock.monotonicSeconds()
    let writing = await turn(besideWriting: true) {
      let wall = WallClock.now()
      for delivery in batch { pipeline.take(delivery, wall: wall) }
      let yield = pipeline.takeYield()
      let isPlain = isPlain(yield)
      if !isPlain { await settle() }
      let task = startWriting(draft(of: yield), started: started)
      if !isPlain { await settle() }
      return task
    }
    taken()
    let isDown = await writing.value
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

  /// An actor lets others in whenever it waits, and a commit may have to wait for the disk: so turns are taken here. But for
  /// batches, each begins when all before it is on disk, so that what it reads of the store is how things stand.
  func turn<Value: Sendable>(besideWriting: Bool = false, _ body: () async throws -> Value) async rethrows -> Value {
    if isTaken {
      await withCheckedContinuation { waiting.append($0) }
    }
    isTaken = true
    defer {
      if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
    if !besideWriting { await settle() }
    return try await body()
  }

  /// Waits for the batches that are on their way to the disk.
  private func settle() async {
    _ = await writing?.value
    writing = nil
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
    var draft = draft(
      of: pipeline.takeYield(), changes: changes, imported: imported, forgottenModes: forgottenModes, isAtRest: isAtRest
    )
    draft.unit.releasedQuarantine += released
    draft.unit.quarantined += quarantinedAnew
    draft.unit.outbox += outgoing
    draft.unit.batches = batches
    draft.unit.rejudgedQuarantine = rejudged
    fill(&draft.unit)
    return await write(draft, started: started)
  }

  /// What a turn has changed, before it is written.
  private struct Draft {
    var unit: UnitOfWork
    var total: FateCounts
    var yield: Yield
    var isSnapshot: Bool
  }

  private func draft(
    of yield: Yield, changes: [CaseChange] = [], imported: Delivery? = nil, forgottenModes: [ModeKey]? = nil,
    isAtRest: Bool = false
  ) -> Draft {
    var total = counts
    total += yield.counts
    // An erasure takes the device's messages out of the journal: what else they gave must not hang on them.
    let isSnapshot =
      !yield.passes.isEmpty || !yield.erased.isEmpty || forgottenModes != nil || isAtRest
      || journalBytes > Limits.journalBytes(devices: pipeline.history.deviceCount)
    var unit = unit(of: yield, total: total, changes: changes, imported: imported, isSnapshot: isSnapshot)
    unit.forgottenModes = forgottenModes ?? []
    unit.releasedQuarantine = quarantineIDs(of: yield.readmitted)
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
    // Refused for good it is the daemon's end: whatever comes next counts on from here.
    counts = total
    return Draft(unit: unit, total: total, yield: yield, isSnapshot: isSnapshot)
  }

  private func write(_ draft: Draft, started: Double?) async -> Bool {
    guard !hasGivenUp else { return false }
    guard !draft.unit.isEmpty else {
      report(draft.total, draft.yield, started)
      return true
    }
    switch await lane.commit(draft.unit, erasures: erasureLines(of: draft.yield)) {
    case .written(let bytes): journalBytes = draft.isSnapshot ? 0 : journalBytes + bytes
    case .stopped:
      hasGivenUp = true
      return false
    case .refused(let reason):
      hasGivenUp = true
      giveUp(reason)
      return false
    }
    repeatedErasures = []
    pendingAudit = []
    expiries = []
    forgottenTickets = []
    if !draft.unit.erasedDevices.isEmpty { scrubbing.isNeeded = true }
    report(draft.total, draft.yield, started)
    return true
  }

  /// Nothing that the next batch, or whoever reads the store, must find there: reports, and what was wrong with others.
  private func isPlain(_ yield: Yield) -> Bool {
    yield.changes.isEmpty && yield.passes.isEmpty && yield.erased.isEmpty && yield.readmitted.isEmpty
      && pendingAudit.isEmpty && repeatedErasures.isEmpty && expiries.isEmpty && forgottenTickets.isEmpty
      && journalBytes <= Limits.journalBytes(devices: pipeline.history.deviceCount)
  }

  private func startWriting(_ draft: Draft, started: Double) -> Task<Bool, Never> {
    let task = Task { [writing] in
      guard await writing?.value ?? true else { return false }
      return await write(draft, started: started)
    }
    writing = task
    return task
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
