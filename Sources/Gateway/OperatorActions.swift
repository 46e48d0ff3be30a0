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
  var judgementTime: EventTime { pipeline.history.now ?? WallClock.now() }

  private func save(_ change: CaseChange) async throws { try await save([change]) }

  func save(_ changes: [CaseChange]) async throws {
    for change in changes { pipeline.apply(change) }
    guard await commit(changes: changes) else { throw ProblemDetails.stopping }
  }

  /// Other profiles: read and checked before, taken whole.
  /// Answers whether the profiles differ from those in use. What was judged before is committed with what it was judged
  /// by: a snapshot, so that no message is judged again by what came after it.
  func reload(
    _ catalogue: Catalogue, _ settings: PipelineSettings, audited: [String: String], actor: String
  ) async throws -> Bool {
    try await turn {
      note(audited, by: actor)
      let isChange = catalogue.revision != pipeline.catalogue.revision
      let before = careMode
      let forgotten = isChange ? pipeline.replaceCatalogue(catalogue) : []
      if isChange || pipeline.settings.isJudgedOtherwise(by: settings) {
        pipeline.replaceSettings(settings)
        let outbox = Outbox(
          root: settings.root, mode: careMode, cases: pipeline.cases, closed: [:], at: WallClock.now(),
          language: messages, locale: locales(of: pipeline.cases.tickets.values),
          isMissing: { [board] in board.note(missing: $0) }, mayOffer: mayOffer)
        guard await commit(forgottenModes: forgotten, outgoing: outbox.offers(after: before)) else {
          throw ProblemDetails.stopping
        }
      }
      if !pendingAudit.isEmpty, !(await commit()) { throw ProblemDetails.stopping }
      if isChange {
        logger.notice(
          "profiles reloaded",
          metadata: ["profiles": "\(catalogue.profiles.count)", "revision": "\(catalogue.revision)"])
      }
      board.change { content in
        content.reloadTrouble = nil
        content.profileCount = catalogue.profiles.count
        content.profileRevision = catalogue.revision
      }
      return isChange
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
    switch noun {
    case "quarantined message": "quarantine list"
    case "outbox message": "outbox list"
    default: "\(noun) list"
    }
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
