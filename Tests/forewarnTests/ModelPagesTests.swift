import ControlProtocol
import Terminal
import Testing
import Vocabulary

@Suite struct ModelPagesTests {
  private static let terminal = Screen(width: 100, isTerminal: true, now: EventTime(milliseconds: 0))
  private static let pipe = Screen(now: EventTime(milliseconds: 0))

  private func comparison(_ verdict: String, days: Int?) -> FirmwareComparisonItem {
    FirmwareComparisonItem(
      product: "echo-dot-5", failureMode: "wifi-dropout", from: "3.2.0", to: "3.3.0", asOf: nil, verdict: verdict,
      rateRatio: verdict == "not_identifiable" ? nil : Estimate(mean: 1.2, low: 0.8, high: 1.7), probabilityWorse: 0.8,
      overdispersion: 1, sets: 3,
      fromEvidence: .init(deviceDays: 1200, onsets: 7, deviceDaysApart: 300, onsetsApart: 1),
      toEvidence: .init(deviceDays: 800, onsets: 6, deviceDaysApart: 0, onsetsApart: 0), toldRatio: 1.5, power: 0.9,
      daysUntilTold: days, windowDays: 35, explanation: "in words")
  }

  @Test func `a comparison through a pipe is a row a mode`() {
    let text = ComparisonPage.text([comparison("cannot_tell", days: 12)], on: Self.pipe)
    let lines = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(lines.count == 2)
    #expect(
      lines[1] == ["wifi-dropout", "cannot tell", "1.2 × [0.8–1.7]", "7", "6", "1,200", "800", "13 %", "12 days"])
    let bare = ComparisonPage.text([comparison("cannot_tell", days: nil)], withHeaders: false, on: Self.pipe)
    #expect(bare.hasSuffix("\tnever\n") && bare.hasPrefix("wifi-dropout"))
    #expect(ComparisonPage.text([comparison("cannot_tell", days: 0)], on: Self.pipe).hasSuffix("\tnow\n"))
    #expect(ComparisonPage.text([comparison("not_identifiable", days: nil)], on: Self.pipe).hasSuffix("\t-\n"))
  }

  @Test func `on a terminal it is told in words as well`() {
    let text = ComparisonPage.text([comparison("worse", days: nil)], on: Self.terminal)
    #expect(text.contains("B: firmware 3.3.0 against A: 3.2.0") && text.contains("in words"))
  }

  private var ageing: AgeingItem {
    AgeingItem(
      product: "echo-dot-5", failureMode: "wifi-dropout", batch: "B1", asOf: nil, deviceDays: 3000, onsets: 4,
      pattern: "wear_out", shape: Estimate(mean: 2.04, low: 1.2, high: 3.1), scaleDays: 400, batchesThatTell: 1,
      devicesAtRisk: 100,
      forecasts: [
        .init(days: 30, onsets: Estimate(mean: 4.25, low: 1, high: 8)),
        .init(days: 90, onsets: Estimate(mean: 123.4, low: 98, high: 150)),
      ],
      bins: [
        .init(fromDays: nil, untilDays: nil, deviceDays: 0, onsets: 0, hazardPerDay: nil, cumulative: nil),
        .init(
          fromDays: 0, untilDays: 30, deviceDays: 2000, onsets: 4,
          hazardPerDay: Estimate(mean: 0.002, low: 0.001, high: 0.0041),
          cumulative: Estimate(mean: 0.06, low: 0.03, high: 0.12)),
        .init(fromDays: 30, untilDays: nil, deviceDays: 1000, onsets: 0, hazardPerDay: nil, cumulative: nil),
      ], explanation: "older devices fail more: they wear out")
  }

  @Test func `a single cohort has its ages below it, several don't`() {
    let one = AgeingPage.text([ageing], on: Self.pipe)
    #expect(one.contains("wear out\t2.04 [1.20–3.10]\t4\t3,000\t4.25 [1–8]\t123 [98–150]\n"))
    #expect(one.contains("0–30\t2,000\t4\t2.00 [1.00–4.10]\t0.06 [0.03–0.12]\n"))
    #expect(one.contains("from 30 on\t1,000\t0\t-\t-\n") && one.contains("unknown\t0\t0\t-\t-\n"))
    #expect(one.contains("they wear out"))
    #expect(!AgeingPage.text([ageing, ageing], on: Self.pipe).contains("AGE IN DAYS"))
    #expect(AgeingPage.text([], on: Self.pipe).isEmpty)
  }

  @Test(
    arguments: [
      (0.05, 0.05, 1.91, "below 1.91"), (20, 0.31, 20, "above 0.31"), (20, 0.05, 20, "-"), (0.05, 0.05, 20, "-"),
      (2, 0.05, 4, "2.00 [0.05–4.00]"),
    ] as [(Double, Double, Double, String)])
  func `a shape at the edge of what is looked at is shown as a bound`(
    mean: Double, low: Double, high: Double, text: String
  ) {
    var item = ageing
    item.shape = Estimate(mean: mean, low: low, high: high)
    #expect(AgeingPage.text([item], on: Self.pipe).contains("wear out\t\(text)\t4\t"))
  }

  private func report(_ calibration: ModeReportItem.Calibration?) -> ModeReportItem {
    ModeReportItem(
      product: "echo-dot-5", failureMode: "wifi-dropout", asOf: nil,
      evidence: .init(from: "2025-06-01T00:00:00Z", until: "2025-06-29T00:00:00Z", deviceDays: 19_350, onsets: 223),
      baseRatePerDay: Estimate(mean: 0.002, low: 0.0018, high: 0.0022),
      falseFindings: .init(
        candidatesWatched: 544, buckets: 7, expectedAtMost: 0.000_959, aYearAtMost: 0.05, everOfKnownAtMost: 0,
        logThreshold: 15.2),
      nearGate: [
        .init(cause: "firmware", batch: nil, firmware: "3.3.0", logEvidence: 20, logThreshold: 15.2, isOpen: true)
      ],
      effects: [
        .init(
          kind: "firmware_and_environment", batch: nil, firmware: "3.3.0", label: nil,
          ratio: Estimate(mean: 5.7, low: 2.4, high: 15)),
        .init(
          kind: "age", batch: nil, firmware: nil, label: "age below 30 days", ratio: Estimate(mean: 2, low: 1, high: 3)),
      ], calibration: calibration)
  }

  @Test func `the model's page tells all of one mode, and a row each of several`() {
    let calibration = ModeReportItem.Calibration(
      predictions: 200, baseRate: 0.3, error: 0.01, brier: .init(model: 0.17, ofBaseRate: 0.21),
      logLoss: .init(model: 0.509, ofBaseRate: 0.611),
      bins: [.init(count: 200, predicted: 0.29, observed: Estimate(mean: 0.3, low: 0.25, high: 0.36))])
    let page = ModelPage.text([report(calibration)], on: Self.pipe)
    for text in [
      "223 onsets in 19,350 device-days", "544 candidates watched, at most 0.0010 false findings expected",
      "firmware: firmware 3.3.0, ln evidence 20.0 of 15.2, open", "5.7 × [2.4–15.0]  firmware 3.3.0 in humid weather",
      "age below 30 days", "29 %\t30 % [25–36 %]\t200", "log-loss 0.50900 against 0.61100 of the base rate",
    ] {
      #expect(page.replacing("\n  ", with: " ").contains(text) || page.contains(text), "\(text)\n\(page)")
    }
    #expect(ModelPage.text([report(nil)], on: Self.pipe).contains("no prediction has come due yet"))
    let rows = ModelPage.text([report(nil), report(nil)], on: Self.terminal)
    #expect(rows.contains("this week 1,088 candidates watched, at most 0.0019 false findings expected"))
  }
}
