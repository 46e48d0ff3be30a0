package import Vocabulary

/// What the model holds of one failure mode, for those who want to know whether to trust it.
package struct ModeReport: Hashable, Sendable {
  /// A coefficient of the last fit, as a factor on the hazard against the average of the device's day and place.
  package struct Effect: Hashable, Sendable {
    package var subject: Subject
    package var ratio: Interval

    /// What it is an effect of; ages and risk factors in words.
    package enum Subject: Hashable, Sendable {
      case cohort(Cohort), age(String), factor(String)
    }
  }

  /// A suspect with at least half the evidence that opens its gate.
  package struct NearGate: Hashable, Sendable {
    package var cohort: Cohort
    package var logEvidence: Double
    package var logThreshold: Double
    package var isOpen: Bool { logEvidence >= logThreshold }
  }

  package var mode: ModeKey
  package var deviceDays: Double
  package var onsets: Int
  /// The start of the first bucket with cells and the end of the last.
  package var from: EventTime?
  package var until: EventTime?
  /// Onsets a device-day of an ordinary device, by the last pass.
  package var baseRate: Interval
  package var falseFindings: FalseFindings
  /// The surest first.
  package var effects: [Effect]
  /// The nearest first.
  package var nearGate: [NearGate]
  package var calibration: CalibrationReport?
  /// Of the forecasts that came due lately.
  package var drift: CalibrationDrift?

  package static let mostEffects = 5
  package static let mostNear = 20
}

extension HazardModel {
  package func report(_ mode: ModeKey) -> ModeReport? { model(mode).map { ModeReport($0.settled) } }
}

extension ModeReport {
  init(_ model: ModeModel) {
    mode = model.key
    let buckets = model.cells.all
    let length = model.knowledge.mode.bucket
    var atRisk: Int64 = 0
    var onsets: Int64 = 0
    var bucketsWithOnsets = 0
    let recent = Int64(model.endHour) - 24 * Int64(FalseFindings.days)
    for bucket in buckets {
      for group in bucket.groups {
        atRisk += group.atRisk
        onsets += group.onsets
      }
      if Int64(bucket.startHour) >= recent, bucket.groups.contains(where: \.isInformative) { bucketsWithOnsets += 1 }
    }
    deviceDays = Double(atRisk) / model.bucketsPerDay
    self.onsets = Int(onsets)
    from = buckets.first.map { Bucket(startHour: $0.startHour, length: length).start }
    until = buckets.last.map { Bucket(startHour: $0.startHour, length: length).end }
    let rate = model.hazard.rates.product
    baseRate = Self.ratio(logarithm(rate.mean * model.bucketsPerDay), variance: rate.variance)
    let pass = PassCells(model.cells, until: .max, factorCount: model.factorCount)
    let test = model.openHead(until: .max, pass)
    let line = test.threshold(bucketsPerDay: model.bucketsPerDay)
    falseFindings = FalseFindings(
      watched: test.processes.count, buckets: bucketsWithOnsets,
      stakes: test.stakes(ofLast: bucketsWithOnsets, bucketsPerDay: model.bucketsPerDay),
      bucketsPerDay: model.bucketsPerDay,
      priorProbabilities: Array(model.knowledge.priorProbabilities.values), logThreshold: line)
    effects = Self.effects(model)
    nearGate = Self.near(test, line: line, known: model.knowledge.priorProbabilities)
    calibration = CalibrationReport(model.calibration.table)
    if model.drift.expected > 0 || model.drift.came > 0 { drift = model.drift }
  }

  private static func ratio(_ log: Double, variance: Double) -> Interval {
    let half = 1.644_854 * max(variance, 0).squareRoot()
    return Interval(mean: exponential(log), low: exponential(log - half), high: exponential(log + half))
  }

  /// By the bound of the interval that is nearer to no effect; those whose interval holds it aren't listed.
  private static func effects(_ model: ModeModel) -> [Effect] {
    let hazard = model.hazard
    var entries: [(sure: Double, number: Int, variance: Double)] = []
    for number in hazard.terms.indices {
      let diagonal = number * (number + 1) / 2 + number
      guard diagonal < hazard.covariance.count else { break }
      let variance = Double(hazard.covariance[diagonal])
      let sure = abs(hazard.coefficients[number]) - 1.644_854 * max(variance, 0).squareRoot()
      if sure > 0 { entries.append((sure, number, variance)) }
    }
    entries.sort { $0.sure == $1.sure ? $0.number < $1.number : $0.sure > $1.sure }
    return entries.prefix(mostEffects).map { entry in
      let ratio = ratio(hazard.coefficients[entry.number], variance: entry.variance)
      switch hazard.terms[entry.number] {
      case .suspect(let suspect): return Effect(subject: .cohort(suspect.cohort), ratio: ratio)
      case .age(let bin): return Effect(subject: .age(model.knowledge.mode.ageLabel(bin)), ratio: ratio)
      case .factor(let factor, let bin):
        let factors = model.knowledge.mode.factors
        let label = factors.indices.contains(Int(factor)) ? factors[Int(factor)].label(bin) : nil
        return Effect(subject: .factor(label ?? "factor \(factor)"), ratio: ratio)
      }
    }
  }

  /// With what it has of its own process, or of the one that a known defect has besides, whichever is nearer.
  private static func near(_ test: SequentialTest, line: Double, known: [Suspect: Double]) -> [NearGate] {
    var entries: [(suspect: Suspect, evidence: Double, line: Double)] = []
    for suspect in Set(test.processes.keys).union(known.keys).sorted() {
      var evidence = test.processes[suspect]?.logEvidence ?? -.infinity
      var ownLine = line
      if let prior = known[suspect] {
        let weighted = test.weightedLogEvidence(suspect)
        let weightedLine = SequentialTest.threshold(priorProbability: prior)
        if weighted - weightedLine > evidence - ownLine { (evidence, ownLine) = (weighted, weightedLine) }
      }
      if evidence >= ownLine / 2 { entries.append((suspect, evidence, ownLine)) }
    }
    return entries.sorted {
      let (left, right) = ($0.evidence - $0.line, $1.evidence - $1.line)
      return left == right ? $0.suspect < $1.suspect : left > right
    }.prefix(mostNear).map {
      NearGate(cohort: $0.suspect.cohort, logEvidence: $0.evidence, logThreshold: $0.line)
    }
  }
}
