import CaseStore
import ControlProtocol
import DefectModel
import DeviceHistory
import Glibc
import Pipeline
import Triage
import Vocabulary

/// `status`: how the gateway is, problems first; from the board and the store, without waiting for the engine.
struct StatusReporter: Sendable {
  static let version = "0.1.0"

  let board: Board
  let store: CaseDatabase
  private let running: RunningConfiguration
  let startedAt: EventTime
  private var configuration: Configuration { running.current }

  init(board: Board, store: CaseDatabase, configuration: RunningConfiguration, startedAt: EventTime) {
    self.board = board
    self.store = store
    running = configuration
    self.startedAt = startedAt
  }

  func storeReport() -> StoreReport {
    .init(store.room(), board.read { $0.house }, path: store.path, limit: configuration.storeLimits)
  }

  func hostFacts() -> HostFacts { .gathered(configuration, databasePath: store.path) }

  func report() -> StatusReport {
    let content = board.read { $0 }
    let totals = store.quarantineTotals()
    let reasons = self.reasons(content)
    let state: StatusReport.State =
      !content.broker.hasBeenReady ? .starting : reasons.isEmpty ? .ready : .degraded
    return StatusReport(
      state: state, reasons: reasons, version: Self.version, pid: Int(getpid()), startedAt: startedAt.description,
      messages: StatusReport.Messages(
        applied: content.counts.applied, duplicate: content.counts.duplicate, quarantined: content.counts.quarantined,
        unconsented: content.counts.unconsented, late: content.counts.late),
      devices: content.devices,
      tickets: StatusReport.Tickets(
        open: content.openTickets, proposed: content.proposedTickets, live: content.liveTickets),
      findings: StatusReport.Findings(live: content.liveFindings),
      broker: StatusReport.Broker(
        url: configuration.broker.url, connected: content.broker.isConnected, since: content.broker.since?.description,
        dropped: content.broker.dropped, sessionPresent: content.broker.sessionPresent,
        reconnects: content.broker.reconnects, lastError: content.broker.lastError,
        droppedSince: content.losses.dropped, sessionsLost: content.losses.sessionsLost),
      lagSeconds: content.lagSeconds?.toSixDigits, clock: content.clock?.description,
      clockKind: configuration.clock.rawValue,
      profiles: StatusReport.Profiles(count: content.profileCount, revision: content.profileRevision),
      database: StatusReport.Database(path: store.path, bytes: Int(store.sizeInBytes())),
      unknownItems: content.unknownItems, sequenceGaps: content.sequenceGaps,
      quarantine: StatusReport.Quarantine(messages: totals.rows, bytes: totals.bytes),
      lastPass: content.lastPassEnd.flatMap { end in
        content.lastPassSeconds.map { StatusReport.Pass(bucketEnd: end.description, seconds: $0.toSixDigits) }
      },
      care: StatusReport.Care(mode: configuration.careMode.rawValue, paused: content.brake != nil),
      latency: latency(content.latency),
      limits: StatusReport.Limits(
        throttledMessages: content.refusals.throttled, throttledDevices: content.throttledDevices,
        offenders: content.offenders, unknownDevices: content.unknownDevices,
        unknownDevicesLimit: configuration.limits.unknownDevices,
        newDevicesRefused: content.refusals.newDevicesRefused, namesRefused: content.namesRefused,
        quarantineUnkept: content.refusals.unkept),
      missingMessages: content.missingMessages.values.reduce(0, +),
      calibration: content.calibration.map { StatusReport.Calibration($0.mode, $0.drift) },
      commitSeconds: Self.commitSeconds(content)?.toSixDigits)
  }

  var careMode: String { configuration.careMode.rawValue }

  private func latency(_ histogram: LatencyHistogram) -> StatusReport.Latency? {
    guard let half = histogram.quantile(0.5), let most = histogram.quantile(0.99) else { return nil }
    return StatusReport.Latency(p50Seconds: half.toSixDigits, p99Seconds: most.toSixDigits)
  }

  private static func commitSeconds(_ content: Board.Content) -> Double? {
    content.commitBegan.map { max(0, WallClock.monotonicSeconds() - $0) }
  }

  func reasons(_ content: Board.Content) -> [String] {
    var reasons: [String] = []
    if let trouble = content.storeTrouble {
      reasons.append("nothing is acknowledged: \(trouble)")
    } else if let seconds = Self.commitSeconds(content), seconds > Limits.longCommitSeconds {
      reasons.append(
        "nothing is acknowledged: a commit has waited \(Int(seconds)) s for the disk; look who else uses it (iotop), and"
          + " whether it is sound (dmesg)")
    }
    if !content.broker.isConnected {
      reasons.append(content.broker.lastError ?? "connecting to \(configuration.broker.url)")
    }
    reasons += content.losses.reasons(at: WallClock.now())
    reasons += content.calibration.filter(\.drift.isDrifting).map { DriftWords.reason($0.mode, $0.drift) }
    if let trouble = content.reloadTrouble { reasons.append("the last reload was refused: \(trouble)") }
    return reasons
  }
}
