import ControlProtocol
import Dashboard
import Vocabulary

/// Cases of a fleet whose every name is hostile.
enum Samples {
  static let evil = "<script>alert(1)</script>\"'&"
  static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"
  static let now = EventTime(seconds: 1_763_881_200)  // 2025-11-23T07:00:00Z

  static let ticket = Ticket(
    id: evil, kind: .replacement, state: .open, severity: .major, device: evil, product: Symbol(evil),
    batch: Symbol(evil), firmware: Symbol(evil), region: Symbol(evil), customer: evil, failureMode: Symbol(evil),
    kb: evil,
    probability: .init(Interval(mean: 0.87, low: 0.81, high: 0.92), horizonDays: 30),
    evidence: .init(cohortDeviceDays: 41_230, cohortFailures: 37, deviceReports: 212),
    attribution: Attribution(batch: 0.91, firmware: 0.03, environment: 0.02, device: 0.01, unknown: 0.03),
    finding: evil,
    remedy: .init(
      type: .replacement, sku: evil, firmware: Symbol(evil), expectedCost: 41.2, costOfWaiting: 88,
      breakEvenProbability: 0.41, currency: evil),
    explanation: evil, decidedAt: now - EventTime.day, openedAt: now - 3 * EventTime.hour, updatedAt: now,
    history: [.init(at: now, actor: evil, change: evil, from: evil, to: evil, reason: evil)], episode: 1,
    mayContact: false)

  static let finding = Finding(
    id: evil, state: .confirmed, failureMode: Symbol(evil), product: Symbol(evil),
    cohort: Cohort(cause: .batch, batch: Symbol(evil)), rateRatio: Interval(mean: 4.8, low: 3.1, high: 7.2),
    probability: 0.9999,
    attribution: Attribution(batch: 0.91, firmware: 0.03, environment: 0.02, device: 0.01, unknown: 0.03),
    deviceDays: 41_230, failures: 37, devicesAffected: 35, onset: now - 2 * EventTime.day, detectedAt: now, kb: evil,
    explanation: evil,
    candidates: [
      .init(cohort: Cohort(cause: .batch, batch: Symbol(evil)), probability: 0.96),
      .init(
        cohort: Cohort(cause: .batchAndFirmware, batch: Symbol(evil), firmware: Symbol(evil)), probability: 0.04),
    ],
    decidedAt: now, openedAt: now, updatedAt: now, episode: 1)

  static let evidence = FindingEvidence(
    regions: [
      .init(
        region: evil, deviceDays: 100, onsets: 10, otherDeviceDays: 100, otherOnsets: 2,
        ratio: Estimate(mean: 4.2, low: 1.3, high: 13)),
      .init(region: "alone", deviceDays: 5, onsets: 1, otherDeviceDays: 0, otherOnsets: 0, ratio: nil),
    ],
    days: (0..<4).map { day in
      .init(start: now - (4 - Int64(day)) * EventTime.day, deviceDays: 30, onsets: day, expected: 0.5)
    }, effects: [Estimate(mean: 4, low: 2, high: 8), nil])

  static let campaign = CampaignItem(
    finding: evil, state: evil, paused: true, pausedBy: evil, acknowledgedAt: nil, limitADay: 5, waiting: 3,
    reason: evil,
    waves: [], released: 0)

  static let report = ModeReportItem(
    product: evil, failureMode: evil, asOf: nil,
    evidence: .init(from: nil, until: nil, deviceDays: 1000, onsets: 12),
    baseRatePerDay: Estimate(mean: 0.001, low: 0.0005, high: 0.002),
    falseFindings: .init(
      candidatesWatched: 3, buckets: 7, expectedAtMost: 0.001, aYearAtMost: 0.05, everOfKnownAtMost: 0.01,
      logThreshold: 13),
    nearGate: [.init(cause: "batch", batch: evil, firmware: evil, logEvidence: 3, logThreshold: 13, isOpen: false)],
    effects: [],
    calibration: .init(
      predictions: 10, baseRate: 0.1, error: 0.02, brier: .init(model: 0.05, ofBaseRate: 0.09),
      logLoss: .init(model: 0.2, ofBaseRate: 0.3),
      bins: [.init(count: 10, predicted: 0.1, observed: Estimate(mean: 0.1, low: 0.02, high: 0.3))]), drift: nil)

  static func ageing(_ batch: String?) -> AgeingItem {
    AgeingItem(
      product: evil, failureMode: evil, batch: batch, asOf: nil, deviceDays: 3000, onsets: 4, pattern: "random",
      shape: nil,
      scaleDays: nil, batchesThatTell: 1, devicesAtRisk: 10, forecasts: [],
      bins: [
        .init(
          fromDays: 0, untilDays: 30, deviceDays: 2000, onsets: 4,
          hazardPerDay: Estimate(mean: 0.002, low: 0.001, high: 0.004),
          cumulative: Estimate(mean: 0.06, low: 0.02, high: 0.1)),
        .init(fromDays: 30, untilDays: nil, deviceDays: 0, onsets: 0, hazardPerDay: nil, cumulative: nil),
        .init(fromDays: nil, untilDays: nil, deviceDays: 0, onsets: 0, hazardPerDay: nil, cumulative: nil),
      ], explanation: evil)
  }

  static let cells = [
    CohortCell(
      batch: evil, firmware: evil, deviceDays: 900, failures: 40, expected: 10,
      ratio: Estimate(mean: 5, low: 3, high: 8)),
    CohortCell(batch: "sound", firmware: evil, deviceDays: 100, failures: 0, expected: 0.9, ratio: nil),
  ]

  static let status = StatusReport(
    state: .degraded, reasons: [evil], version: "1", pid: 1, startedAt: now.description,
    messages: .init(applied: 9, quarantined: 1), devices: 2, tickets: .init(open: 1, proposed: 1, live: 1),
    findings: .init(live: 1),
    broker: .init(
      url: evil, connected: false, since: nil, dropped: nil, sessionPresent: nil, reconnects: 0, lastError: evil),
    lagSeconds: 0.2, clock: now.description, clockKind: "event", profiles: .init(count: 1, revision: evil),
    database: .init(path: evil, bytes: 1), unknownItems: 0, sequenceGaps: 0, quarantine: .init(messages: 1, bytes: 1),
    lastPass: nil, care: .init(mode: evil), limits: .init(offenders: [evil]))

  static let device = DeviceCard(
    device: DeviceItem(
      device: evil, product: evil, batch: evil, firmware: evil, region: evil, carrier: evil, customer: evil,
      activated: nil, lastHeard: nil, reports: 3, consent: .init(telemetry: true, contact: false), retired: nil,
      sequenceGaps: 0),
    explanation: DeviceExplanation(
      device: evil, product: evil, asOf: now.description,
      modes: [
        .init(
          failureMode: evil, probability: .init(mean: 0.2, low: 0.1, high: 0.3, horizonDays: 30),
          ordinaryProbability: 0.05, terms: [.init(term: evil, label: evil, logFactor: 1.2)],
          attribution: Shares(batch: 1, firmware: 0, environment: 0, device: 0, unknown: 0),
          verdicts: [evil], remedies: [.init(type: evil, firmware: evil, expectedCost: 2, paysFrom: 0.1)],
          currency: evil,
          scenarios: [
            .init(scenario: evil, probability: .init(mean: 0.1, low: 0.05, high: 0.2, horizonDays: 30))
          ], ticket: nil)
      ]),
    tallies: (0..<3).map { day in
      DeviceTally(
        start: now - Int64(day) * EventTime.day, length: "day", reports: 1, firmware: evil,
        signals: [.init(name: evil, mean: 1, least: 0, greatest: 2)], events: [(evil, 2)])
    }, onsets: [(evil, 1, nil)], tickets: [ticket])

  /// Every page there is.
  static let pages: [WebPage] = [
    OverviewPage(
      status: status, findings: [(finding, 1, 0)], tickets: [.open: 1], urgent: [ticket],
      rates: [.init(end: now, messagesASecond: 2.5, lagSeconds: 0.1)]
    ).page(now: now),
    TicketListPage(
      filters: [("state", evil), ("batch", evil), ("finding", evil)], tickets: [ticket], page: 2, hasMore: true
    ).page(now: now),
    TicketCard(ticket).page(now: now),
    FindingListPage(findings: [(finding, 1, 0)], filters: [("product", evil)]).page(now: now),
    FindingCard(finding: finding, open: 1, closed: 0, batch: nil, campaign: campaign, evidence: evidence)
      .page(now: now),
    ModelPage(reports: [report]).page(),
    ModePage(report: report, cells: cells, ageing: [ageing(nil), ageing(evil)], chosen: evil).page(),
    DeviceSearchPage(devices: 2, missing: evil).page(), device.page(now: now),
    HealthPage(
      status: status, doctor: DoctorReport(items: [.init(check: evil, state: .fault, detail: evil, fix: evil)]),
      rates: [], latency: [(0.001, 3), (0.002, 0), (nil, 1)]
    ).page(), ProblemPage(status: 404, title: evil, detail: evil).page(),
  ]
}
