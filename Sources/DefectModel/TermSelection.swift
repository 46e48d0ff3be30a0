import Vocabulary

/// Which coefficients a fit has: every batch and firmware, age and factor bin with exposure where something failed, but for
/// each factor's most frequent bin, which the others are compared with (so that a bin of which there is no contrast, such as
/// the first day of every device, is taken for an ordinary one); a pair or humidity term where it has onsets, or exposure enough to have some, and differs from its main effects.
struct TermSelection {
  private struct Tally {
    var exposure = 0.0
    var onsets = 0.0
    var expected = 0.0

    /// How far the onsets exceed what their strata expect, in standard deviations.
    var excess: Double { (onsets - expected) / (expected + 0.5).squareRoot() }
    var tellsOfAnInteraction: Bool { onsets >= 1 || expected >= 3 }

    static func += (left: inout Tally, right: Tally) {
      left.exposure += right.exposure
      left.onsets += right.onsets
      left.expected += right.expected
    }
  }

  private(set) var terms: [Term] = []

  /// Those with rows in informative groups, in the order of their words.
  private(set) var usedProfiles: ContiguousArray<Int32> = []

  init(_ window: CellWindow) {
    let lexicon = window.lexicon
    let factorCount = window.factorCount
    var batches = [Tally](repeating: Tally(), count: lexicon.batches.count)
    var firmwares = [Tally](repeating: Tally(), count: lexicon.firmwares.count)
    var humidBatches = batches
    var humidFirmwares = firmwares
    var pairs = [Tally](repeating: Tally(), count: lexicon.pairs.count)
    var ages = [Bool](repeating: false, count: 256)
    var factors = [Double](repeating: 0, count: FactorBins.most * 16)
    let tallies = Self.tallies(window)
    for number in lexicon.order where tallies[Int(number)].exposure > 0 {
      let profile = lexicon.profiles[Int(number)]
      let tally = tallies[Int(number)]
      usedProfiles.append(number)
      batches[Int(profile.batch)] += tally
      firmwares[Int(profile.firmware)] += tally
      pairs[Int(profile.pair)] += tally
      if profile.weather == .humid {
        humidBatches[Int(profile.batch)] += tally
        humidFirmwares[Int(profile.firmware)] += tally
      }
      ages[Int(profile.age)] = true
      for factor in 0..<factorCount { factors[factor * 16 + Int(profile.factors[factor])] += tally.exposure }
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
    let pairEntries = zip(lexicon.pairs.keys, pairs).compactMap { key, tally -> (Suspect, Tally)? in
      guard tally.exposure > 0 else { return nil }
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
    for factor in 0..<factorCount {
      let bins = factors[factor * 16..<(factor + 1) * 16]
      let usual = bins.indices.max { bins[$0] == bins[$1] ? $0 > $1 : bins[$0] < bins[$1] }
      for index in bins.indices where bins[index] > 0 && index != usual {
        terms.append(.factor(UInt8(factor), bin: UInt8(index % 16)))
      }
    }
  }
  /// Exposure, onsets, and the onsets expected at each stratum-bucket's mean rate, of every profile.
  private static func tallies(_ window: CellWindow) -> ContiguousArray<Tally> {
    var tallies = ContiguousArray(repeating: Tally(), count: window.lexicon.profiles.count)
    window.cells.withRows { profiles, atRisk in
      tallies.withUnsafeMutableBufferPointer { tallies in
        for group in window.groups where group.isInformative {
          let rate = group.onsets * group.weight / group.atRisk
          for row in group.rows {
            let exposure = Double(atRisk[row])
            tallies[Int(profiles[row])].exposure += exposure
            tallies[Int(profiles[row])].expected += exposure * rate
          }
          for index in group.failed {
            let failed = window.cells.onsetRows[index]
            tallies[Int(failed.profile)].onsets += failed.onsets * group.weight
          }
        }
      }
    }
    return tallies
  }
}
