import Vocabulary

/// What a mode keeps besides its cells, as bytes: the sequential test up to the frontier of finality, totals of buckets that
/// left the window, the coefficients in force there, the hazard of the last pass and that of the final cells. Sorted, words
/// as text; forecasts by bin. Version 1, still read, lacks the final cells' hazard, which the next pass makes anew; version 2
/// the forecasts; versions before 4 their drift. Forecasts of versions before 5 are left out, since those of a fleet's first
/// days were made by the prior rate: they begin anew. Versions before 6 lack the batches' harmless differences, which are
/// learnt from then on; those before 7 in how many buckets each suspect has bet: in those of two months, then.
enum StateBlob {
  private static let version: UInt8 = 7

  static func encode(_ final: FinalState, _ hazard: PredictiveHazard, _ finalHazard: PredictiveHazard) -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(version)
    writer.optional(final.frontierHour)
    writer.optional(final.coefficientsHour)
    writer.double(final.past.onsets)
    writer.double(final.past.exposure)
    writer.coefficients(final.coefficients)
    writer.count(final.test.processes.count)
    for (suspect, process) in final.test.processes.sorted(by: { $0.key < $1.key }) {
      writer.suspect(suspect)
      for index in 0..<4 { writer.double(process.logs[index]) }
      writer.double(process.cusum)
      writer.optional(process.excursionStart)
    }
    writer.count(final.test.weighted.count)
    for (suspect, logs) in final.test.weighted.sorted(by: { $0.key < $1.key }) {
      writer.suspect(suspect)
      for index in 0..<4 { writer.double(logs[index]) }
    }
    writer.hazard(hazard)
    writer.optional(final.hazardHour)
    writer.hazard(finalHazard)
    writer.double(final.calibrationDays)
    for bin in final.calibration.values {
      for value in [bin.forecasts, bin.sum, bin.settled, bin.came] { writer.signed(value) }
    }
    writer.double(final.drift.expected)
    writer.double(final.drift.came)
    writer.byte(final.drift.isDrifting ? 1 : 0)
    let learnt = final.test.processes.filter { $0.value.difference != HarmlessDifference() }
    writer.count(learnt.count)
    for (suspect, process) in learnt.sorted(by: { $0.key < $1.key }) {
      writer.suspect(suspect)
      writer.double(process.difference.onsets)
      writer.double(process.difference.expected)
    }
    for (_, process) in final.test.processes.sorted(by: { $0.key < $1.key }) { writer.signed(Int64(process.buckets)) }
    return writer.bytes
  }

  static func decode(_ blob: [UInt8]) throws(BlobFault) -> (
    final: FinalState, hazard: PredictiveHazard, finalHazard: PredictiveHazard
  ) {
    var reader = ByteReader(blob)
    let version = try reader.byte()
    guard (1...Self.version).contains(version) else {
      throw BlobFault(description: "a state of version \(version) isn't known")
    }
    var final = FinalState()
    final.frontierHour = try reader.optional()
    final.coefficientsHour = try reader.optional()
    final.past = PastTotals(onsets: try reader.double(), exposure: try reader.double())
    final.coefficients = try reader.coefficients()
    var processes: [Suspect: SequentialTest.Process] = [:]
    for _ in 0..<(try reader.count()) {
      let suspect = try reader.suspect()
      processes[suspect] = SequentialTest.Process(
        logs: try reader.four(), cusum: try reader.double(), excursionStart: try reader.optional())
    }
    var weighted: [Suspect: SIMD4<Double>] = [:]
    for _ in 0..<(try reader.count()) {
      let suspect = try reader.suspect()
      weighted[suspect] = try reader.four()
    }
    let hazard = try reader.hazard()
    var finalHazard = hazard
    if version > 1 {
      final.hazardHour = try reader.optional()
      finalHazard = try reader.hazard(hasCovariance: false)
    }
    if version > 2 {
      final.calibrationDays = try reader.double()
      var bins: [CalibrationTally.Bin] = []
      for _ in 0...CalibrationTally.bins {
        bins.append(
          CalibrationTally.Bin(
            forecasts: try reader.signed(), sum: try reader.signed(), settled: try reader.signed(),
            came: try reader.signed()))
      }
      if version > 4 { final.calibration = CalibrationTally(bins) }
    }
    if version > 3 {
      final.drift = CalibrationDrift(
        expected: try reader.double(), came: try reader.double(), isDrifting: try reader.byte() != 0)
    }
    if version > 5 {
      for _ in 0..<(try reader.count()) {
        let suspect = try reader.suspect()
        let difference = HarmlessDifference(onsets: try reader.double(), expected: try reader.double())
        processes[suspect]?.difference = difference
      }
    }
    for suspect in processes.keys.sorted() {
      processes[suspect]?.buckets = version > 6 ? try reader.int32() : ChangeTime.uncounted
    }
    final.test = SequentialTest(processes: processes, weighted: weighted)
    guard reader.isAtEnd else { throw BlobFault(description: "there are bytes after the state") }
    return (final, hazard, finalHazard)
  }
}

extension ByteWriter {
  fileprivate mutating func optional(_ value: Int32?) {
    byte(value == nil ? 0 : 1)
    if let value { signed(Int64(value)) }
  }

  fileprivate mutating func suspect(_ suspect: Suspect) {
    byte((suspect.batch == nil ? 0 : 1) | (suspect.firmware == nil ? 0 : 2) | (suspect.isHumid ? 4 : 0))
    if let batch = suspect.batch { text(batch.text) }
    if let firmware = suspect.firmware { text(firmware.text) }
  }

  fileprivate mutating func coefficients(_ coefficients: FinalState.Coefficients) {
    count(coefficients.terms.count)
    for (term, value) in zip(coefficients.terms, coefficients.values) {
      self.term(term)
      double(value)
    }
  }

  fileprivate mutating func term(_ term: Term) {
    switch term {
    case .suspect(let suspect):
      byte(0)
      self.suspect(suspect)
    case .age(let bin):
      byte(1)
      byte(bin)
    case .factor(let factor, let bin):
      byte(2)
      byte(factor)
      byte(bin)
    }
  }

  fileprivate mutating func hazard(_ hazard: PredictiveHazard) {
    count(hazard.terms.count)
    for (term, value) in zip(hazard.terms, hazard.coefficients) {
      self.term(term)
      double(value)
    }
    for value in hazard.covariance { float(value) }
    count(hazard.shifts.count)
    for (suspect, shift) in hazard.shifts.sorted(by: { $0.key < $1.key }) {
      self.suspect(suspect)
      double(shift.mean)
      double(shift.variance)
    }
    count(hazard.factorMeans.count)
    for value in hazard.factorMeans { double(value) }
    rate(hazard.rates.product)
    for value in hazard.rates.weather { double(value) }
    count(hazard.rates.strata.count)
    for (stratum, rate) in hazard.rates.strata.sorted(by: { $0.key < $1.key }) {
      text(stratum.region.text)
      text(stratum.carrier.text)
      self.rate(rate)
    }
  }

  private mutating func rate(_ rate: RecentRates.Rate) {
    double(rate.mean)
    double(rate.variance)
  }
}

extension ByteReader {
  fileprivate mutating func optional() throws(BlobFault) -> Int32? {
    try byte() == 0 ? nil : try int32()
  }

  fileprivate mutating func four() throws(BlobFault) -> SIMD4<Double> {
    SIMD4(try double(), try double(), try double(), try double())
  }

  fileprivate mutating func suspect() throws(BlobFault) -> Suspect {
    let parts = try byte()
    var suspect = Suspect(isHumid: parts & 4 != 0)
    if parts & 1 != 0 { suspect.batch = Symbol(try text()) }
    if parts & 2 != 0 { suspect.firmware = Symbol(try text()) }
    return suspect
  }

  fileprivate mutating func coefficients() throws(BlobFault) -> FinalState.Coefficients {
    var coefficients = FinalState.Coefficients()
    for _ in 0..<(try count()) {
      coefficients.terms.append(try term())
      coefficients.values.append(try double())
    }
    return coefficients
  }

  fileprivate mutating func term() throws(BlobFault) -> Term {
    let kind = try byte()
    switch kind {
    case 0: return .suspect(try suspect())
    case 1: return .age(try byte())
    case 2:
      let factor = try byte()
      let bin = try byte()
      guard factor < FactorBins.most, bin <= FactorBins.mostBins else {
        throw BlobFault(description: "there is no bin \(bin) of a factor \(factor)")
      }
      return .factor(factor, bin: bin)
    default: throw BlobFault(description: "there is no kind \(kind) of a term")
    }
  }

  fileprivate mutating func hazard(hasCovariance: Bool = true) throws(BlobFault) -> PredictiveHazard {
    let coefficients = try coefficients()
    let size = coefficients.terms.count
    var covariance: [Float] = []
    for _ in 0..<(hasCovariance ? size * (size + 1) / 2 : 0) { covariance.append(try float()) }
    var shifts: [Suspect: PredictiveHazard.Shift] = [:]
    for _ in 0..<(try count()) {
      let suspect = try suspect()
      shifts[suspect] = PredictiveHazard.Shift(mean: try double(), variance: try double())
    }
    var factorMeans: [Double] = []
    for _ in 0..<(try count()) { factorMeans.append(try double()) }
    guard factorMeans.count <= FactorBins.most else {
      throw BlobFault(description: "\(factorMeans.count) risk factors are too many")
    }
    let product = try rate()
    let weather = [try double(), try double(), try double()]
    var strata: [Stratum: RecentRates.Rate] = [:]
    for _ in 0..<(try count()) {
      let stratum = Stratum(region: Symbol(try text()), carrier: Symbol(try text()))
      strata[stratum] = try rate()
    }
    return PredictiveHazard(
      terms: coefficients.terms, coefficients: coefficients.values, covariance: covariance, shifts: shifts,
      rates: RecentRates(product: product, strata: strata, weather: weather), factorMeans: factorMeans)
  }

  private mutating func rate() throws(BlobFault) -> RecentRates.Rate {
    RecentRates.Rate(mean: try double(), variance: try double())
  }
}
