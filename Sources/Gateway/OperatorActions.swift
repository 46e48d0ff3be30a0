import CaseStore
import CheckedYAML
import ControlProtocol
import DeviceHistory
import FirmwareProfiles
import Logging
import Pipeline
import Triage
import Vocabulary

/// What operators change. Each act is one transaction, under the name of who asked.
extension Engine {
  func apply(
    _ action: TicketAction, remark: String? = nil, toTicket id: String, actor: String
  ) async throws -> Ticket {
    try await turn {
      guard let stored = try store.ticket(id) else { throw ProblemDetails.noSuch("ticket", id) }
      guard !stored.device.hasPrefix("erased/") else {
        throw ProblemDetails(
          status: 409, title: "the device was erased", detail: "its tickets are kept for statistics only")
      }
      var changed: Ticket
      do throws(Refusal) {
        changed = try pipeline.triage.apply(action, to: stored, at: judgementTime, actor: actor)
        if let remark {
          changed = try pipeline.triage.apply(.note(remark), to: changed, at: judgementTime, actor: actor)
        }
        if changed != stored { changed.updatedAt = WallClock.now() }
      } catch {
        throw ProblemDetails(refusal: error)
      }
      guard changed != stored else { return stored }
      let key = CaseBook.CareKey(device: changed.device, mode: changed.failureMode)
      if changed.state.isLive, let live = pipeline.cases.tickets[key], live.id != changed.id {
        throw ProblemDetails(
          status: 409, title: "another ticket is live for that device and failure mode",
          detail: "act on \(live.id), or cancel it first: forewarn ticket show \(live.id)")
      }
      try await save(.ticket(changed))
      return changed
    }
  }

  func apply(_ action: FindingAction, toFinding id: String, actor: String) async throws -> FindingReply {
    try await turn {
      guard let stored = try store.finding(id) else { throw ProblemDetails.noSuch("finding", id) }
      let changed: Finding
      do throws(Refusal) {
        changed = try pipeline.triage.apply(action, to: stored.finding, at: judgementTime, actor: actor)
      } catch {
        throw ProblemDetails(refusal: error)
      }
      let key = CaseBook.DefectKey(
        mode: ModeKey(product: changed.product, mode: changed.failureMode), cohort: changed.cohort)
      if changed.state.isLive, let live = pipeline.cases.findings[key], live.id != changed.id {
        throw ProblemDetails(
          status: 409, title: "another finding is live for that cause", detail: "act on \(live.id) instead")
      }
      if changed != stored.finding { try await save(.finding(changed)) }
      return FindingReply(finding: changed, open: stored.open, closed: stored.closed)
    }
  }

  /// Holds and the 14 days after a resolution are judged by the clock of the evidence.
  private var judgementTime: EventTime { pipeline.history.now ?? WallClock.now() }

  private func save(_ change: CaseChange) async throws {
    pipeline.apply(change)
    guard await commit(changes: [change]) else { throw ProblemDetails.stopping }
  }

  /// Facts in bulk: all or nothing.
  func importDevices(_ csv: [UInt8]) async throws -> ImportReport {
    try await turn {
      let (rows, faults) = DeviceImport.parse(csv: csv, catalogue: pipeline.catalogue)
      var found = faults.map { ImportReport.Fault(line: $0.line, message: $0.message) }
      for (identity, _) in rows {
        if let known = pipeline.history.identity(of: identity.device), known.product != identity.product {
          found.append(
            ImportReport.Fault(
              line: 0,
              message: "device \(identity.device) is known as a \(known.product): ids are unique across products"))
        }
      }
      guard found.isEmpty else {
        // Of a faulty row every fault is named, so that rows and faults don't add up to lines.
        let faulty = Set(faults.map(\.line)).count
        return ImportReport(lines: rows.count + faulty, applied: 0, duplicate: 0, faults: found)
      }
      var applied = 0
      for (identity, facts) in rows where pipeline.learn(facts, of: identity) == .applied { applied += 1 }
      if applied > 0 {
        let file = Delivery(topic: Self.importTopic, payload: csv, receivedAt: WallClock.now())
        guard await commit(imported: file) else { throw ProblemDetails.stopping }
      }
      return ImportReport(lines: rows.count, applied: applied, duplicate: rows.count - applied, faults: [])
    }
  }

  func retryQuarantine(_ id: Int64) async throws -> RetryReport {
    try await turn {
      guard let entry = try store.quarantineEntry(id) else {
        throw ProblemDetails.noSuch("quarantined message", "\(id)")
      }
      let now = WallClock.now()
      var delivery = entry.delivery
      delivery.receivedAt = now
      let fate = pipeline.retake(delivery, wall: now, after: entry.rejection.reason)
      if case .quarantined(let rejection) = fate {
        return RetryReport(id: id, fate: "quarantined", reason: rejection.reason.rawValue, detail: rejection.detail)
      }
      guard await commit(released: [id]) else { throw ProblemDetails.stopping }
      return RetryReport(id: id, fate: fate.word, reason: nil, detail: nil)
    }
  }

  /// Given up for good: it stays counted as quarantined.
  func dropQuarantine(_ id: Int64) async throws {
    try await turn {
      guard try store.quarantineEntry(id) != nil else { throw ProblemDetails.noSuch("quarantined message", "\(id)") }
      guard await commit(released: [id]) else { throw ProblemDetails.stopping }
    }
  }

  /// Other profiles: read and checked before, taken whole.
  func reload(_ catalogue: Catalogue) async throws -> ReloadReport {
    try await turn {
      let isChange = catalogue.revision != pipeline.catalogue.revision
      if isChange {
        let forgotten = pipeline.replaceCatalogue(catalogue)
        guard await commit(forgottenModes: forgotten) else { throw ProblemDetails.stopping }
        logger.notice(
          "profiles reloaded",
          metadata: ["profiles": "\(catalogue.profiles.count)", "revision": "\(catalogue.revision)"])
      }
      board.change { content in
        content.reloadTrouble = nil
        content.profileCount = catalogue.profiles.count
        content.profileRevision = catalogue.revision
      }
      return ReloadReport(count: catalogue.profiles.count, revision: catalogue.revision, changed: isChange)
    }
  }

  var catalogue: Catalogue { pipeline.catalogue }
}

extension ProblemDetails {
  static func noSuch(_ noun: String, _ id: String) -> ProblemDetails {
    ProblemDetails(
      status: 404, title: "no such \(noun)",
      detail: "there is no \(noun) \(LogLines.escaped(id)); see: forewarn \(listCommand(noun))")
  }

  private static func listCommand(_ noun: String) -> String {
    noun == "quarantined message" ? "quarantine list" : "\(noun) list"
  }

  static let stopping = ProblemDetails(
    status: 503, title: "the daemon is stopping", detail: "nothing was changed; try again when it is back")

  init(refusal: Refusal) {
    self.init(status: refusal.kind == .wrongUse ? 400 : 409, title: refusal.title, detail: refusal.detail)
  }
}

extension Fate {
  var word: String {
    switch self {
    case .applied: "applied"
    case .duplicate: "duplicate"
    case .unconsented: "unconsented"
    case .late: "late"
    case .quarantined: "quarantined"
    }
  }
}
