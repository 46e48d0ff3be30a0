import Vocabulary

/// Two firmware versions side by side, in sets of devices that differ in nothing else that cells tell: the same bucket,
/// region, carrier, batch and age bin. A set with only one of the two at risk compares nothing, and is counted as apart.
///
/// Risk factors and weather don't match sets: weather is the region's own in a bucket, and what a firmware does to a signal
/// or to the days since its install is part of what is asked.
struct MatchedSets: Sendable {
  /// Device-buckets at risk of a set.
  struct Pair: Hashable, Comparable {
    var first: Int64
    var second: Int64

    static func < (left: Pair, right: Pair) -> Bool {
      left.first == right.first ? left.second < right.second : left.first < right.first
    }

    /// nρm / (n + ρm): what the set tells of the logarithm of the ratio, in onsets of the first side's rate.
    func information(ratio: Double) -> Double {
      let weighted = ratio * Double(second)
      return Double(first) * weighted / (Double(first) + weighted)
    }
  }

  /// A set in which something failed.
  struct Informative {
    /// Region, carrier and batch, in the order of their texts: sets of one cluster share what cells don't tell.
    var cluster: UInt64
    var pair: Pair
    var onsets: Int64
    var onsetsOfSecond: Int64
    /// Below 1 in an outage that nobody announced: see `StormWeights`.
    var weight = 1.0
  }

  struct Side: Hashable {
    var atRisk: Int64 = 0
    var onsets: Int64 = 0
    var atRiskApart: Int64 = 0
    var onsetsApart: Int64 = 0
  }

  private(set) var first = Side()
  private(set) var second = Side()
  /// In the order of time, then of clusters.
  private(set) var informative: [Informative] = []
  /// By bucket: the pairs of all sets, with how many there are of each, sorted.
  private(set) var pairs: [(startHour: Int32, pairs: [(pair: Pair, count: Int)])] = []
  private(set) var setCount = 0

  private struct Tally {
    var atRisk = Pair(first: 0, second: 0)
    var onsets = Pair(first: 0, second: 0)
  }

  init(_ cells: CellTable, first: Symbol, second: Symbol) {
    self.init(cells) { $0 == first ? 1 : $0 == second ? 2 : 0 }
  }

  /// `side`: on which a firmware stands, 1 or 2; 0 on none.
  init(_ cells: CellTable, side: (Symbol) -> Int) {
    let lexicon = cells.lexicon
    let sides = lexicon.profiles.map { side($0.firmwareWord) }
    var batchRanks = [UInt64](repeating: 0, count: lexicon.batches.count)
    for (rank, number) in lexicon.batches.keys.indices.sorted(by: {
      lexicon.batches.keys[$0] < lexicon.batches.keys[$1]
    }).enumerated() {
      batchRanks[number] = UInt64(rank)
    }
    let end = cells.all.last.map { $0.startHour + 1 } ?? .min
    let storms = StormWeights(cells.all[...], hours: .min..<end, strata: lexicon.strata.count)
    for bucket in cells.all {
      var pairsOfBucket: [Pair: Int] = [:]
      for group in bucket.groups {
        var tallies: [UInt64: Tally] = [:]
        bucket.forEachRow(of: group) { number, atRisk, onsets in
          guard sides[number] != 0 else { return }
          let profile = lexicon.profiles[number]
          let key = batchRanks[Int(profile.batch)] << 8 | UInt64(profile.age)
          if sides[number] == 1 {
            tallies[key, default: Tally()].atRisk.first += Int64(atRisk)
            tallies[key, default: Tally()].onsets.first += Int64(onsets)
          } else {
            tallies[key, default: Tally()].atRisk.second += Int64(atRisk)
            tallies[key, default: Tally()].onsets.second += Int64(onsets)
          }
        }
        let stratum = UInt64(UInt32(bitPattern: lexicon.stratumRanks[Int(group.stratum)]))
        for (key, tally) in tallies.sorted(by: { $0.key < $1.key }) {
          guard tally.atRisk.first > 0, tally.atRisk.second > 0 else {
            self.first.addApart(tally.atRisk.first, tally.onsets.first)
            self.second.addApart(tally.atRisk.second, tally.onsets.second)
            continue
          }
          self.first.add(tally.atRisk.first, tally.onsets.first)
          self.second.add(tally.atRisk.second, tally.onsets.second)
          setCount += 1
          pairsOfBucket[tally.atRisk, default: 0] += 1
          let onsets = tally.onsets.first + tally.onsets.second
          if onsets > 0 {
            informative.append(
              Informative(
                cluster: stratum << 32 | key >> 8, pair: tally.atRisk, onsets: onsets,
                onsetsOfSecond: tally.onsets.second,
                weight: storms.weight(
                  group.stratum, startHour: bucket.startHour, atRisk: Double(group.atRisk),
                  onsets: Double(group.onsets))))
          }
        }
      }
      if !pairsOfBucket.isEmpty {
        pairs.append(
          (bucket.startHour, pairsOfBucket.sorted { $0.key < $1.key }.map { (pair: $0.key, count: $0.value) }))
      }
    }
  }
}

extension MatchedSets.Side {
  fileprivate mutating func add(_ atRisk: Int64, _ onsets: Int64) {
    self.atRisk += atRisk
    self.onsets += onsets
  }

  fileprivate mutating func addApart(_ atRisk: Int64, _ onsets: Int64) {
    atRiskApart += atRisk
    onsetsApart += onsets
  }
}
