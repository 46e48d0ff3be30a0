import CaseStore
import ControlProtocol
import Pipeline
import Vocabulary

/// Quarantined messages, taken again or given up.
extension Engine {
  func retryQuarantine(_ id: Int64) async throws -> RetryReport {
    try await turn {
      guard let entry = try store.quarantineEntry(id) else {
        throw ProblemDetails.noSuch("quarantined message", "\(id)")
      }
      let fate = try await retry([entry])[0]
      guard case .quarantined(let rejection) = fate else {
        return RetryReport(id: id, fate: fate.word, reason: nil, detail: nil)
      }
      return RetryReport(id: id, fate: fate.word, reason: rejection.reason.rawValue, detail: rejection.detail)
    }
  }

  /// All of them, or all of one reason, the oldest first; a transaction and a turn for each part, so that the stream goes
  /// on between them.
  func retryQuarantine(reason: RejectionReason?) async throws -> BulkReport {
    var counts = FateCounts()
    var last: Int64 = 0
    while true {
      let (part, fates) = try await turn {
        let part = try store.quarantine(after: last, reason: reason, limit: Limits.retriesAPart)
        return (part, try await retry(part))
      }
      guard let end = part.last else { break }
      for fate in fates { counts.count(fate) }
      last = end.id
    }
    return BulkReport(counts)
  }

  /// In a turn. What is refused again stays where it is, under the reason that holds now.
  private func retry(_ entries: [QuarantineEntry]) async throws -> [Fate] {
    guard !entries.isEmpty else { return [] }
    let now = WallClock.now()
    var released: [Int64] = []
    var rejudged: [(id: Int64, rejection: Rejection)] = []
    let fates = entries.map { entry in
      var delivery = entry.delivery
      delivery.receivedAt = now
      let fate = pipeline.retake(delivery, wall: now)
      if case .quarantined(let rejection) = fate {
        if rejection != entry.rejection { rejudged.append((entry.id, rejection)) }
      } else {
        released.append(entry.id)
      }
      return fate
    }
    guard await commit(released: released, rejudged: rejudged) else { throw ProblemDetails.stopping }
    return fates
  }

  /// Given up for good: it stays counted as quarantined.
  func dropQuarantine(_ id: Int64) async throws {
    try await turn {
      guard try store.quarantineEntry(id) != nil else { throw ProblemDetails.noSuch("quarantined message", "\(id)") }
      guard await commit(released: [id]) else { throw ProblemDetails.stopping }
    }
  }

  /// All of them, or all of one reason: at most what quarantine holds, in one transaction.
  func dropQuarantine(reason: RejectionReason?) async throws -> BulkReport {
    try await turn {
      let ids = try store.quarantine(reason: reason, limit: Limits.listItems).map(\.id)
      guard await commit(released: ids) else { throw ProblemDetails.stopping }
      var report = BulkReport(FateCounts())
      report.messages = ids.count
      return report
    }
  }
}

extension BulkReport {
  fileprivate init(_ counts: FateCounts) {
    self.init(
      messages: counts.received, applied: counts.applied, duplicate: counts.duplicate,
      quarantined: counts.quarantined, unconsented: counts.unconsented, late: counts.late)
  }
}
