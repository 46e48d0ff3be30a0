import ArgumentParser

/// One seed or a range: `7`, `1-30`.
struct SeedRange: ExpressibleByArgument {
  let seeds: ClosedRange<UInt64>

  init(_ seeds: ClosedRange<UInt64>) { self.seeds = seeds }

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1], first <= last else {
      return nil
    }
    seeds = first...last
  }

  var defaultValueDescription: String { "\(seeds.lowerBound)-\(seeds.upperBound)" }
}
