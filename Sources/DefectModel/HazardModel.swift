package import Vocabulary

/// What is known of every failure mode of every product: which cohorts fail more than they should, since when and why, and
/// how probable a failure of one device is.
///
/// `learn` adds evidence to an additive cell table; `close` looks at it once a bucket. Equal tables and profiles give
/// bit-identical results on one machine, whatever the order of arrival. Nothing here knows a clock, a file or a log.
package struct HazardModel: Sendable {
  private var numbers = Numbering<ModeKey>()
  /// By number: sorted by mode.
  private var models: [ModeModel] = []
  /// Beside the models, so that a look-up of a hazard touches one reference.
  private var hazards: [PredictiveHazard] = []
  private var finalHazards: [PredictiveHazard] = []

  package init(profiles: [FirmwareProfile]) {
    install(ModeKnowledge.merged(profiles).map { ModeModel(key: $0, knowledge: $1) })
  }

  private mutating func install(_ models: [ModeModel]) {
    self.models = models.sorted { $0.key < $1.key }
    numbers = Numbering()
    for model in self.models { _ = numbers.number(of: model.key) }
    hazards = self.models.map(\.hazard)
    finalHazards = self.models.map(\.finalHazard)
  }

  /// Every mode that the profiles declare, sorted.
  package var modes: [ModeKey] { models.map(\.key) }

  /// A mode's own model, for reports; `nil` for one that no profile declares.
  func model(_ mode: ModeKey) -> ModeModel? { numbers.known(mode).map { models[$0] } }

  /// Takes new profiles. What the history has begun anew, since its cells would mean something else, begins anew here, too; a
  /// mode that is no longer declared is forgotten; any other keeps what it has.
  /// - Returns: the modes that lost evidence, sorted. The caller erases their cells and state from the store.
  package mutating func replaceProfiles(_ profiles: [FirmwareProfile], begunAnew: Set<ModeKey>) -> [ModeKey] {
    let knowledge = ModeKnowledge.merged(profiles)
    var lost = Set(modes)
    install(
      knowledge.map { key, knowledge in
        guard let number = numbers.known(key), !begunAnew.contains(key) else {
          return ModeModel(key: key, knowledge: knowledge)
        }
        lost.remove(key)
        var model = models[number]
        model.knowledge = knowledge
        return model
      })
    return lost.sorted()
  }

  /// Adds a difference to the cell table. Evidence of a mode that no profile declares changes nothing.
  package mutating func learn(_ evidence: Evidence) {
    guard let number = numbers.known(evidence.mode) else { return }
    models[number].cells.add(
      evidence.counts, startHour: evidence.cell.bucket.startHour, covariates: evidence.cell.covariates)
  }

  /// Forecasts that were made and settled in a pass.
  package mutating func learn(_ tally: CalibrationTally, of mode: ModeKey) {
    guard let number = numbers.known(mode), !tally.isEmpty else { return }
    models[number].learn(tally)
  }

  package func calibration(of mode: ModeKey) -> CalibrationTally {
    numbers.known(mode).map { models[$0].calibration } ?? CalibrationTally()
  }

  /// A device's probability within the mode's horizon by final evidence alone, as it is before recalibration; `nil` for a
  /// mode that no profile declares, or before there is enough to go by (`CalibrationTally.knownVariance`).
  package func forecast(_ mode: ModeKey, _ risk: DeviceRisk) -> Double? {
    guard let number = numbers.known(mode), models[number].final.hazardHour != nil,
      finalHazards[number].rates.product.variance <= CalibrationTally.knownVariance
    else { return nil }
    let mode = models[number].knowledge.mode
    return DevicePosterior(mode: mode, hazard: finalHazards[number]).forecast(risk)
  }

  package mutating func learn(contentsOf evidence: [Evidence]) {
    for piece in evidence { learn(piece) }
  }

  /// One pass over every mode of this bucket's length, as of the bucket's end; later buckets aren't looked at. Buckets are
  /// closed in the order of time.
  /// - Parameter finalBefore: evidence of buckets that end by this moment can't change any more (the clock less lateness).
  /// - Returns: a belief for each such mode, sorted by mode, without cohorts where nothing is near a gate.
  package mutating func close(_ bucket: Bucket, finalBefore: EventTime) -> [ModeBelief] {
    var beliefs: [ModeBelief] = []
    for number in models.indices where models[number].knowledge.mode.bucket == bucket.length {
      beliefs.append(models[number].close(bucket, finalBefore: finalBefore))
      hazards[number] = models[number].hazard
      finalHazards[number] = models[number].finalHazard
    }
    return beliefs
  }
}

// MARK: Devices

extension HazardModel {
  /// Expected onsets of a device in one bucket at risk, by the last pass; 0 for a mode that no profile declares.
  package func hazard(_ mode: ModeKey, _ covariates: Covariates) -> Double {
    numbers.known(mode).map { hazards[$0].hazard(covariates) } ?? 0
  }

  /// The same by final cells alone, as they stood when the clock's lateness passed the last day's beginning: what a device
  /// accrues by it depends neither on the order in which evidence came nor on how open days looked at a pass.
  package func finalHazard(_ mode: ModeKey, _ covariates: Covariates) -> Double {
    numbers.known(mode).map { finalHazards[$0].hazard(covariates) } ?? 0
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

  func posterior(_ mode: ModeKey) -> DevicePosterior? {
    numbers.known(mode).map {
      DevicePosterior(mode: models[$0].knowledge.mode, hazard: hazards[$0], calibration: models[$0].calibrationMap)
    }
  }
}

// MARK: What is kept

extension HazardModel {
  /// The buckets whose cells have changed since the last call, with all their cells; an empty blob: there are none left.
  package mutating func takeChangedCells() -> [(mode: ModeKey, bucket: Bucket, blob: [UInt8])] {
    var changed: [(mode: ModeKey, bucket: Bucket, blob: [UInt8])] = []
    for number in models.indices {
      for hour in models[number].cells.takeChanged() {
        let model = models[number]
        let blob = model.cells.bucket(hour).map { CellBlob.encode($0, lexicon: model.cells.lexicon) }
        changed.append((model.key, Bucket(startHour: hour, length: model.knowledge.mode.bucket), blob ?? []))
      }
    }
    return changed
  }

  /// Puts back what `takeChangedCells` gave. Cells of a mode that is no longer declared are left out.
  package mutating func restoreCells(mode: ModeKey, bucket: Bucket, blob: [UInt8]) throws(BlobFault) {
    guard let number = numbers.known(mode) else { return }
    try models[number].cells.restore(blob, startHour: bucket.startHour)
  }

  /// All that a mode keeps besides its cells; empty for a mode that no profile declares.
  package func state(of mode: ModeKey) -> [UInt8] { numbers.known(mode).map { models[$0].state } ?? [] }

  package mutating func restoreState(mode: ModeKey, blob: [UInt8]) throws(BlobFault) {
    guard let number = numbers.known(mode) else { return }
    try models[number].restore(blob)
    hazards[number] = models[number].hazard
    finalHazards[number] = models[number].finalHazard
  }

  /// The cell table of a mode in the order of time and then of words.
  package func cells(of mode: ModeKey) -> [(cell: Cell, counts: CellCounts)] {
    guard let (table, length) = settledCells(of: mode) else { return [] }
    return table.all.flatMap { Self.cells(of: $0, length, table.lexicon) }
  }

  /// The buckets of a mode that hold cells, in the order of time.
  package func buckets(of mode: ModeKey) -> [Bucket] {
    guard let (table, length) = settledCells(of: mode) else { return [] }
    return table.all.map { Bucket(startHour: $0.startHour, length: length) }
  }

  /// Those of one bucket: so that who goes through all of them needn't hold them all.
  package func cells(of mode: ModeKey, in bucket: Bucket) -> [(cell: Cell, counts: CellCounts)] {
    guard let (table, length) = settledCells(of: mode) else { return [] }
    return table.bucket(bucket.startHour).map { Self.cells(of: $0, length, table.lexicon) } ?? []
  }

  private static func cells(
    of frozen: FrozenBucket, _ length: BucketLength, _ lexicon: Lexicon
  ) -> [(cell: Cell, counts: CellCounts)] {
    let bucket = Bucket(startHour: frozen.startHour, length: length)
    var cells: [(cell: Cell, counts: CellCounts)] = []
    for group in frozen.groups {
      let stratum = lexicon.strata.keys[Int(group.stratum)]
      frozen.forEachCell(of: group) { profile, counts in
        let covariates = lexicon.profiles[Int(profile)].covariates(in: stratum)
        cells.append((Cell(bucket: bucket, covariates: covariates), counts))
      }
    }
    return cells
  }

  private func settledCells(of mode: ModeKey) -> (CellTable, BucketLength)? {
    guard let number = numbers.known(mode) else { return nil }
    var table = models[number].cells
    table.settle()
    return (table, models[number].knowledge.mode.bucket)
  }
}

extension ModeKey: ScatteredKey {
  @inline(__always)
  var scattered: UInt64 { (UInt64(product.number) << 32 | UInt64(mode.number)).scattered }

  @inline(__always)
  func isSame(as other: ModeKey) -> Bool { product.number == other.product.number && mode.number == other.mode.number }
}
