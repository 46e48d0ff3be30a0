import Vocabulary

/// The e-detector: for each suspect a betting process on who, of all devices of a stratum and bucket, the bucket's onsets
/// fall upon. It decides *when* a finding may be raised under continuous looking at thousands of cohorts.
///
/// With η from before the bucket, A = Σ_{c∈k} n exp(η_c − β_k), D = Σ n exp(η), π = A / (D − A (e^{β_k} − 1)):
/// ℓ_s(λ) = o ln λ − d ln(1 + π (λ − 1)) for λ of 1.5, 2, 3, 5; L = min(Σ_s min(ℓ_s, T/4), T/3);
/// ln M ← ln(e^{ln M} + 1) + L; the gate opens where ln mean_λ M ≥ T = ln(suspects × buckets a year × 20).
/// Under no effect M less the number of buckets is a supermartingale, so within a year a false opening among all suspects
/// has a chance of at most 1 in 20 (Shin, Ramdas & Rinaldo, e-detectors). The caps only lower L: no stratum and no bucket
/// can open the gate alone. Without controls π = 1 and L = 0: a rollout to everyone at once says nothing, and such a
/// bucket leaves M as it is.
///
/// A defect that a profile knows with probability p has a second process that never restarts, with the threshold
/// ln(1/p) + ln 20 (weighted testing); with restarts it would fire falsely within weeks.
///
/// Checkable: one onset in a stratum of 10 equal devices, the suspect being one of them: ℓ(5) = ln 5 − ln 1.4 = 1.273.
struct SequentialTest: Sendable {
  static let ratios = SIMD4<Double>(1.5, 2, 3, 5)

  struct Process: Hashable, Sendable {
    /// ln M for each ratio.
    var logs = SIMD4<Double>(repeating: -.infinity)
    /// CUSUM at ratio 2 and the start of its present excursion above 0: the first changed bucket.
    var cusum = 0.0
    var excursionStart: Int32?

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

  /// The line for a known defect of prior probability p: ln(20 / p).
  static func threshold(priorProbability: Double) -> Double { logarithm(20 / max(priorProbability, 1e-6)) }

  /// The evidence of a known defect's own process.
  func weightedLogEvidence(_ suspect: Suspect) -> Double {
    guard let logs = weighted[suspect] else { return 0 }
    return logSum([logs[0], logs[1], logs[2], logs[3]]) - logarithm(4)
  }

  /// One stratum's bucket, as one suspect sees it.
  private struct Bet {
    var share: Double
    var onsets: Double
    var total: Double

    /// ℓ(λ).
    var gains: SIMD4<Double> {
      var gains = SIMD4<Double>()
      for index in 0..<4 {
        let ratio = SequentialTest.ratios[index]
        gains[index] = onsets * logarithm(ratio) - total * logarithmOfOnePlus(share * (ratio - 1))
      }
      return gains
    }
  }

  /// - Parameters:
  ///   - effects: of the fit from before the bucket.
  ///   - coefficients: the same fit's, by suspect.
  ///   - known: prior probability of each known defect.
  mutating func advance(
    over bucket: BucketRows, lexicon: Lexicon, effects: RowEffects, coefficients: [Suspect: Double],
    known: [Suspect: Double], bucketsPerDay: Double
  ) {
    let bets = Self.bets(in: bucket, lexicon: lexicon, effects: effects, coefficients: coefficients)
    for suspect in bets.keys where processes[suspect] == nil { processes[suspect] = Process() }
    let line = threshold(bucketsPerDay: bucketsPerDay)
    for (suspect, bets) in bets {
      var process = processes[suspect] ?? Process()
      let (gains, uncapped) = Self.gains(bets, line: line)
      for index in 0..<4 { process.logs[index] = logSum(process.logs[index], 0) + gains[index] }
      if process.cusum == 0 { process.excursionStart = bucket.startHour }
      process.cusum = max(0, process.cusum + uncapped[1])
      if process.cusum == 0 { process.excursionStart = nil }
      processes[suspect] = process
      if let prior = known[suspect] {
        weighted[suspect, default: SIMD4()] += Self.gains(bets, line: Self.threshold(priorProbability: prior)).capped
      }
    }
  }

  private static func gains(_ bets: [Bet], line: Double) -> (capped: SIMD4<Double>, uncapped: SIMD4<Double>) {
    var capped = SIMD4<Double>()
    var uncapped = SIMD4<Double>()
    for bet in bets {
      let gains = bet.gains
      uncapped += gains
      for index in 0..<4 { capped[index] += min(gains[index], line / 4) }
    }
    for index in 0..<4 { capped[index] = min(capped[index], line / 3) }
    return (capped, uncapped)
  }

  private static func bets(
    in bucket: BucketRows, lexicon: Lexicon, effects: RowEffects, coefficients: [Suspect: Double]
  ) -> [Suspect: [Bet]] {
    var bets: [Suspect: [Bet]] = [:]
    for group in bucket.groups where group.onsets > 0 && group.rows.count > 1 {
      var sums: [Suspect: (weight: Double, onsets: Double)] = [:]
      var total = 0.0
      for index in group.rows {
        let row = bucket.rows[index]
        let weight = row.atRisk * effects.ratio(row)
        total += weight
        let batch = lexicon.batches.keys[Int(row.batch)]
        let firmware = lexicon.firmwares.keys[Int(row.firmware)]
        func add(_ suspect: Suspect) {
          sums[suspect, default: (0, 0)].weight += weight
          sums[suspect, default: (0, 0)].onsets += row.onsets
        }
        add(Suspect(batch: batch))
        add(Suspect(firmware: firmware))
        add(Suspect(batch: batch, firmware: firmware))
        if row.weather == .humid {
          add(Suspect(firmware: firmware, isHumid: true))
          add(Suspect(batch: batch, isHumid: true))
        }
      }
      for (suspect, sum) in sums {
        let controls = total - sum.weight
        guard controls > 1e-9 * total else { continue }
        let own = sum.weight / exponential(coefficients[suspect] ?? 0)
        bets[suspect, default: []].append(
          Bet(share: own / (own + controls), onsets: sum.onsets, total: group.onsets))
      }
    }
    return bets
  }
}
