import Vocabulary

/// Which coefficients a fit has: every batch and firmware, age and factor bin with exposure where something failed; a
/// pair or humidity term where it has onsets, or exposure enough to have some, and differs from its main effects.
struct TermSelection {
  private struct Tally {
    var exposure = 0.0
    var onsets = 0.0
    var expected = 0.0

    /// How far the onsets exceed what their strata expect, in standard deviations.
    var excess: Double { (onsets - expected) / (expected + 0.5).squareRoot() }
    var tellsOfAnInteraction: Bool { onsets >= 1 || expected >= 3 }

    mutating func add(_ row: CellRow, rate: Double) {
      exposure += row.atRisk
      onsets += row.onsets
      expected += row.atRisk * rate
    }
  }

  private(set) var terms: [Term] = []

  init(buckets: [BucketRows], lexicon: Lexicon, factorCount: Int) {
    let batchCount = lexicon.batches.keys.count
    let firmwareCount = lexicon.firmwares.keys.count
    var batches = [Tally](repeating: Tally(), count: batchCount)
    var firmwares = [Tally](repeating: Tally(), count: firmwareCount)
    var humidBatches = batches
    var humidFirmwares = firmwares
    var pairs: [UInt64: Tally] = [:]
    var ages = [Bool](repeating: false, count: 256)
    var factors = [Bool](repeating: false, count: FactorBins.most * 16)
    for bucket in buckets {
      for group in bucket.groups where group.onsets > 0 && group.rows.count > 1 {
        let rate = group.onsets / group.atRisk
        for index in group.rows {
          let row = bucket.rows[index]
          let batch = Int(row.batch)
          let firmware = Int(row.firmware)
          batches[batch].add(row, rate: rate)
          firmwares[firmware].add(row, rate: rate)
          pairs[UInt64(batch) << 32 | UInt64(firmware), default: Tally()].add(row, rate: rate)
          if row.weather == .humid {
            humidBatches[batch].add(row, rate: rate)
            humidFirmwares[firmware].add(row, rate: rate)
          }
          ages[Int(row.age)] = true
          for factor in 0..<factorCount { factors[factor * 16 + Int(row.factors[factor])] = true }
        }
      }
    }

    func suspects(
      _ entries: some Sequence<(Suspect, Tally)>, limit: Int, where isEligible: (Suspect, Tally) -> Bool
    ) -> [Term] {
      let eligible = entries.filter { $0.1.exposure > 0 && isEligible($0.0, $0.1) }
      let kept =
        eligible.count <= limit
        ? eligible
        : Array(
          eligible.sorted { $0.1.excess == $1.1.excess ? $0.0 < $1.0 : $0.1.excess > $1.1.excess }.prefix(limit))
      return kept.map(\.0).sorted().map { .suspect($0) }
    }
    let batchKeys = lexicon.batches.keys
    let firmwareKeys = lexicon.firmwares.keys
    terms = suspects(
      zip(batchKeys, batches).map { (Suspect(batch: $0), $1) }, limit: FitProblem.Limit.batches
    ) { _, _ in true }
    terms += suspects(
      zip(firmwareKeys, firmwares).map { (Suspect(firmware: $0), $1) }, limit: FitProblem.Limit.firmwares
    ) { _, _ in true }
    let pairEntries = pairs.compactMap { key, tally -> (Suspect, Tally)? in
      let batch = Int(key >> 32)
      let firmware = Int(key & 0xffff_ffff)
      // A batch that runs one firmware only (or a firmware that one batch has alone) is its own pair.
      guard tally.exposure < batches[batch].exposure, tally.exposure < firmwares[firmware].exposure else { return nil }
      return (Suspect(batch: batchKeys[batch], firmware: firmwareKeys[firmware]), tally)
    }
    terms += suspects(pairEntries, limit: FitProblem.Limit.pairs) { $1.tellsOfAnInteraction }
    terms += suspects(
      zip(firmwareKeys.indices, humidFirmwares)
        .filter { $1.exposure < firmwares[$0].exposure }
        .map { (Suspect(firmware: firmwareKeys[$0], isHumid: true), $1) }, limit: FitProblem.Limit.humid
    ) { $1.tellsOfAnInteraction }
    terms += suspects(
      zip(batchKeys.indices, humidBatches)
        .filter { $1.exposure < batches[$0].exposure }
        .map { (Suspect(batch: batchKeys[$0], isHumid: true), $1) }, limit: FitProblem.Limit.humid
    ) { $1.tellsOfAnInteraction }
    for bin in ages.indices where ages[bin] { terms.append(.age(UInt8(bin))) }
    for index in factors.indices where factors[index] {
      terms.append(.factor(UInt8(index / 16), bin: UInt8(index % 16)))
    }
  }
}
