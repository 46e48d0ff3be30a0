import CaseStore
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Logging
import Pipeline
import Triage
import Vocabulary

/// A start: the store's blobs, then the journal through the very same pipeline that took its messages first.
extension Engine {
  /// Where the bytes of an import stand in the journal: a topic that no device can publish to.
  static let importTopic = "forewarn/device-import"

  struct Recovery {
    var devices = 0
    var journal = 0
  }

  func recover() async throws -> Recovery {
    let stored = try store.load()
    let isFirstForm = stored.devicePages.isEmpty && !stored.firstFormDevices.isEmpty
    do throws(UnreadableRecord) {
      let state = stored.meta[MetaKey.history]
      if isFirstForm {
        try pipeline.history.restoreFirstForm(state: state, devices: stored.firstFormDevices)
      } else if let state {
        try pipeline.history.restore(state: state, pages: stored.devicePages)
      }
    } catch {
      throw StoreError.corrupt(path: store.path, detail: "devices, clock and weather: \(error)")
    }
    if let bytes = stored.meta[MetaKey.sessions] { pipeline.restoreSessions(bytes) }
    // Profiles may have been changed while the daemon was away: what a mode's evidence meant decides what is read.
    let strange = pipeline.history.restartModes(changedSince: stored.meta[MetaKey.definitions])
    do throws(BlobFault) {
      for (mode, bucket, blob) in stored.cells where !strange.contains(mode) {
        try pipeline.model.restoreCells(mode: mode, bucket: bucket, blob: blob)
      }
      for (mode, blob) in stored.models where !strange.contains(mode) {
        try pipeline.model.restoreState(mode: mode, blob: blob)
      }
    } catch {
      throw StoreError.corrupt(path: store.path, detail: "the model's evidence: \(error)")
    }
    _ = pipeline.model.takeChangedCells()
    var ended = EndedCases()
    // The last word on a device and mode counts: the latest ending comes last.
    let endedTickets = try store.tickets(Self.ended(limit: Limits.listItems)).sorted { $0.updatedAt < $1.updatedAt }
    for ticket in endedTickets { ended.apply(.ticket(ticket)) }
    var filter = FindingFilter()
    filter.states = [.cleared]
    filter.limit = Limits.listItems
    let endedFindings = try store.findings(filter).map(\.finding).sorted { $0.updatedAt < $1.updatedAt }
    for finding in endedFindings { ended.apply(.finding(finding)) }
    pipeline.restore(cases: stored.caseBook, ended: ended)
    pipeline.remember(messages: stored.messageDigests)
    pipeline.verdicts.restore(stored.verdicts)
    restore(
      counts: stored.meta[MetaKey.counts].flatMap(FateCounts.init(stored:)) ?? FateCounts(),
      // A database of the first version is written whole with the first commit.
      journalBytes: isFirstForm ? Limits.mostJournalBytes + 1 : stored.journalBytes,
      hasErased: !(stored.meta[MetaKey.unscrubbed] ?? []).isEmpty)
    var batches = BatchFilter()
    batches.limit = .max
    pipeline.replaceRegister(BatchRegister(try store.batches(batches)))
    holdBackMark = stored.meta[HoldBackMark.key].flatMap(HoldBackMark.init(stored:))
    restoreLimits(stored.meta)
    try restoreBrake(stored.meta)
    restoreAudit(stored.meta)
    replay(stored.journal)
    for entry in try store.dueQuarantine(before: .distantFuture, reason: .schema, limit: Limits.listItems) {
      pipeline.waitAgain(entry.delivery)
    }
    for entry in try store.dueQuarantine(before: .distantFuture, reason: .future, limit: Limits.listItems) {
      pipeline.waitForClock(entry.delivery, entry.rejection, device: entry.device, dueAt: entry.dueAt)
    }
    board.change { content in
      content.lastProgress = WallClock.monotonicSeconds()
    }
    // What the journal's messages gave was committed with them; only the memory had to be made again. Other profiles are
    // another matter: one that has gone, or was narrowed, while the daemon was away refuses what was applied.
    let replayed = pipeline.takeYield()
    // But for what passes in between took down of verdicts.
    pipeline.verdicts.returnChanges(replayed.verdicts, replayed.withdrawnVerdicts)
    // What absent consent means may have been changed meanwhile.
    pipeline.history.enforceConsent()
    try repeatErasures(knownTo: stored.meta)
    let isSameCatalogue = stored.meta[MetaKey.profiles] == Array(pipeline.catalogue.revision.utf8)
    // A source that was taken out of the configuration leaves its messages without a reader.
    let refused = replayed.quarantined.filter {
      $0.rejection.reason == .unsupported || !isSameCatalogue && $0.rejection.reason == .unknownProduct
    }
    let again = refused.map {
      QuarantineEntry(delivery: $0.delivery, rejection: $0.rejection, device: $0.device)
    }
    moveToQuarantine(again.count)
    let isDown: Bool
    if isSameCatalogue, refused.isEmpty, replayed.passes.isEmpty {
      isDown = await commit(isAtRest: !repeatedErasures.isEmpty)
    } else {
      if stored.meta[MetaKey.profiles] != nil {
        logger.notice(
          "profiles or sources changed while the daemon was away",
          metadata: [
            "modes_begun_anew": "\(strange.sorted().map { "\($0.product)/\($0.mode)" }.joined(separator: ", "))",
            "messages_quarantined": "\(again.count)",
          ])
      }
      isDown = await commit(changes: replayed.changes, forgottenModes: strange.sorted(), quarantinedAnew: again)
    }
    guard isDown else { throw StartFailure("the state could not be written at the start; see the messages above") }
    return Recovery(devices: pipeline.history.deviceCount, journal: stored.journal.count)
  }

  private static func ended(limit: Int) -> TicketFilter {
    var filter = TicketFilter()
    filter.states = [.closed, .cancelled]
    filter.limit = limit
    return filter
  }

  private func replay(_ journal: [Delivery]) {
    // What is in the journal was let in.
    pipeline.admission.isJudging = false
    defer { pipeline.admission.isJudging = true }
    for delivery in journal {
      if delivery.topic == Self.importTopic {
        pipeline.history.advance(to: delivery.receivedAt)
        let rows = DeviceImport.parse(csv: delivery.payload, catalogue: pipeline.catalogue).rows
        for (identity, facts) in rows { _ = pipeline.learn(facts, of: identity) }
      } else {
        pipeline.take(delivery, wall: delivery.receivedAt)
      }
    }
  }
}
