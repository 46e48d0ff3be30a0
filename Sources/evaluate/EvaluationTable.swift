import FleetSimulation
import Foundation
import Vocabulary

/// One line of the table that `make evaluate` prints.
struct EvaluatedFigure: Codable, Sendable {
  var title: String
  var estimate: Estimate?
  var unit: String
  var runs: String
  var must: String
  var aim: String
  /// `nil` where nothing must hold or nothing was measured.
  var verdict: Verdict?
  var note: String = ""

  enum Verdict: String, Codable, Sendable { case aim = "aim reached", must = "good enough", miss = "MISSED" }

  /// - Parameters must, aim: what the figure must reach; `isAtLeast`: from above.
  init(
    _ title: String, _ estimate: Estimate?, unit: String = "", runs: String, must: Double? = nil, aim: Double? = nil,
    isAtLeast: Bool = true, note: String = ""
  ) {
    self.title = title
    self.estimate = estimate
    self.unit = unit
    self.runs = runs
    self.note = note
    let sign = isAtLeast ? "≥" : "≤"
    self.must = must.map { "\(sign) \(short($0, unit))" } ?? ""
    self.aim = aim.map { "\(sign) \(short($0, unit))" } ?? ""
    guard let estimate, let must else { return }
    func reaches(_ line: Double) -> Bool { isAtLeast ? estimate.value >= line : estimate.value <= line }
    verdict = aim.map(reaches) ?? false ? .aim : reaches(must) ? .must : .miss
  }

  var measured: String {
    guard let estimate else { return "not measured" }
    return "\(short(estimate.value, unit)) [\(short(estimate.low, unit))–\(short(estimate.high, unit))]"
  }
}

private func short(_ value: Double, _ unit: String) -> String {
  unit == "%"
    ? String(format: "%.3g %%", value * 100) : String(format: "%.3g", value) + (unit.isEmpty ? "" : " \(unit)")
}

/// The table in Markdown, so that it can stand in the README as it is.
struct EvaluationTable {
  var figures: [EvaluatedFigure]

  var markdown: String {
    var rows = [["figure", "measured [95 %]", "of", "must", "aim", ""]]
    for figure in figures {
      rows.append([
        figure.title, figure.measured, figure.runs, figure.must, figure.aim, figure.verdict?.rawValue ?? "",
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      "| "
        + zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ") + " |"
    }
    let rule = "| " + widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ") + " |"
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}

/// The figures of simulated fleets.
struct FleetFigures {
  var normal: [FleetResult] = []
  var hard: [FleetResult] = []
  var null: [FleetResult] = []
  var known: [FleetResult] = []

  var figures: [EvaluatedFigure] {
    found("normal", normal, must: (0.97, 0.98), aim: (1, 0.99))
      + found("hard", hard, must: (0.88, 0.98), aim: (0.92, 0.99))
      + nothing + delays + ratio + devices
  }

  private func runs(_ fleets: [FleetResult]) -> String {
    guard let first = fleets.first else { return "no fleet" }
    return "\(fleets.count) fleets of \(first.devices) × \(first.days) d"
  }

  private func found(
    _ name: String, _ fleets: [FleetResult], must: (Double, Double), aim: (Double, Double)
  ) -> [EvaluatedFigure] {
    let defects = fleets.flatMap(\.defects).filter { $0.change != nil }
    let right = defects.filter { $0.found != nil }
    let findings = fleets.flatMap(\.findings)
    let good = findings.count { $0.verdict == .exact || $0.verdict == .unresolved }
    let unresolved = right.count { $0.found == .unresolved }
    return [
      EvaluatedFigure(
        "\(name): found with the exact cause", Statistics.share(right.count, of: defects.count), unit: "%",
        runs: "\(right.count) of \(defects.count) defects, \(runs(fleets))", must: must.0, aim: aim.0,
        note: "\(unresolved) of them unresolved between two candidates"),
      EvaluatedFigure(
        "\(name): precision of findings", Statistics.share(good, of: findings.count), unit: "%",
        runs: "\(good) of \(findings.count) findings", must: must.1, aim: aim.1),
    ]
  }

  private var nothing: [EvaluatedFigure] {
    let all = normal + hard + null
    func none(_ title: String, _ fleets: [FleetResult], _ isWrong: (FleetResult.Raised) -> Bool) -> EvaluatedFigure {
      let count = fleets.reduce(0) { $0 + $1.findings.count(where: isWrong) }
      let estimate = fleets.isEmpty ? nil : poisson(count)
      return EvaluatedFigure(
        title, estimate, runs: runs(fleets), must: 0, aim: 0, isAtLeast: false)
    }
    return [
      none("null fleets: findings", null) { _ in true },
      none("findings of devices from outages and artefacts", all) {
        $0.verdict == .unfounded && !$0.surroundings.isEmpty
      },
    ]
  }

  /// 95 % interval of a Poisson count by Byar's approximation (Breslow & Day 1987); of none, up to 3.7.
  private func poisson(_ count: Int) -> Estimate {
    let n = Double(count)
    func byar(_ n: Double, _ z: Double) -> Double {
      let root = 1 - 1 / (9 * n) + z / (3 * n.squareRoot())
      return n * root * root * root
    }
    return Estimate(value: n, low: count == 0 ? 0 : byar(n, -1.96), high: byar(n + 1, 1.96), count: 1)
  }

  private var delays: [EvaluatedFigure] {
    let lines: [(PlantedDefect.Story, String, Double, Double)] = [
      (.badBatch, "bad batch", 12, 6), (.badFirmware, "bad firmware", 13, 12),
      (.batchAndFirmware, "batch × firmware", 14, 12), (.firmwareAndHumidity, "firmware × humidity", 10, 9),
    ]
    func delay(
      _ title: String, _ fleets: [FleetResult], _ story: PlantedDefect.Story, _ must: Double, _ aim: Double
    ) -> EvaluatedFigure {
      let units = fleets.map { $0.defects.filter { $0.story == story }.compactMap(\.delayDays) }
      let count = units.flatMap(\.self).count
      return EvaluatedFigure(
        title, Statistics.bootstrap(units, count: count) { Statistics.median($0.flatMap(\.self)) }, unit: "d",
        runs: "\(count) found", must: must, aim: aim, isAtLeast: false)
    }
    var figures = lines.map { delay("normal: median delay, \($0.1)", normal, $0.0, $0.2, $0.3) }
    if !known.isEmpty {
      figures.append(delay("normal: median delay, bad batch with a KB entry", known, .badBatch, 3, 3))
    }
    for story in PlantedDefect.Story.allCases where !lines.contains(where: { $0.0 == story }) {
      let defects = normal.flatMap(\.defects).filter { $0.story == story }
      guard !defects.isEmpty else { continue }
      let right = defects.filter { $0.found != nil }
      let median = Statistics.median(right.compactMap(\.delayDays)).map { String(format: "%.3g", $0) } ?? "none"
      figures.append(
        EvaluatedFigure(
          "normal: found, \(story.rawValue)", Statistics.share(right.count, of: defects.count), unit: "%",
          runs: "\(right.count) of \(defects.count), median delay \(median) d"))
    }
    return figures
  }

  private var ratio: [EvaluatedFigure] {
    func coverage(
      _ title: String, _ fleets: [FleetResult], _ must: Double?, _ aim: Double?,
      _ truth: (FleetResult.Defect) -> Double?
    )
      -> EvaluatedFigure
    {
      let units = fleets.map { fleet in
        fleet.defects.compactMap { defect -> Bool? in
          guard let shown = defect.shown, let truth = truth(defect) else { return nil }
          return shown.low <= truth && truth <= shown.high
        }
      }
      let all = units.flatMap(\.self)
      return EvaluatedFigure(
        title, Statistics.share(all.count(where: \.self), of: all.count), unit: "%", runs: "\(all.count) found defects",
        must: must, aim: aim)
    }
    let both = normal + hard
    return [
      coverage("relative risk a fortnight after the change: coverage of its 90 % interval", both, 0.8, 0.88) {
        $0.rateRatio
      },
      coverage("the same against the generator's hazards", both, nil, nil) { $0.expectedRatio },
    ]
  }

  private var devices: [EvaluatedFigure] {
    let fleets = normal + hard
    func pooled(_ sample: [FleetResult]) -> [String: CalibrationBins] {
      sample.reduce(into: [:]) { sum, fleet in
        for (mode, bins) in fleet.calibration { sum[mode, default: CalibrationBins()] += bins }
      }
    }
    func all(_ sample: [FleetResult]) -> CalibrationBins {
      pooled(sample).sorted { $0.key < $1.key }.reduce(into: CalibrationBins()) { $0 += $1.value }
    }
    let rows = all(fleets).count
    // The bases are a fleet's and mode's own: a peer that knows each mode's mean rate of that fleet in advance.
    func gap(_ sample: [FleetResult], _ best: (CalibrationBins) -> Double) -> Double? {
      var (base, model, oracle) = (0.0, 0.0, 0.0)
      for bins in sample.flatMap({ $0.calibration.sorted { $0.key < $1.key }.map(\.value) }) {
        base += bins.baseLogLoss
        model += bins.logLoss
        oracle += best(bins)
      }
      return base > oracle ? (base - model) / (base - oracle) : nil
    }
    guard rows > 0 else { return [] }
    return [
      EvaluatedFigure(
        "device probability within 7 days: calibration error",
        Statistics.bootstrap(fleets, count: rows) { all($0).error }, runs: "\(rows) predictions", must: 0.006,
        aim: 0.004, isAtLeast: false),
      EvaluatedFigure(
        "the same: share of the log-loss gap closed between base rate and oracle",
        Statistics.bootstrap(fleets, count: rows) { gap($0, \.oracleLogLoss) }, unit: "%",
        runs: "\(fleets.count) fleets", must: 0.5, aim: 0.55),
      EvaluatedFigure(
        "the same, to who knows all but each device's frailty",
        Statistics.bootstrap(fleets, count: rows) { gap($0, \.learnableLogLoss) }, unit: "%",
        runs: "\(fleets.count) fleets"),
    ]
  }
}
