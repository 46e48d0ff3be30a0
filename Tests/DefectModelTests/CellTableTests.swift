import Testing
import Vocabulary

@testable import DefectModel

/// The packed table against a plain dictionary of cells.
struct CellTableTests {
  private typealias Plain = [Int32: [Covariates: CellCounts]]
  private static let hours: [Int32] = (0..<6).map { 480_000 + 24 * $0 }

  private func randomCovariates(_ generator: inout SeededGenerator) -> Covariates {
    func pick(_ prefix: String, _ count: UInt64) -> Symbol { Symbol("\(prefix)\(generator.next() % count)") }
    return Covariates(
      region: pick("north-", 3), carrier: pick("carrier-", 2), batch: pick("lot-", 9), firmware: pick("5.", 20),
      age: UInt8(generator.next() % 3), weather: WeatherBin.allCases[Int(generator.next() % 3)],
      factors: FactorBins(packed: UInt32(generator.next() % 4) << (4 * UInt32(generator.next() % 8))))
  }

  private func randomCounts(_ generator: inout SeededGenerator) -> CellCounts {
    let onsets = generator.next() % 4 == 0 ? Int32(generator.next() % 3) : 0
    let atRisk = generator.next() % 50 == 0 ? Int32(generator.next() % 3_000_000) : Int32(generator.next() % 4)
    return CellCounts(atRisk: atRisk, onsets: onsets, symptoms: onsets + Int32(generator.next() % 2))
  }

  private func pieces(_ count: Int, _ generator: inout SeededGenerator) -> [(Int32, Covariates, CellCounts)] {
    (0..<count).map { _ in
      let counts = randomCounts(&generator)
      return (
        Self.hours[Int(generator.next() % 6)], randomCovariates(&generator),
        generator.next() % 5 == 0 ? -counts : counts
      )
    }
  }

  private func plain(_ table: CellTable) -> Plain {
    var cells: Plain = [:]
    for bucket in table.all {
      for group in bucket.groups {
        let stratum = table.lexicon.strata.keys[Int(group.stratum)]
        bucket.forEachCell(of: group) {
          cells[bucket.startHour, default: [:]][table.lexicon.profiles[Int($0)].covariates(in: stratum)] = $1
        }
      }
    }
    return cells
  }

  private func sum(_ pieces: [(Int32, Covariates, CellCounts)]) -> Plain {
    var cells: Plain = [:]
    for (hour, covariates, counts) in pieces {
      cells[hour, default: [:]][covariates, default: CellCounts()] += counts
    }
    return cells.mapValues { $0.filter { !$0.value.isZero } }.filter { !$0.value.isEmpty }
  }

  private func blobs(_ table: CellTable) -> [[UInt8]] {
    table.all.map { CellBlob.encode($0, lexicon: table.lexicon) }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `packed buckets hold the sum of what was added, whatever the order and however often they were packed`(
    seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    let pieces = pieces(3000, &generator)
    var first = CellTable()
    for (hour, covariates, counts) in pieces { first.add(counts, startHour: hour, covariates: covariates) }
    first.settle()
    #expect(plain(first) == sum(pieces))
    var second = CellTable()
    for (hour, covariates, counts) in pieces.shuffled(using: &generator) {
      second.add(counts, startHour: hour, covariates: covariates)
      if generator.next() % 200 == 0 { second.settle() }
    }
    second.settle()
    #expect(plain(second) == sum(pieces))
    #expect(blobs(first) == blobs(second))
    // And away again: no cell, no group and no bucket is left.
    for (hour, covariates, counts) in pieces.shuffled(using: &generator) {
      second.add(-counts, startHour: hour, covariates: covariates)
    }
    second.settle()
    #expect(second.all.isEmpty)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a table read back is the table that was written, and its blobs are the same bytes`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var table = CellTable()
    for (hour, covariates, counts) in pieces(2000, &generator) {
      table.add(counts, startHour: hour, covariates: covariates)
    }
    #expect(table.takeChanged() == table.all.map(\.startHour))
    #expect(table.takeChanged().isEmpty)
    var again = CellTable()
    for (bucket, blob) in zip(table.all, blobs(table)).reversed() {
      try again.restore(blob, startHour: bucket.startHour)
    }
    again.settle()
    #expect(plain(again) == plain(table))
    #expect(blobs(again) == blobs(table))
    #expect(again.takeChanged().isEmpty)
    again.add(CellCounts(atRisk: 1), startHour: Self.hours[2], covariates: Covariates(batch: "a new lot"))
    #expect(again.takeChanged() == [Self.hours[2]])
  }

  /// As the first version of the daemon wrote them.
  private func version1(_ cells: [Covariates: CellCounts]) -> [UInt8] {
    let words = Set(cells.keys.flatMap { [$0.region, $0.carrier, $0.batch, $0.firmware] }).sorted()
    func key(_ covariates: Covariates) -> [UInt64] {
      let symbols = [covariates.region, covariates.carrier, covariates.batch, covariates.firmware]
      return symbols.map { symbol in UInt64(words.firstIndex(of: symbol) ?? 0) }
        + [UInt64(covariates.age), UInt64(covariates.weather.rawValue), UInt64(covariates.factors.packed)]
    }
    var writer = ByteWriter()
    writer.byte(1)
    writer.count(words.count)
    for word in words { writer.text(word.text) }
    writer.count(cells.count)
    for (key, counts) in cells.map({ (key($0), $1) }).sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      for number in key { writer.unsigned(number) }
      for count in [counts.atRisk, counts.onsets, counts.symptoms] { writer.signed(Int64(count)) }
    }
    return writer.bytes
  }

  @Test func `cells of version 1 are read`() throws {
    var generator = SeededGenerator(seed: 5)
    let cells = sum(pieces(800, &generator))
    var table = CellTable()
    for (hour, cells) in cells { try table.restore(version1(cells), startHour: hour) }
    #expect(plain(table) == cells)
  }

  @Test func `a blob that is cut or has changed bytes is refused or read, but never trusted past its end`() throws {
    var generator = SeededGenerator(seed: 6)
    var table = CellTable()
    for (hour, covariates, counts) in pieces(200, &generator) where hour == Self.hours[0] {
      table.add(counts, startHour: hour, covariates: covariates)
    }
    table.settle()
    let blob = try #require(blobs(table).first)
    for count in 1..<blob.count {
      #expect(throws: BlobFault.self) { try table.restore(Array(blob.prefix(count)), startHour: 0) }
    }
    for _ in 0..<500 {
      var damaged = blob
      damaged[Int(generator.next() % UInt64(blob.count))] = UInt8(truncatingIfNeeded: generator.next())
      var lexicon = Lexicon()
      do throws(BlobFault) {
        let bucket = try CellBlob.decode(damaged, startHour: 0, lexicon: &lexicon)
        #expect(bucket.groups.allSatisfy { $0.bytes.upperBound <= bucket.bytes.count })
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test func `profiles that no bucket names any more are forgotten, and nothing else changes`() {
    var generator = SeededGenerator(seed: 8)
    var table = CellTable()
    var kept: Plain = [:]
    for day in 0..<400 {
      let hour = Int32(480_000 + 24 * day)
      for device in 0..<40 {
        var covariates = randomCovariates(&generator)
        // Firmware comes and goes.
        covariates.firmware = Symbol("7.\(day / 3).\(device % 3)")
        table.add(CellCounts(atRisk: 1), startHour: hour, covariates: covariates)
        kept[hour, default: [:]][covariates, default: CellCounts()] += CellCounts(atRisk: 1)
      }
      table.settle()
      table.drop(before: hour - 28 * 24)
      kept = kept.filter { $0.key >= hour - 28 * 24 }
      #expect(table.lexicon.profiles.count <= 2 * 1024 + 40 * 30)
    }
    #expect(plain(table) == kept)
    #expect(table.lexicon.order.count == table.lexicon.profiles.count)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a window's sums are those of a recount after additions, late differences and drops`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = CellTable()
    var pieces = pieces(1500, &generator).map { ($0.0, $0.1, $0.2.atRisk < 0 ? -$0.2 : $0.2) }
    for (hour, covariates, counts) in pieces { table.add(counts, startHour: hour, covariates: covariates) }
    table.settle()
    let late = pieces.filter { _ in generator.next() % 3 == 0 }.map { ($0.0, $0.1, -$0.2) }
    for (hour, covariates, counts) in late { table.add(counts, startHour: hour, covariates: covariates) }
    pieces += late
    table.settle()
    table.drop(before: Self.hours[1])
    let range = Self.hours[2]..<Self.hours[5]
    // Each onset counts: what is a storm is another test's matter.
    let calm = StormWeights([], hours: 0..<0, strata: 0)
    let window = PassCells(table, until: .max, factorCount: 8).window(range, usual: calm)
    let terms: [Term] = [.suspect(Suspect(batch: "lot-3")), .age(1), .suspect(Suspect(firmware: "5.7", isHumid: true))]
    let effects = ProfileEffects(
      terms: terms, coefficients: [0.7, -0.4, 0.2], lexicon: table.lexicon, factorCount: 8)
    let sums = WindowSums(window, effects: effects)
    var expected: [Stratum: (onsets: [Double], exposure: [Double])] = [:]
    var atRisk = 0.0
    var onsets = 0.0
    for (hour, cells) in sum(pieces) where range.contains(hour) {
      for (covariates, counts) in cells where counts.atRisk > 0 || counts.onsets > 0 {
        let exposure = Double(max(counts.atRisk, counts.onsets))
        var effect = covariates.batch == "lot-3" ? 0.7 : 0
        if covariates.age == 1 { effect -= 0.4 }
        if covariates.firmware == "5.7", covariates.weather == .humid { effect += 0.2 }
        let stratum = Stratum(region: covariates.region, carrier: covariates.carrier)
        let bin = Int(covariates.weather.rawValue)
        expected[stratum, default: ([0, 0, 0], [0, 0, 0])].onsets[bin] += Double(counts.onsets)
        expected[stratum, default: ([0, 0, 0], [0, 0, 0])].exposure[bin] += exposure * exponential(effect)
        atRisk += exposure
        onsets += Double(counts.onsets)
      }
    }
    #expect(sums.atRisk == atRisk)
    #expect(sums.ofProfile.reduce(0, +) == Int64(atRisk))
    #expect(window.onsetRows.reduce(0) { $0 + $1.onsets } == onsets)
    #expect(window.groups.reduce(0) { $0 + $1.onsets } == onsets)
    for (number, stratum) in table.lexicon.strata.keys.enumerated() {
      let (onsets, exposure) = expected[stratum] ?? ([0, 0, 0], [0, 0, 0])
      for bin in 0..<3 {
        #expect(sums.strata[number].onsets[bin] == onsets[bin])
        #expect(abs(sums.strata[number].exposure[bin] - exposure[bin]) <= 1e-9 * exposure[bin])
      }
    }
  }
}
