import Vocabulary

/// One bucket's cells as bytes: version, the words in the order of their text, the cells in the order of their words.
/// Equal cells are equal bytes, whatever their order of arrival.
enum CellBlob {
  private static let version: UInt8 = 1

  static func encode(_ cells: [Covariates: CellCounts]) -> [UInt8] {
    guard !cells.isEmpty else { return [] }
    var symbols: Set<Symbol> = []
    for covariates in cells.keys {
      symbols.formUnion([covariates.region, covariates.carrier, covariates.batch, covariates.firmware])
    }
    let words = symbols.sorted()
    var numbers: [Symbol: UInt64] = [:]
    for (number, word) in words.enumerated() { numbers[word] = UInt64(number) }
    func key(_ covariates: Covariates) -> [UInt64] {
      [covariates.region, covariates.carrier, covariates.batch, covariates.firmware].map { numbers[$0] ?? 0 }
        + [UInt64(covariates.age), UInt64(covariates.weather.rawValue), UInt64(covariates.factors.packed)]
    }
    let sorted = cells.map { (key: key($0), counts: $1) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var writer = ByteWriter()
    writer.byte(version)
    writer.count(words.count)
    for word in words { writer.text(word.text) }
    writer.count(sorted.count)
    for (key, counts) in sorted {
      for number in key { writer.unsigned(number) }
      writer.signed(Int64(counts.atRisk))
      writer.signed(Int64(counts.onsets))
      writer.signed(Int64(counts.symptoms))
    }
    return writer.bytes
  }

  static func decode(_ blob: [UInt8]) throws(BlobFault) -> [Covariates: CellCounts] {
    guard !blob.isEmpty else { return [:] }
    var reader = ByteReader(blob)
    let version = try reader.byte()
    guard version == Self.version else { throw BlobFault(description: "cells of version \(version) aren't known") }
    var words: [Symbol] = []
    for _ in 0..<(try reader.count()) { words.append(Symbol(try reader.text())) }
    func word(_ number: UInt64) throws(BlobFault) -> Symbol {
      guard number < UInt64(words.count) else { throw BlobFault(description: "there is no word \(number)") }
      return words[Int(number)]
    }
    var cells: [Covariates: CellCounts] = [:]
    for _ in 0..<(try reader.count()) {
      var covariates = Covariates()
      covariates.region = try word(try reader.unsigned())
      covariates.carrier = try word(try reader.unsigned())
      covariates.batch = try word(try reader.unsigned())
      covariates.firmware = try word(try reader.unsigned())
      covariates.age = UInt8(truncatingIfNeeded: try reader.unsigned())
      let weather = try reader.unsigned()
      guard let bin = WeatherBin(rawValue: UInt8(truncatingIfNeeded: weather)) else {
        throw BlobFault(description: "there is no weather \(weather)")
      }
      covariates.weather = bin
      covariates.factors = FactorBins(packed: UInt32(truncatingIfNeeded: try reader.unsigned()))
      cells[covariates] = CellCounts(
        atRisk: try reader.int32(), onsets: try reader.int32(), symptoms: try reader.int32())
    }
    guard reader.isAtEnd else { throw BlobFault(description: "there are bytes after the last cell") }
    return cells
  }
}
