import Vocabulary

/// A coefficient of the fit.
enum Term: Hashable, Sendable {
  case suspect(Suspect)
  case age(UInt8)
  case factor(UInt8, bin: UInt8)

  /// Scale of the coefficient's prior, in log hazard: cohorts rarely differ (Student-t of 0.06, and 0.04 for interactions, so
  /// that a tie goes to the main effect), ages usually do (0.5), and risk factors all together (1).
  var priorScale: Double {
    switch self {
    case .suspect(let suspect) where suspect.isPair || (suspect.isHumid && suspect.batch != nil): 0.04
    case .suspect: 0.06
    case .age: 0.5
    case .factor: 1
    }
  }
}

/// What the fit learns from: rows of exposure by stratum-bucket, and each profile's terms by number.
///
/// Only a stratum's bucket with an onset and at least two rows tells anything once its own rate is profiled out. All that
/// depends on the coefficients depends on a row's profile, of which there are a few thousand to some hundred thousand rows.
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
  /// Of each row; rows that no group names don't count.
  private(set) var profiles: ContiguousArray<Int32> = []
  private(set) var exposure: ContiguousArray<Int32> = []
  /// The rows with onsets, by group.
  private(set) var onsetRows: [(row: Int, onsets: Double)] = []
  /// The terms of profile p are `slots[p * slotCount..<(p + 1) * slotCount]`, filled up with numbers behind the last
  /// term's, which stand for none: one a column, since sums that wait for each other are slow. A multiple of four, so that
  /// rows are worked on four terms at a time, without a rest.
  private(set) var slots: ContiguousArray<Int32> = []
  private(set) var slotCount = 0
  /// The profiles with rows, in the order of their words: sums over profiles run in it.
  private(set) var used: ContiguousArray<Int32> = []

  init(_ window: CellWindow) {
    let selection = TermSelection(window)
    terms = selection.terms
    guard !terms.isEmpty else { return }
    let lexicon = window.lexicon
    profiles = window.cells.profiles
    exposure = window.cells.atRisk
    used = selection.usedProfiles
    slotCount = Self.wholeBlocks(TermNumbers.most(factorCount: window.factorCount))
    slots = ContiguousArray(repeating: 0, count: lexicon.profiles.count * slotCount)
    let numbers = TermNumbers(terms: terms, lexicon: lexicon, factorCount: window.factorCount)
    for profile in used {
      var column = 0
      numbers.forEachTerm(of: lexicon.profiles[Int(profile)]) {
        slots[Int(profile) * slotCount + column] = $0
        column += 1
      }
      for column in column..<slotCount { slots[Int(profile) * slotCount + column] = Int32(terms.count + column) }
    }
    for group in window.groups where group.isInformative {
      groups.append(Group(rows: group.rows, onsets: group.onsets * group.weight))
      for index in group.failed {
        onsetRows.append((window.cells.onsetRows[index].row, window.cells.onsetRows[index].onsets * group.weight))
      }
    }
  }

  private static func wholeBlocks(_ count: Int) -> Int { (count + 3) / 4 * 4 }

  /// The rows' columns without bounds checks, for the loops that take most of a pass.
  @inline(__always)
  func withRows(
    _ body: (_ profiles: UnsafeBufferPointer<Int32>, _ exposure: UnsafeBufferPointer<Int32>) -> Void
  ) {
    profiles.withUnsafeBufferPointer { profiles in exposure.withUnsafeBufferPointer { body(profiles, $0) } }
  }

  /// From explicit rows: what the tests compare with slower arithmetic.
  init(terms: [Term], groups: [[(exposure: Double, onsets: Double, terms: [Int32])]]) {
    self.terms = terms
    slotCount = Self.wholeBlocks(groups.joined().map(\.terms.count).max() ?? 0)
    for rows in groups {
      let first = exposure.count
      var sum = 0.0
      for row in rows {
        if row.onsets > 0 { onsetRows.append((exposure.count, row.onsets)) }
        profiles.append(Int32(exposure.count))
        exposure.append(Int32(row.exposure))
        slots.append(contentsOf: row.terms)
        for column in row.terms.count..<slotCount { slots.append(Int32(terms.count + column)) }
        sum += row.onsets
      }
      self.groups.append(Group(rows: first..<exposure.count, onsets: sum))
    }
    used = profiles
  }
}

/// From a profile's small numbers to the numbers of its terms.
struct TermNumbers {
  private var batches: [Int32]
  private var firmwares: [Int32]
  private var humidBatches: [Int32]
  private var humidFirmwares: [Int32]
  private var pairs: [Int32]
  private var ages = [Int32](repeating: -1, count: 256)
  private var factors: [Int32]
  private let factorCount: Int

  init(terms: [Term], lexicon: Lexicon, factorCount: Int) {
    self.factorCount = factorCount
    batches = [Int32](repeating: -1, count: lexicon.batches.count)
    firmwares = [Int32](repeating: -1, count: lexicon.firmwares.count)
    humidBatches = batches
    humidFirmwares = firmwares
    pairs = [Int32](repeating: -1, count: lexicon.pairs.count)
    factors = [Int32](repeating: -1, count: FactorBins.most * (FactorBins.mostBins + 1))
    for (number, term) in terms.enumerated() {
      switch term {
      case .suspect(let suspect):
        let batch = suspect.batch.map { lexicon.batches.known($0) } ?? nil
        let firmware = suspect.firmware.map { lexicon.firmwares.known($0) } ?? nil
        switch (batch, firmware) {
        case (let batch?, let firmware?):
          guard let pair = lexicon.pairs.known(UInt64(batch) << 32 | UInt64(firmware)) else { continue }
          pairs[pair] = Int32(number)
        case (let batch?, nil):
          guard suspect.firmware == nil else { continue }
          if suspect.isHumid { humidBatches[batch] = Int32(number) } else { batches[batch] = Int32(number) }
        case (nil, let firmware?):
          guard suspect.batch == nil else { continue }
          if suspect.isHumid { humidFirmwares[firmware] = Int32(number) } else { firmwares[firmware] = Int32(number) }
        case (nil, nil): continue
        }
      case .age(let bin): ages[Int(bin)] = Int32(number)
      case .factor(let factor, let bin): factors[Int(factor) * 16 + Int(bin)] = Int32(number)
      }
    }
  }

  /// Batch, firmware, their pair, both in humid weather, age, and a factor each.
  static func most(factorCount: Int) -> Int { 6 + factorCount }

  @inline(__always)
  func forEachTerm(of row: CellProfile, _ body: (Int32) -> Void) {
    let batch = Int(row.batch)
    let firmware = Int(row.firmware)
    if batches[batch] >= 0 { body(batches[batch]) }
    if firmwares[firmware] >= 0 { body(firmwares[firmware]) }
    if pairs[Int(row.pair)] >= 0 { body(pairs[Int(row.pair)]) }
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
