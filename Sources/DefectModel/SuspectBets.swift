import Vocabulary

/// What each suspect bets on in one bucket: its share of each stratum's expected onsets, had it no effect, and the onsets.
/// Suspects have slots: first the lexicon's batches, then its firmwares, firmwares in humid weather, batches in humid
/// weather, and pairs.
struct SuspectBets {
  /// One stratum's bucket, as one suspect sees it.
  struct Bet {
    /// π of a suspect like all others.
    var share: Double
    /// h: how much worse it may be without being suspect.
    var allowed: Double
    var onsets: Double
    var total: Double

    /// ℓ(λ).
    var gains: SIMD4<Double> {
      let share = allowed * share / (allowed * share + 1 - share)
      var gains = SIMD4<Double>()
      for index in 0..<4 {
        gains[index] = -total * logarithmOfOnePlus(share * (SequentialTest.ratios[index] - 1))
      }
      return onsets > 0 ? gains + onsets * SequentialTest.logRatios : gains
    }
  }

  private let cells: PassCells
  private let firmwares: Int
  private let humidFirmwares: Int
  private let humidBatches: Int
  private let pairs: Int
  private let count: Int
  /// exp(−β_k).
  private var withoutOwn: ContiguousArray<Double>
  /// The same of a batch or a firmware, for its interactions; 1 once its own gate is open.
  private var withoutMain: ContiguousArray<Double>
  /// What the fit expects of the slot's devices in a stratum.
  private var weights: ContiguousArray<Double>
  /// The same without any effect that the slot may be behind: its own, for a main effect those of its interactions, for an
  /// interaction those of its main effects unless their own gate is open.
  private var baselines: ContiguousArray<Double>
  private var onsets: ContiguousArray<Double>
  /// h of the slot's batch; 1 of a firmware.
  private var allowed: ContiguousArray<Double>
  private var placed: ContiguousArray<Placed> = []
  /// Slots with bets in the bucket, and each one's first and last bet.
  private(set) var slots: [Int] = []
  private var first: ContiguousArray<Int32>
  private var last: ContiguousArray<Int32>

  private struct Placed {
    var bet: Bet
    var next: Int32 = -1
  }

  init(cells: PassCells, coefficients: [Suspect: Double]) {
    self.cells = cells
    let lexicon = cells.lexicon
    firmwares = lexicon.batches.count
    humidFirmwares = firmwares + lexicon.firmwares.count
    humidBatches = humidFirmwares + lexicon.firmwares.count
    pairs = humidBatches + lexicon.batches.count
    count = pairs + lexicon.pairs.count
    weights = ContiguousArray(repeating: 0, count: count)
    baselines = weights
    onsets = weights
    allowed = ContiguousArray(repeating: 1, count: count)
    withoutOwn = ContiguousArray(repeating: 1, count: count)
    withoutMain = []
    first = ContiguousArray(repeating: -1, count: count)
    last = first
    for (suspect, value) in coefficients where value != 0 {
      if let slot = slot(of: suspect) { withoutOwn[slot] = 1 / exponential(value) }
    }
    withoutMain = withoutOwn
  }

  private func slot(of suspect: Suspect) -> Int? {
    let lexicon = cells.lexicon
    switch (suspect.batch, suspect.firmware) {
    case (let batch?, let firmware?):
      guard let first = lexicon.batches.known(batch), let second = lexicon.firmwares.known(firmware) else { return nil }
      return lexicon.pairs.known(UInt64(first) << 32 | UInt64(second)).map { pairs + $0 }
    case (let batch?, nil): return lexicon.batches.known(batch).map { (suspect.isHumid ? humidBatches : 0) + $0 }
    case (nil, let firmware?):
      return lexicon.firmwares.known(firmware).map { (suspect.isHumid ? humidFirmwares : firmwares) + $0 }
    case (nil, nil): return nil
    }
  }

  /// Batches and firmwares whose gate is open: their effect is their own, and an interaction wins only by what comes on top.
  mutating func establish(where isOpen: (Suspect) -> Bool) {
    for slot in 0..<humidFirmwares { withoutMain[slot] = isOpen(suspect(slot)) ? 1 : withoutOwn[slot] }
  }

  /// By what ratio each batch may differ from the others, its firmwares and humid days with it.
  mutating func allow(_ ratio: (Suspect) -> Double) {
    for slot in 0..<firmwares {
      allowed[slot] = ratio(suspect(slot))
      allowed[humidBatches + slot] = allowed[slot]
    }
    for (number, pair) in cells.lexicon.pairs.keys.enumerated() { allowed[pairs + number] = allowed[Int(pair >> 32)] }
  }

  func isBatch(_ slot: Int) -> Bool { slot < firmwares }

  func suspect(_ slot: Int) -> Suspect {
    let lexicon = cells.lexicon
    if slot < firmwares { return Suspect(batch: lexicon.batches.keys[slot]) }
    if slot < humidFirmwares { return Suspect(firmware: lexicon.firmwares.keys[slot - firmwares]) }
    if slot < humidBatches { return Suspect(firmware: lexicon.firmwares.keys[slot - humidFirmwares], isHumid: true) }
    if slot < pairs { return Suspect(batch: lexicon.batches.keys[slot - humidBatches], isHumid: true) }
    let pair = lexicon.pairs.keys[slot - pairs]
    return Suspect(
      batch: lexicon.batches.keys[Int(pair >> 32)], firmware: lexicon.firmwares.keys[Int(pair & 0xffff_ffff)])
  }

  /// The bets of one slot in the order of the strata's names.
  func bets(of slot: Int) -> some Sequence<Bet> {
    sequence(state: first[slot]) { [placed] next -> Bet? in
      guard next >= 0 else { return nil }
      defer { next = placed[Int(next)].next }
      return placed[Int(next)].bet
    }
  }

  /// Forgets the bets of the bucket before.
  mutating func place(on groups: ArraySlice<PassCells.Group>, effects: ProfileEffects) {
    for slot in slots {
      first[slot] = -1
      last[slot] = -1
    }
    slots.removeAll(keepingCapacity: true)
    placed.removeAll(keepingCapacity: true)
    for group in groups where group.isInformative { place(on: group, effects.ratios) }
  }

  private mutating func place(on group: PassCells.Group, _ ratios: ContiguousArray<Double>) {
    for slot in 0..<count {
      weights[slot] = 0
      baselines[slot] = 0
      onsets[slot] = 0
    }
    var total = 0.0
    for row in group.rows {
      let profile = cells.lexicon.profiles[Int(cells.profiles[row])]
      let weight = Double(cells.atRisk[row]) * ratios[Int(cells.profiles[row])]
      total += weight
      let isHumid = profile.weather == .humid
      let batch = Int(profile.batch)
      let firmware = firmwares &+ Int(profile.firmware)
      let pair = pairs &+ Int(profile.pair)
      let humidFirmware = humidFirmwares &+ Int(profile.firmware)
      let humidBatch = humidBatches &+ batch
      let ofHumidBatch = isHumid ? withoutOwn[humidBatch] : 1
      let ofHumidFirmware = isHumid ? withoutOwn[humidFirmware] : 1
      let withoutPair = weight * withoutOwn[pair]
      let ofBatch = withoutPair * ofHumidBatch
      let ofFirmware = withoutPair * ofHumidFirmware
      add(weight, baseline: ofBatch * withoutOwn[batch], to: batch)
      add(weight, baseline: ofFirmware * withoutOwn[firmware], to: firmware)
      add(weight, baseline: ofBatch * ofHumidFirmware * withoutMain[batch] * withoutMain[firmware], to: pair)
      if isHumid {
        add(weight, baseline: ofFirmware * withoutMain[firmware], to: humidFirmware)
        add(weight, baseline: ofBatch * withoutMain[batch], to: humidBatch)
      }
    }
    for index in group.failed {
      let failed = cells.onsetRows[index]
      let profile = cells.lexicon.profiles[Int(failed.profile)]
      onsets[Int(profile.batch)] += failed.onsets
      onsets[firmwares + Int(profile.firmware)] += failed.onsets
      onsets[pairs + Int(profile.pair)] += failed.onsets
      if profile.weather == .humid {
        onsets[humidFirmwares + Int(profile.firmware)] += failed.onsets
        onsets[humidBatches + Int(profile.batch)] += failed.onsets
      }
    }
    for slot in 0..<count where weights[slot] > 0 {
      let controls = total - weights[slot]
      guard controls > 1e-9 * total else { continue }
      append(
        Bet(
          share: baselines[slot] / (baselines[slot] + controls), allowed: allowed[slot],
          onsets: onsets[slot] * group.weight, total: group.onsets * group.weight),
        to: slot)
    }
  }

  private mutating func add(_ weight: Double, baseline: Double, to slot: Int) {
    weights[slot] += weight
    baselines[slot] += baseline
  }

  private mutating func append(_ bet: Bet, to slot: Int) {
    let number = Int32(placed.count)
    placed.append(Placed(bet: bet))
    if last[slot] < 0 {
      slots.append(slot)
      first[slot] = number
    } else {
      placed[Int(last[slot])].next = number
    }
    last[slot] = number
  }
}
