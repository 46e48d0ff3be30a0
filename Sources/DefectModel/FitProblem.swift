import Vocabulary

/// A coefficient of the fit.
enum Term: Hashable, Sendable {
  case suspect(Suspect)
  case age(UInt8)
  case factor(UInt8, bin: UInt8)

  /// Scale of the coefficient's Student-t prior, in log hazard: cohorts rarely differ (0.06, and 0.04 for interactions, so
  /// that a tie goes to the main effect), age and risk factors usually do (0.5).
  var priorScale: Double {
    switch self {
    case .suspect(let suspect) where suspect.isPair || (suspect.isHumid && suspect.batch != nil): 0.04
    case .suspect: 0.06
    case .age, .factor: 0.5
    }
  }
}

/// The rows that the fit learns from, with each row's terms by number.
///
/// Only a stratum's bucket with an onset and at least two rows tells anything once its own rate is profiled out; with
/// rare failures that is one in ten, and the fit is that much faster.
struct FitProblem {
  /// More terms than this cost more than they tell: those whose onsets exceed what their strata expect the most are kept.
  enum Limit {
    static let batches = 128
    static let firmwares = 32
    static let pairs = 64
    static let humid = 16
  }

  struct Group {
    var rows: Range<Int>
    var onsets: Double
  }

  private(set) var terms: [Term] = []
  private(set) var groups: [Group] = []
  private(set) var exposure: ContiguousArray<Double> = []
  private(set) var onsets: ContiguousArray<Double> = []
  /// The terms of row i are `termNumbers[termStarts[i]..<termStarts[i + 1]]`.
  private(set) var termStarts: ContiguousArray<Int> = [0]
  private(set) var termNumbers: ContiguousArray<Int32> = []

  init(buckets: [BucketRows], lexicon: Lexicon, factorCount: Int) {
    let selection = TermSelection(buckets: buckets, lexicon: lexicon, factorCount: factorCount)
    terms = selection.terms
    guard !terms.isEmpty else { return }
    let numbers = TermNumbers(terms: terms, lexicon: lexicon, factorCount: factorCount)
    for bucket in buckets {
      for group in bucket.groups where group.onsets > 0 && group.rows.count > 1 {
        let first = exposure.count
        for index in group.rows {
          let row = bucket.rows[index]
          exposure.append(row.atRisk)
          onsets.append(row.onsets)
          numbers.forEachTerm(of: row) { termNumbers.append($0) }
          termStarts.append(termNumbers.count)
        }
        groups.append(Group(rows: first..<exposure.count, onsets: group.onsets))
      }
    }
  }

  /// The rows' columns without bounds checks, for the two loops that take most of a pass.
  func withRows(
    _ body: (
      _ exposure: UnsafeBufferPointer<Double>, _ onsets: UnsafeBufferPointer<Double>,
      _ termStarts: UnsafeBufferPointer<Int>, _ termNumbers: UnsafeBufferPointer<Int32>
    ) -> Void
  ) {
    exposure.withUnsafeBufferPointer { exposure in
      onsets.withUnsafeBufferPointer { onsets in
        termStarts.withUnsafeBufferPointer { starts in
          termNumbers.withUnsafeBufferPointer { body(exposure, onsets, starts, $0) }
        }
      }
    }
  }

  /// From explicit rows: what the tests compare with slower arithmetic.
  init(terms: [Term], groups: [[(exposure: Double, onsets: Double, terms: [Int32])]]) {
    self.terms = terms
    for rows in groups {
      let first = exposure.count
      var sum = 0.0
      for row in rows {
        exposure.append(row.exposure)
        onsets.append(row.onsets)
        termNumbers.append(contentsOf: row.terms)
        termStarts.append(termNumbers.count)
        sum += row.onsets
      }
      self.groups.append(Group(rows: first..<exposure.count, onsets: sum))
    }
  }
}

/// From a row's small numbers to the numbers of its terms.
struct TermNumbers {
  private var batches: [Int32]
  private var firmwares: [Int32]
  private var humidBatches: [Int32]
  private var humidFirmwares: [Int32]
  private var pairs: [UInt64: Int32] = [:]
  private var ages = [Int32](repeating: -1, count: 256)
  private var factors: [Int32]
  private let factorCount: Int

  init(terms: [Term], lexicon: Lexicon, factorCount: Int) {
    self.factorCount = factorCount
    var numbers: [Suspect: Int32] = [:]
    var batchNumbers: [Symbol: Int] = [:]
    var firmwareNumbers: [Symbol: Int] = [:]
    for (number, symbol) in lexicon.batches.keys.enumerated() { batchNumbers[symbol] = number }
    for (number, symbol) in lexicon.firmwares.keys.enumerated() { firmwareNumbers[symbol] = number }
    factors = [Int32](repeating: -1, count: FactorBins.most * (FactorBins.mostBins + 1))
    for (number, term) in terms.enumerated() {
      switch term {
      case .suspect(let suspect):
        numbers[suspect] = Int32(number)
        if let batch = suspect.batch, let firmware = suspect.firmware,
          let first = batchNumbers[batch], let second = firmwareNumbers[firmware]
        {
          pairs[UInt64(first) << 32 | UInt64(second)] = Int32(number)
        }
      case .age(let bin): ages[Int(bin)] = Int32(number)
      case .factor(let factor, let bin): factors[Int(factor) * 16 + Int(bin)] = Int32(number)
      }
    }
    batches = lexicon.batches.keys.map { numbers[Suspect(batch: $0)] ?? -1 }
    firmwares = lexicon.firmwares.keys.map { numbers[Suspect(firmware: $0)] ?? -1 }
    humidBatches = lexicon.batches.keys.map { numbers[Suspect(batch: $0, isHumid: true)] ?? -1 }
    humidFirmwares = lexicon.firmwares.keys.map { numbers[Suspect(firmware: $0, isHumid: true)] ?? -1 }
  }

  @inline(__always)
  func forEachTerm(of row: CellRow, _ body: (Int32) -> Void) {
    let batch = Int(row.batch)
    let firmware = Int(row.firmware)
    if batches[batch] >= 0 { body(batches[batch]) }
    if firmwares[firmware] >= 0 { body(firmwares[firmware]) }
    if !pairs.isEmpty, let pair = pairs[UInt64(batch) << 32 | UInt64(firmware)] { body(pair) }
    if row.weather == .humid {
      if humidBatches[batch] >= 0 { body(humidBatches[batch]) }
      if humidFirmwares[firmware] >= 0 { body(humidFirmwares[firmware]) }
    }
    if ages[Int(row.age)] >= 0 { body(ages[Int(row.age)]) }
    for factor in 0..<factorCount {
      let number = factors[factor * 16 + Int(row.factors[factor])]
      if number >= 0 { body(number) }
    }
  }
}
