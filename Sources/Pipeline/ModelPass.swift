import DefectModel
import DeviceHistory
import Triage
package import Vocabulary

/// One model pass a closed bucket: evidence → beliefs → cases, in that order and nowhere else.
extension StageLine {
  /// The clock moved without a message, a closed bucket at a time: whether there was one. For a start after a long time away.
  package mutating func advanceOneBucket(to now: EventTime, wall: EventTime?) -> Bool {
    history.advance(to: now)
    takeEarly(wall: wall)
    guard let bucket = history.nextDue() else { return false }
    pass(bucket, wall: wall)
    return true
  }

  mutating func runDuePasses(wall: EventTime?) {
    while let bucket = history.nextDue() { pass(bucket, wall: wall) }
  }

  /// At the end of a replay: closes what holds reports, and writes the predictions that were due after that.
  package mutating func finish() {
    // The last bucket's end may lie ahead of all that was heard: nothing is foretold from there.
    while let bucket = history.nextAtEnd() { pass(bucket, wall: nil, predictUntil: history.now) }
    guard case .at(let time) = settings.predictions.times, let now = history.now else { return }
    for length in BucketLength.allCases where history.lastClosed(length).map({ time >= $0.end }) ?? false {
      if time > now { predict(asOf: time, length) }
    }
  }

  /// The probabilities as of the last closed bucket of each length.
  package mutating func predictAtEnd() {
    guard let asOf = BucketLength.allCases.compactMap({ history.lastClosed($0)?.end }).max() else { return }
    for length in BucketLength.allCases where history.lastClosed(length) != nil { predict(asOf: asOf, length) }
  }

  private mutating func pass(_ bucket: Bucket, wall: EventTime?, predictUntil limit: EventTime? = nil) {
    // Out of `self` for the moment: evidence is learnt as it is told, since that of a whole fleet would fill the memory.
    var learner = model
    model = HazardModel(profiles: [])
    if let onlooker {
      history.close(bucket) { onlooker.evidence($0) }
    } else {
      history.close(bucket) { learner.learn($0) }
    }
    model = learner
    learner = HazardModel(profiles: [])
    let byRates = model.close(bucket, finalBefore: bucket.end - settings.history.lateness)
    history.replaceIncidents(byRates, after: bucket)
    if bucket.length == .day { settleVerdicts(before: bucket.end) }
    let beliefs = weighed(byRates, asOf: bucket.end)
    let model = model
    var candidates = CareCandidates(beliefs: beliefs, cases: cases, verdicts: verdicts)
    // By what can't change any more, so that late words leave no trace in a device's own record.
    var forecasts: [ModeKey: CalibrationTally] = [:]
    let verification = ForecastVerification(
      forecast: { mode, risk in
        model.forecast(mode, risk).map { forecasts[mode, default: CalibrationTally()].forecast($0) } ?? 0
      },
      settle: { mode, bin, came in forecasts[mode, default: CalibrationTally()].settle(bin, came: came) })
    history.fold(
      after: bucket, hazard: { model.finalHazard($0, $1) }, verification: verification,
      look: { candidates.look(at: $0) })
    for (mode, tally) in forecasts { self.model.learn(tally, of: mode) }
    let devices = candidates.beliefs(history, model, triage, asOf: bucket.end, length: bucket.length)
    var entries: [TrialEntry] = []
    let changes = triage.decide(
      PassBeliefs(decidedAt: bucket.end, modes: beliefs, devices: devices), cases: cases, ended: ended,
      devicesAffected: candidates.affected.byDefect(beliefs: beliefs, cases: cases), openedAt: wall ?? bucket.end,
      entered: { entries.append($0) })
    yield.trial += entries
    for change in changes { apply(change) }
    // The longest time after which an ended ticket still matters: the longest horizon that a profile may have, a year.
    ended.forgetTickets(endedBefore: bucket.end - 366 * EventTime.day)
    yield.changes += changes
    yield.passes.append(
      Yield.Pass(
        bucket: bucket, incidents: beliefs.flatMap { belief in belief.incidents.map { (belief.mode, $0) } }))
    for time in settings.predictions.times(after: bucket) where limit.map({ time <= $0 }) ?? true {
      predict(asOf: time, bucket.length)
    }
  }

  private mutating func predict(asOf time: EventTime, _ length: BucketLength) {
    let model = model
    var rows: [Prediction] = []
    history.forEachStanding(asOf: time, lengths: [length], hazard: { model.hazard($0, $1) }) { standing in
      for entry in standing.modes {
        let horizon = settings.predictions.horizonDays ?? entry.mode.horizonDays
        let key = ModeKey(product: standing.identity.product, mode: entry.mode.id)
        let risk = informed(entry, of: standing.identity.device, asOf: time).risk
        rows.append(
          Prediction(
            identity: standing.identity, failureMode: entry.mode.id, asOf: time, horizonDays: horizon,
            probability: model.probability(key, risk, horizonDays: horizon).toSixDigits))
      }
    }
    yield.predictions += rows
  }
}
