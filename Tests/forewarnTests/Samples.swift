import Terminal
import Vocabulary

/// The case that the contract tells, as values and as JSON.
enum Samples {
  static let now = EventTime(seconds: 1_763_881_200)  // 2025-11-23T07:00:00Z
  static let page = Screen(now: now)
  static let terminal = Screen(width: 80, isTerminal: true, isColoured: false, now: now)

  static let ticket = Ticket(
    id: "T-128", kind: .replacement, state: .open, severity: .major, device: "G0911", product: "fire-tv-stick-4k-max",
    batch: "FTV4KM-2024-W18", firmware: "3.2.0", region: "US-FL", customer: "c-8842", failureMode: "hdmi-cec-failure",
    kb: "KB-FTV4KM-2024-087",
    probability: .init(Interval(mean: 0.87, low: 0.81, high: 0.92), horizonDays: 30),
    evidence: .init(cohortDeviceDays: 41_230, cohortFailures: 37, deviceReports: 212),
    attribution: Attribution(batch: 0.91, firmware: 0.03, environment: 0.02, device: 0.01, unknown: 0.03),
    finding: "F-17",
    remedy: .init(
      type: .replacement, sku: "B0BP9SNVH9", firmware: "3.2.1", expectedCost: 41.2, costOfWaiting: 88,
      breakEvenProbability: 0.41, currency: "USD"),
    explanation: "Devices of batch FTV4KM-2024-W18 fail 4.8 times as often as others of the same days and places, "
      + "and this one has shown the first symptoms.",
    decidedAt: now - EventTime.day, openedAt: now - 3 * EventTime.hour, updatedAt: now,
    history: [
      .init(
        at: now - 3 * EventTime.hour, actor: "forewarnd", change: "opened", from: nil, to: "open",
        reason: "over its cost line")
    ], episode: 1, mayContact: false)

  static let finding = Finding(
    id: "F-17", state: .confirmed, failureMode: "hdmi-cec-failure", product: "fire-tv-stick-4k-max",
    cohort: Cohort(cause: .batch, batch: "FTV4KM-2024-W18"), rateRatio: Interval(mean: 4.8, low: 3.1, high: 7.2),
    probability: 0.9999,
    attribution: Attribution(batch: 0.91, firmware: 0.03, environment: 0.02, device: 0.01, unknown: 0.03),
    deviceDays: 41_230, failures: 37, devicesAffected: 35, onset: now - 20 * EventTime.day,
    detectedAt: now - EventTime.day, kb: nil, explanation: "All in one batch.",
    candidates: [
      .init(cohort: Cohort(cause: .batch, batch: "FTV4KM-2024-W18"), probability: 0.96),
      .init(
        cohort: Cohort(cause: .batchAndFirmware, batch: "FTV4KM-2024-W18", firmware: "3.2.0"), probability: 0.04),
    ],
    decidedAt: now, openedAt: now, updatedAt: now, episode: 1)

  static let listJSON = """
    {"schema":"forewarn.ticket.list/1","items":[\(ticketJSON)]}
    """

  static let ticketJSON = """
    {"schema":"forewarn.ticket.show/1","id":"T-128","kind":"replacement","state":"open","severity":"major",\
    "device":"G0911","product":"fire-tv-stick-4k-max","batch":"FTV4KM-2024-W18","firmware":"3.2.0","region":"US-FL",\
    "customer":"c-8842","failure_mode":"hdmi-cec-failure","kb":"KB-FTV4KM-2024-087",\
    "probability":{"mean":0.87,"low":0.81,"high":0.92,"horizon_days":30},\
    "evidence":{"cohort_device_days":41230,"cohort_failures":37,"device_reports":212},\
    "attribution":{"batch":0.91,"firmware":0.03,"environment":0.02,"device":0.01,"unknown":0.03},"finding":"F-17",\
    "remedy":{"type":"replacement","sku":"B0BP9SNVH9","firmware":"3.2.1","expected_cost":41.2,"cost_of_waiting":88,\
    "break_even_probability":0.41,"currency":"USD"},"explanation":"plain words",\
    "decided_at":"2025-11-22T07:00:00Z","opened_at":"2025-11-23T04:00:00Z","updated_at":"2025-11-23T07:00:00Z",\
    "outcome":null,"history":[],"episode":1,"may_contact":true}
    """
}
