import Vocabulary

/// The e-detector: for each suspect a betting process on who, of all devices of a stratum and bucket, the bucket's onsets
/// fall upon. It decides *when* a finding may be raised under continuous looking at thousands of cohorts.
///
/// With η from before the bucket, A = Σ_{c∈k} n exp(η_c − b_c), b_c the sum of all effects that k may be behind (below), and
/// C = Σ_{c∉k} n exp(η_c), π = A / (A + C):
/// ℓ_s(λ) = o ln λ − d ln(1 + π (λ − 1)) for λ of 1.5, 2, 3, 5; L = min(Σ_s min(ℓ_s, T/4), T/3);
/// ln M ← ln(e^{ln M} + w) + L; the gate opens where ln mean_λ M ≥ T = ln(suspects × buckets a year × 20). w is 1, or what
/// `ChangeTime` makes of it for a firmware's defects; Σ w is at most the buckets of a year.
/// Under no effect M less Σ w is a supermartingale, so within a year a false opening among all suspects
/// has a chance of at most 1 in 20 (Shin, Ramdas & Rinaldo, e-detectors). The caps only lower L: no stratum and no bucket
/// can open the gate alone. Without controls π = 1 and L = 0: a rollout to everyone at once says nothing, and such a
/// bucket leaves M as it is.
///
/// b_c are the suspect's own effect and those of the suspects it overlaps with: of a batch its pairs' and its humid days', of a
/// pair its batch's and its firmware's, humid days and all. The test says *that* something is wrong with these devices; which of the overlapping
/// suspects it is, is for the fit to say (`CohortJudge`). Were only its own effect left out, a fit that has given a pair's
/// excess to the batch would leave the pair nothing to win: of 40 fleets with a bad pair (`evaluate delays --defect pair
/// --seeds 1-40`) 12 stayed without its finding for 60 days and in 9 the batch was blamed; so it is 5 and 5. But once the gate of a
/// batch or a firmware is open its effect is its own: the pairs of a batch that is known to be bad don't open theirs one
/// after the other as firmware moves on.
///
/// Batches differ harmlessly, and there are many: over a season a sound one at 1.3 is sure to look like a defect. So what is
/// bet against is not that a batch (its firmware, its humid days) is as the others but that it is as it always was: A is
/// multiplied by h (`HarmlessDifference`), and λ is what comes on top.
///
/// A defect that a profile knows with probability p has a second process that never restarts, with the threshold
/// ln(1/p) + ln 20 (weighted testing); with restarts it would fire falsely within weeks.
///
/// Checkable: one onset in a stratum of 10 equal devices, the suspect, a firmware, being one of them:
/// ℓ(5) = ln 5 − ln 1.4 = 1.273; a batch with h = 1.1: ln 5 − ln(1 + 4 · 1.1 / 10.1) = 1.248.
struct SequentialTest: Sendable {
  static let ratios = SIMD4<Double>(1.5, 2, 3, 5)
  static let logRatios = SIMD4<Double>(logarithm(1.5), logarithm(2), logarithm(3), logarithm(5))

  struct Process: Hashable, Sendable {
    /// ln M for each ratio.
    var logs = SIMD4<Double>(repeating: -.infinity)
    /// CUSUM at ratio 2 and the start of its present excursion above 0: the first changed bucket.
    var cusum = 0.0
    var excursionStart: Int32?
    /// Of a batch; that of its firmwares and humid days, too.
    var difference = HarmlessDifference()
    /// In which it has bet so far.
    var buckets: Int32 = 0

    var logEvidence: Double {
      logSum([logs[0], logs[1], logs[2], logs[3]]) - logarithm(4)
    }
  }

  private(set) var processes: [Suspect: Process] = [:]
  /// ln M without restarts, of the suspects that the profile knows.
  private(set) var weighted: [Suspect: SIMD4<Double>] = [:]

  init(processes: [Suspect: Process] = [:], weighted: [Suspect: SIMD4<Double>] = [:]) {
    self.processes = processes
    self.weighted = weighted
  }

  /// The line that ln M must reach; at least that of one suspect.
  func threshold(bucketsPerDay: Double) -> Double {
    Self.threshold(suspects: processes.count, bucketsPerDay: bucketsPerDay)
  }

  private static func threshold(suspects: Int, bucketsPerDay: Double) -> Double {
    logarithm(Double(max(suspects, 1)) * 365 * bucketsPerDay * 20)
  }

  /// What all suspects have staked in their last so many buckets.
  func stakes(ofLast count: Int, bucketsPerDay: Double) -> Double {
    let changes = ChangeTime(bucketsPerDay: bucketsPerDay)
    return processes.sorted { $0.key < $1.key }.reduce(0) { sum, entry in
      let buckets = entry.value.buckets
      return (max(0, buckets - Int32(clamping: count))..<buckets).reduce(sum) {
        $0 + changes.stake(of: entry.key, after: $1)
      }
    }
  }

  /// The line for a known defect of prior probability p: ln(20 / p).
  static func threshold(priorProbability: Double) -> Double { logarithm(20 / max(priorProbability, 1e-6)) }

  /// The evidence of a known defect's own process.
  func weightedLogEvidence(_ suspect: Suspect) -> Double {
    guard let logs = weighted[suspect] else { return 0 }
    return logSum([logs[0], logs[1], logs[2], logs[3]]) - logarithm(4)
  }

  /// - Parameters:
  ///   - groups: the informative ones of consecutive buckets.
  ///   - effects: of the fit from before the buckets.
  ///   - coefficients: the same fit's, by suspect.
  ///   - known: prior probability of each known defect.
  mutating func advance(
    over groups: ArraySlice<PassCells.Group>, of cells: PassCells, effects: ProfileEffects,
    coefficients: [Suspect: Double], known: [Suspect: Double], bucketsPerDay: Double
  ) {
    var bets = SuspectBets(cells: cells, coefficients: coefficients)
    var rest = groups
    while let first = rest.first {
      let bucket = rest.prefix { $0.startHour == first.startHour }
      rest = rest[bucket.endIndex...]
      let line = threshold(bucketsPerDay: bucketsPerDay)
      bets.establish { suspect in processes[suspect].map { $0.logEvidence >= line } ?? false }
      bets.allow { batch in processes[batch]?.difference.ratio ?? 1 }
      bets.place(on: bucket, effects: effects)
      advance(by: &bets, startHour: first.startHour, known: known, bucketsPerDay: bucketsPerDay)
    }
  }

  private mutating func advance(
    by bets: inout SuspectBets, startHour: Int32, known: [Suspect: Double], bucketsPerDay: Double
  ) {
    for slot in bets.slots where processes[bets.suspect(slot)] == nil { processes[bets.suspect(slot)] = Process() }
    let line = threshold(bucketsPerDay: bucketsPerDay)
    let changes = ChangeTime(bucketsPerDay: bucketsPerDay)
    for slot in bets.slots {
      let suspect = bets.suspect(slot)
      let (gains, uncapped) = Self.gains(bets.bets(of: slot), line: line)
      let stake = changes.stake(of: suspect, after: processes[suspect]?.buckets ?? 0)
      processes[suspect]?.advance(by: gains, stake: stake, uncapped: uncapped[1], startHour: startHour)
      if bets.isBatch(slot) { for bet in bets.bets(of: slot) { processes[suspect]?.difference.learn(from: bet) } }
      if let prior = known[suspect] {
        weighted[suspect, default: SIMD4()] +=
          Self.gains(bets.bets(of: slot), line: Self.threshold(priorProbability: prior)).capped
      }
    }
  }

  private static func gains(_ bets: some Sequence<SuspectBets.Bet>, line: Double) -> (
    capped: SIMD4<Double>, uncapped: SIMD4<Double>
  ) {
    var capped = SIMD4<Double>()
    var uncapped = SIMD4<Double>()
    for bet in bets {
      let gains = bet.gains
      uncapped += gains
      capped += gains.replacing(with: line / 4, where: gains .> line / 4)
    }
    return (capped.replacing(with: line / 3, where: capped .> line / 3), uncapped)
  }
}

extension SequentialTest.Process {
  fileprivate mutating func advance(by gains: SIMD4<Double>, stake: Double, uncapped: Double, startHour: Int32) {
    for index in 0..<4 { logs[index] = logSum(logs[index], logarithm(stake)) + gains[index] }
    if buckets < .max { buckets += 1 }
    if cusum == 0 { excursionStart = startHour }
    cusum = max(0, cusum + uncapped)
    if cusum == 0 { excursionStart = nil }
  }
}
