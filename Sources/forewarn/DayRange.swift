import ArgumentParser

/// Days of a plan, counted from 1: `31-37`, or `31` alone.
struct DayRange: ExpressibleByArgument, CustomStringConvertible {
  var first: Int
  var last: Int

  init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  init?(argument: String) {
    let parts = argument.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
    guard let first = parts[0], let last = parts.count == 1 ? first : parts[1], first >= 1, first <= last else {
      return nil
    }
    self.init(first: first, last: last)
  }

  var description: String { "\(first)-\(last)" }
}
