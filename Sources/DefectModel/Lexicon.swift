import Vocabulary

/// A region and a carrier; with a bucket, the group within which devices are compared.
struct Stratum: Hashable, Sendable, Comparable {
  var region: Symbol
  var carrier: Symbol

  static func < (left: Stratum, right: Stratum) -> Bool {
    left.region == right.region ? left.carrier < right.carrier : left.region < right.region
  }
}

extension Stratum: ScatteredKey {
  @inline(__always)
  var scattered: UInt64 { (UInt64(region.number) << 32 | UInt64(carrier.number)).scattered }

  @inline(__always)
  func isSame(as other: Stratum) -> Bool {
    region.number == other.region.number && carrier.number == other.carrier.number
  }
}

/// A cell's covariates without its stratum, as a key of two words.
struct ProfileKey: ScatteredKey {
  let cohort: UInt64
  let rest: UInt64

  @inline(__always)
  init(_ covariates: Covariates) {
    cohort = UInt64(covariates.batch.number) << 32 | UInt64(covariates.firmware.number)
    rest =
      UInt64(covariates.age) << 40 | UInt64(covariates.weather.rawValue) << 32 | UInt64(covariates.factors.packed)
  }

  @inline(__always)
  var scattered: UInt64 { cohort.scattered ^ (rest &* 0xd6e8_feb8_6659_fd93).scattered }

  @inline(__always)
  func isSame(as other: ProfileKey) -> Bool { cohort == other.cohort && rest == other.rest }
}

/// What a device-bucket may differ by from another of its stratum.
struct CellProfile: Sendable {
  var batchWord: Symbol
  var firmwareWord: Symbol
  /// Numbers of the lexicon.
  var batch: Int32
  var firmware: Int32
  var pair: Int32
  var age: UInt8
  var weather: WeatherBin
  var factors: FactorBins

  func covariates(in stratum: Stratum) -> Covariates {
    Covariates(
      region: stratum.region, carrier: stratum.carrier, batch: batchWord, firmware: firmwareWord, age: age,
      weather: weather, factors: factors)
  }
}

/// The words of one mode's cells and their combinations, each by a small number; and the order of their texts, in which
/// all sums run. A window's buckets say the same combinations again and again: a row names one by its number.
struct Lexicon: Sendable {
  private(set) var strata = Numbering<Stratum>()
  private(set) var batches = Numbering<Symbol>()
  private(set) var firmwares = Numbering<Symbol>()
  /// A batch's number and a firmware's.
  private(set) var pairs = Numbering<UInt64>()
  private(set) var profiles: ContiguousArray<CellProfile> = []
  private var profileNumbers = Numbering<ProfileKey>()

  /// Profiles in the order of their words' text, and each one's place in it; up to date after `sort()`.
  private(set) var order: ContiguousArray<Int32> = []
  private(set) var ranks: ContiguousArray<Int32> = []
  private(set) var stratumRanks: ContiguousArray<Int32> = []

  @inline(__always)
  mutating func stratum(_ covariates: Covariates) -> Int {
    strata.number(of: Stratum(region: covariates.region, carrier: covariates.carrier))
  }

  @inline(__always)
  mutating func profile(_ covariates: Covariates) -> Int {
    let number = profileNumbers.number(of: ProfileKey(covariates))
    if number == profiles.count { append(covariates) }
    return number
  }

  @inline(never)
  private mutating func append(_ covariates: Covariates) {
    let batch = batches.number(of: covariates.batch)
    let firmware = firmwares.number(of: covariates.firmware)
    profiles.append(
      CellProfile(
        batchWord: covariates.batch, firmwareWord: covariates.firmware, batch: Int32(batch),
        firmware: Int32(firmware), pair: Int32(pairs.number(of: UInt64(batch) << 32 | UInt64(firmware))),
        age: covariates.age, weather: covariates.weather, factors: covariates.factors))
  }

  /// Brings the order up to date. What was in order stays so, whatever words are new: only new profiles are sorted, and
  /// merged in.
  mutating func sort() {
    if stratumRanks.count < strata.count {
      stratumRanks = ContiguousArray(repeating: 0, count: strata.count)
      let sorted = strata.keys.indices.sorted { strata.keys[$0] < strata.keys[$1] }
      for (rank, number) in sorted.enumerated() { stratumRanks[number] = Int32(rank) }
    }
    guard order.count < profiles.count else { return }
    let keys = sortKeys()
    let fresh = (order.count..<profiles.count).map { Int32($0) }.sorted { keys[Int($0)] < keys[Int($1)] }
    var merged: ContiguousArray<Int32> = []
    merged.reserveCapacity(profiles.count)
    var old = 0
    for number in fresh {
      while old < order.count, keys[Int(order[old])] < keys[Int(number)] {
        merged.append(order[old])
        old += 1
      }
      merged.append(number)
    }
    merged.append(contentsOf: order[old...])
    order = merged
    ranks = ContiguousArray(repeating: 0, count: order.count)
    for (rank, number) in order.enumerated() { ranks[Int(number)] = Int32(rank) }
  }

  private struct SortKey: Comparable {
    var cohort: UInt64
    var rest: UInt64

    static func < (left: SortKey, right: SortKey) -> Bool {
      left.cohort == right.cohort ? left.rest < right.rest : left.cohort < right.cohort
    }
  }

  private func sortKeys() -> ContiguousArray<SortKey> {
    let batchRanks = Self.ranks(of: batches.keys)
    let firmwareRanks = Self.ranks(of: firmwares.keys)
    return ContiguousArray(
      profiles.map { profile in
        SortKey(
          cohort: batchRanks[Int(profile.batch)] << 32 | firmwareRanks[Int(profile.firmware)],
          rest: UInt64(profile.age) << 40 | UInt64(profile.weather.rawValue) << 32 | UInt64(profile.factors.packed))
      })
  }

  /// Each word's place in the order of texts; a text is fetched once: Symbol's own order asks for it at each comparison.
  private static func ranks(of words: ContiguousArray<Symbol>) -> [UInt64] {
    let sorted = words.enumerated().map { ($0.offset, Array($0.element.text.utf8)) }
      .sorted { $0.1.lexicographicallyPrecedes($1.1) }
    var ranks = [UInt64](repeating: 0, count: words.count)
    for (rank, entry) in sorted.enumerated() { ranks[entry.0] = UInt64(rank) }
    return ranks
  }

  /// The lexicon of those profiles alone that are marked, in the order of their texts, and each one's new number (−1 for
  /// those left out). Words keep their numbers.
  func keeping(_ isKept: ContiguousArray<Bool>) -> (lexicon: Lexicon, numbers: ContiguousArray<Int32>) {
    var kept = self
    kept.profiles = []
    kept.order = []
    kept.profileNumbers = Numbering(capacity: isKept.count { $0 })
    var numbers = ContiguousArray<Int32>(repeating: -1, count: profiles.count)
    let anywhere = Stratum(region: .unknown, carrier: .unknown)
    for number in order where isKept[Int(number)] {
      numbers[Int(number)] = Int32(kept.profile(profiles[Int(number)].covariates(in: anywhere)))
    }
    kept.order = ContiguousArray(kept.profiles.indices.map { Int32($0) })
    kept.ranks = kept.order
    return (kept, numbers)
  }
}
