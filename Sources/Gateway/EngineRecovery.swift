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
    for (identity, bytes) in stored.devices {
      do throws(UnreadableRecord) {
        try pipeline.history.restoreDevice(identity, bytes)
      } catch {
        throw StoreError.corrupt(path: store.path, detail: "device \(identity.device): \(error)")
      }
    }
    if let bytes = stored.meta[MetaKey.history] {
      do throws(UnreadableRecord) {
        try pipeline.history.restoreState(bytes)
      } catch {
        throw StoreError.corrupt(path: store.path, detail: "clock and weather: \(error)")
      }
    }
    do {
      for (mode, bucket, blob) in stored.cells { try pipeline.model.restoreCells(mode: mode, bucket: bucket, blob: blob) }
      for (mode, blob) in stored.models { try pipeline.model.restoreState(mode: mode, blob: blob) }
    } catch {
      throw StoreError.corrupt(path: store.path, detail: "the model's evidence: \(error)")
    }
    _ = pipeline.model.takeChangedCells()
    var ended = EndedCases()
    for ticket in try store.tickets(Self.ended(limit: Limits.listItems)) { ended.apply(.ticket(ticket)) }
    var filter = FindingFilter()
    filter.states = [.cleared]
    filter.limit = Limits.listItems
    for entry in try store.findings(filter) { ended.apply(.finding(entry.finding)) }
    pipeline.restore(cases: stored.caseBook, ended: ended)
    if let bytes = stored.meta[MetaKey.counts], let counts = FateCounts(stored: bytes) { restoreCounts(counts) }
    replay(stored.journal)
    board.change { content in
      content.lastProgress = WallClock.monotonicSeconds()
    }
    // What the journal's messages gave was committed with them; only the memory had to be made again.
    _ = pipeline.takeYield()
    _ = await commit()
    return Recovery(devices: pipeline.history.deviceCount, journal: stored.journal.count)
  }

  private static func ended(limit: Int) -> TicketFilter {
    var filter = TicketFilter()
    filter.states = [.closed, .cancelled]
    filter.limit = limit
    return filter
  }

  private func replay(_ journal: [Delivery]) {
    for delivery in journal {
      if delivery.topic == Self.importTopic {
        let rows = DeviceImport.parse(csv: delivery.payload, catalogue: pipeline.catalogue).rows
        for (identity, facts) in rows { _ = pipeline.learn(facts, of: identity) }
      } else {
        pipeline.take(delivery, wall: delivery.receivedAt)
      }
    }
  }
}
