import Vocabulary

extension ProductLayout {
  /// Whether a mode means the same under both layouts.
  func definesAlike(_ mode: Symbol, as other: ProductLayout) -> Bool {
    definition(of: mode) == other.definition(of: mode)
  }

  /// The parts of a mode's definition that its evidence depends on. Where all profiles of the product define it alike it
  /// doesn't matter how its versions are cut into files.
  func definition(of mode: Symbol) -> [Definition] {
    let byFile = definitionByFile(of: mode)
    let meanings = Set(
      byFile.map { definition in
        var meaning = definition
        meaning.firmware = FirmwareRange()
        return meaning
      })
    return byFile.count == profiles.count && meanings.count == 1 ? Array(meanings) : byFile
  }

  /// The same over all profiles of the product, each with its versions; stored so before 2026-11-28.
  func definitionByFile(of mode: Symbol) -> [Definition] {
    profiles.compactMap { profile in
      profile.modes.first { $0.id == mode }.map {
        Definition(
          firmware: profile.firmware, onset: $0.onset, bucket: $0.bucket, refractoryDays: $0.refractoryDays,
          graceBuckets: $0.graceBuckets, factors: $0.factors, ageBinsDays: $0.ageBinsDays)
      }
    }
  }

  struct Definition: Hashable {
    var firmware: FirmwareRange
    var onset: OnsetRule
    var bucket: BucketLength
    var refractoryDays: Double
    var graceBuckets: Int
    var factors: [RiskFactor]
    var ageBinsDays: [Double]
  }
}

/// Bytes that stay the same from one version of the program to the next, as the printed form of a type would not.
extension ProductLayout.Definition {
  func write(to writer: inout ByteWriter) {
    writer.write(firmware.bounds) { writer, bound in
      writer.write(bound.comparison.rawValue)
      writer.write(bound.version.text)
    }
    onset.write(to: &writer)
    writer.write(bucket.rawValue)
    writer.write(refractoryDays)
    writer.write(Int64(graceBuckets))
    writer.write(factors) { $1.write(to: &$0) }
    writer.write(ageBinsDays) { $0.write($1) }
  }
}

extension OnsetRule {
  fileprivate func write(to writer: inout ByteWriter) {
    switch self {
    case .event(let type, let count):
      writer.write("event")
      writer.write(type)
      writer.write(Int64(count))
    case .signal(let name, let statistic, let limit):
      writer.write(statistic.rawValue)
      writer.write(name)
      writer.write(limit)
    case .any(let rules):
      writer.write("any")
      writer.write(rules) { $1.write(to: &$0) }
    case .all(let rules):
      writer.write("all")
      writer.write(rules) { $1.write(to: &$0) }
    case .silence(let days):
      writer.write("silence")
      writer.write(Int64(days))
    }
  }
}

extension RiskFactor {
  fileprivate func write(to writer: inout ByteWriter) {
    switch self {
    case .signalMean(let name, _):
      writer.write("signal")
      writer.write(name)
    case .eventCount(let type, let days, _):
      writer.write("event")
      writer.write(type)
      writer.write(Int64(days))
    case .since(.event(let type), _):
      writer.write("since")
      writer.write(type)
    case .since(.install, _): writer.write("since install")
    case .since(.activation, _): writer.write("since activation")
    }
    writer.write(edges) { $0.write($1) }
  }
}
