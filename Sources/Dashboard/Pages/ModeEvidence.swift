package import ControlProtocol

/// A failure mode's evidence by batch and firmware.
package struct CohortCell: Hashable, Sendable {
  package var batch: String
  package var firmware: String
  package var deviceDays: Double
  package var failures: Int
  /// At the rate of all devices of the same region, carrier and day.
  package var expected: Double
  /// Shrunken, by the last fit; `nil` where that needed no term for it.
  package var ratio: Estimate?

  package init(
    batch: String, firmware: String, deviceDays: Double, failures: Int, expected: Double, ratio: Estimate?
  ) {
    self.batch = batch
    self.firmware = firmware
    self.deviceDays = deviceDays
    self.failures = failures
    self.expected = expected
    self.ratio = ratio
  }

  /// Nobody should read anything into it.
  var isThin: Bool { expected < 1 && failures < 3 }
  /// 1 from ten expected failures on, where a ratio is good to a third.
  var exposure: Double { min(1, (expected / 10).squareRoot()) }
}

/// All firmware of a batch together.
struct BatchSum: Hashable {
  var batch: String
  var deviceDays: Double
  var failures: Int
  var expected: Double

  static func all(_ cells: [CohortCell]) -> [BatchSum] {
    Dictionary(grouping: cells, by: \.batch).map { batch, cells in
      BatchSum(
        batch: batch, deviceDays: cells.reduce(0) { $0 + $1.deviceDays },
        failures: cells.reduce(0) { $0 + $1.failures }, expected: cells.reduce(0) { $0 + $1.expected })
    }.sorted { $0.batch < $1.batch }
  }

  /// Observed by expected; a batch that nothing is expected of says nothing.
  var ratio: Double? { expected > 0 ? Double(failures) / expected : nil }

  enum Verdict: String { case inside, outside95 = "outside 95 %", outside998 = "outside 99.8 %" }

  var verdict: Verdict {
    guard let ratio else { return .inside }
    func isInside(_ coverage: Double) -> Bool {
      let limits = PoissonLimits.ratios(expected: expected, coverage: coverage)
      return (limits.low...max(limits.low, limits.high)).contains(ratio)
    }
    return isInside(0.95) ? .inside : isInside(0.998) ? .outside95 : .outside998
  }
}
