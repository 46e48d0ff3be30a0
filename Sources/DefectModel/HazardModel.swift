package import Vocabulary

/// What is known of every failure mode of every product: which cohorts fail more than they should, since when and why, and
/// how probable a failure of one device is.
///
/// `learn` adds evidence to an additive cell table; `close` looks at it once a bucket. Equal tables and profiles give
/// bit-identical results on one machine, whatever the order of arrival. Nothing here knows a clock, a file or a log.
package struct HazardModel: Sendable {
  private var models: [ModeKey: ModeModel] = [:]
  /// Beside the models, so that a look-up of a hazard touches one reference.
  private var hazards: [ModeKey: PredictiveHazard] = [:]

  package init(profiles: [FirmwareProfile]) {
    for (key, knowledge) in ModeKnowledge.merged(profiles) {
      let model = ModeModel(key: key, knowledge: knowledge)
      models[key] = model
      hazards[key] = model.hazard
    }
  }

  /// Every mode that the profiles declare, sorted.
  package var modes: [ModeKey] { models.keys.sorted() }

  /// Takes new profiles. A mode whose onset, bucket, refractory time, grace, factors or age bins changed begins anew, since
  /// its cells would mean something else; a mode that is no longer declared is forgotten; any other keeps what it has.
  /// - Returns: the modes that lost evidence, sorted. The caller erases their cells and state from the store.
  package mutating func replaceProfiles(_ profiles: [FirmwareProfile]) -> [ModeKey] {
    let knowledge = ModeKnowledge.merged(profiles)
    var lost: [ModeKey] = []
    for key in models.keys where knowledge[key] == nil {
      models[key] = nil
      hazards[key] = nil
      lost.append(key)
    }
    for (key, knowledge) in knowledge {
      if let present = models[key], knowledge.hasSameEvidence(as: present.knowledge) {
        models[key]?.knowledge = knowledge
        continue
      }
      if models[key] != nil { lost.append(key) }
      let model = ModeModel(key: key, knowledge: knowledge)
      models[key] = model
      hazards[key] = model.hazard
    }
    return lost.sorted()
  }

  /// Adds a difference to the cell table. Evidence of a mode that no profile declares changes nothing.
  package mutating func learn(_ evidence: Evidence) {
    models[evidence.mode]?.cells.add(
      evidence.counts, startHour: evidence.cell.bucket.startHour, covariates: evidence.cell.covariates)
  }

  /// One pass over every mode of this bucket's length, as of the bucket's end; later buckets aren't looked at. Buckets are
  /// closed in the order of time.
  /// - Parameter finalBefore: evidence of buckets that end by this moment can't change any more (the clock less lateness).
  /// - Returns: a belief for each such mode, sorted by mode, without cohorts where nothing is near a gate.
  package mutating func close(_ bucket: Bucket, finalBefore: EventTime) -> [ModeBelief] {
    var beliefs: [ModeBelief] = []
    for key in modes where models[key]?.knowledge.mode.bucket == bucket.length {
      guard let belief = models[key]?.close(bucket, finalBefore: finalBefore) else { continue }
      hazards[key] = models[key]?.hazard
      beliefs.append(belief)
    }
    return beliefs
  }
}

// MARK: Devices

extension HazardModel {
  /// Expected onsets of a device in one bucket at risk, by the last pass; 0 for a mode that no profile declares.
  package func hazard(_ mode: ModeKey, _ covariates: Covariates) -> Double {
    hazards[mode]?.hazard(covariates) ?? 0
  }

  /// That at least one onset begins within the horizon.
  package func probability(_ mode: ModeKey, _ risk: DeviceRisk, horizonDays: Double) -> Interval {
    posterior(mode)?.probability(risk, horizonDays: horizonDays) ?? Interval(mean: 0, low: 0, high: 0)
  }

  /// What a device's hazard is put down to; the shares sum to 1, `unknown` is what an ordinary device has, too.
  package func attribution(_ mode: ModeKey, _ risk: DeviceRisk) -> Attribution {
    posterior(mode)?.attribution(risk) ?? Attribution(unknown: 1)
  }

  /// The same for an ordinary new unit at the fleet's rate.
  package func ordinaryProbability(_ mode: ModeKey, horizonDays: Double) -> Double {
    posterior(mode)?.ordinaryProbability(horizonDays: horizonDays) ?? 0
  }

  private func posterior(_ mode: ModeKey) -> DevicePosterior? {
    guard let hazard = hazards[mode], let model = models[mode] else { return nil }
    return DevicePosterior(mode: model.knowledge.mode, hazard: hazard)
  }
}

// MARK: What is kept

extension HazardModel {
  /// The buckets whose cells have changed since the last call, with all their cells; an empty blob: there are none left.
  package mutating func takeChangedCells() -> [(mode: ModeKey, bucket: Bucket, blob: [UInt8])] {
    var changed: [(mode: ModeKey, bucket: Bucket, blob: [UInt8])] = []
    for key in modes {
      guard let hours = models[key]?.cells.takeChanged(), let model = models[key] else { continue }
      for hour in hours {
        changed.append(
          (
            key, Bucket(startHour: hour, length: model.knowledge.mode.bucket),
            CellBlob.encode(model.cells.buckets[hour] ?? [:])
          ))
      }
    }
    return changed
  }

  /// Puts back what `takeChangedCells` gave. Cells of a mode that is no longer declared are left out.
  package mutating func restoreCells(mode: ModeKey, bucket: Bucket, blob: [UInt8]) throws(BlobFault) {
    let cells = try CellBlob.decode(blob)
    models[mode]?.cells.restore(cells, startHour: bucket.startHour)
  }

  /// All that a mode keeps besides its cells; empty for a mode that no profile declares.
  package func state(of mode: ModeKey) -> [UInt8] { models[mode]?.state ?? [] }

  package mutating func restoreState(mode: ModeKey, blob: [UInt8]) throws(BlobFault) {
    try models[mode]?.restore(blob)
    hazards[mode] = models[mode]?.hazard
  }

  /// The cell table of a mode in the order of time and then of words.
  package func cells(of mode: ModeKey) -> [(cell: Cell, counts: CellCounts)] {
    guard let model = models[mode] else { return [] }
    return model.cells.buckets.keys.sorted().flatMap { hour in
      let bucket = Bucket(startHour: hour, length: model.knowledge.mode.bucket)
      return (model.cells.buckets[hour] ?? [:]).map { (cell: Cell(bucket: bucket, covariates: $0), counts: $1) }
        .sorted { $0.cell.covariates.precedes($1.cell.covariates) }
    }
  }
}

extension Covariates {
  fileprivate func precedes(_ other: Covariates) -> Bool {
    if region != other.region { return region < other.region }
    if carrier != other.carrier { return carrier < other.carrier }
    if batch != other.batch { return batch < other.batch }
    if firmware != other.firmware { return firmware < other.firmware }
    return (age, weather.rawValue, factors.packed) < (other.age, other.weather.rawValue, other.factors.packed)
  }
}
