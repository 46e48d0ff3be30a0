package import Vocabulary

/// How a failure mode sets in with age, in a whole product or one batch of it.
///
/// - hazard of a bin: d onsets in n device-days at risk, d / n a day, interval of a gamma distribution of shape d + ½ (Jeffreys)
/// - mean cumulative function (Nelson, Recurrent Events Data Analysis, 2003): M(b) = Σ d/n (b − a) over the bins up to b, the
///   onsets that a device has up to that age, if it is heard all the time; from the first age with exposure up to the first
///   without; interval by a gamma distribution of the same mean and variance
/// - shape and forecasts: `WeibullShape`, `SparesForecast`
///
/// Checkable: 4 onsets in 2 000 device-days below 30 days of age and none in 1 000 from 30 to 90: hazard 0.002 a day,
/// M(30) = M(90) = 0.06.
package struct AgeingReport: Hashable, Sendable {
  package enum Pattern: String, Sendable, CaseIterable {
    /// The shape's 90 % interval is above 1; below 1; within 0.8…1.25; none of these.
    case wearOut = "wear_out"
    case infantMortality = "infant_mortality"
    case random
    case cannotTell = "cannot_tell"
    /// No onset at a known age, or every batch is of one age.
    case notIdentifiable = "not_identifiable"
  }

  package struct Bin: Hashable, Sendable {
    /// Days since activation; `nil`: not known.
    package var from: Double?
    package var until: Double?
    package var deviceDays: Double
    package var onsets: Int
    /// Onsets a device-day; `nil` without exposure.
    package var hazard: Interval?
    /// At the bin's end.
    package var cumulative: Interval?
  }

  package struct Forecast: Hashable, Sendable {
    package var days: Double
    package var onsets: Interval
  }

  package var mode: ModeKey
  /// `nil`: the whole product.
  package var batch: Symbol?
  package var deviceDays: Double
  package var onsets: Int
  package var bins: [Bin]
  package var pattern: Pattern
  package var shape: Interval?
  /// The age by which 63 % would have failed, at that shape.
  package var scaleDays: Double?
  /// Batches whose ages tell something.
  package var batchesThatTell: Int
  /// Devices at risk a day in the last week.
  package var devicesAtRisk: Double
  package var forecasts: [Forecast]

  package static let forecastDays = [30.0, 90.0]
  private static let indifferent = 0.8...1.25
}

extension HazardModel {
  /// The whole product, then its batches, sorted; one batch alone where it is named, and nothing where that has no exposure.
  package func ageing(_ mode: ModeKey, batch: Symbol? = nil) -> [AgeingReport] {
    guard let model = model(mode)?.settled else { return [] }
    let tally = AgeTally(model)
    let ofBatches = tally.batches.filter { batch == nil || $0.batch == batch }.map {
      AgeingReport(mode: mode, batch: $0.batch, counts: $0.counts, groups: [tally.group($0.counts)], tally)
    }
    guard batch == nil, !ofBatches.isEmpty else { return ofBatches }
    let whole = AgeingReport(
      mode: mode, batch: nil, counts: tally.all, groups: tally.batches.map { tally.group($0.counts) }, tally)
    return [whole] + ofBatches
  }
}

extension AgeTally {
  /// What the shape is made of: the bins of known ages with both edges.
  func group(_ counts: Counts) -> WeibullShape.Group {
    edges.indices.map { index in
      (
        from: index == 0 ? 0 : edges[index - 1], until: edges[index],
        exposure: Double(counts.atRisk[index + 1]) / bucketsPerDay, onsets: Double(counts.onsets[index + 1])
      )
    }
  }
}

extension AgeingReport {
  init(
    mode: ModeKey, batch: Symbol?, counts: AgeTally.Counts, groups: [WeibullShape.Group], _ tally: AgeTally
  ) {
    self.mode = mode
    self.batch = batch
    let exposure = counts.atRisk.map { Double($0) / tally.bucketsPerDay }
    let onsets = counts.onsets.map { Double($0) }
    deviceDays = exposure.reduce(0, +)
    self.onsets = Int(onsets.reduce(0, +))
    bins = Self.bins(exposure, onsets, tally)
    batchesThatTell = groups.count(where: WeibullShape.isInformative)
    let shape = WeibullShape(groups)
    self.shape = shape.map { Interval(mean: $0.mean, low: $0.low, high: $0.high) }
    scaleDays = shape?.scale(of: tally.group(counts))
    pattern =
      switch shape {
      case nil: .notIdentifiable
      case let shape? where shape.low > 1: .wearOut
      case let shape? where shape.high < 1: .infantMortality
      case let shape? where Self.indifferent.contains(shape.low) && Self.indifferent.contains(shape.high): .random
      default: .cannotTell
      }
    let present = counts.recent.map { Double($0) / tally.bucketsPerDay / Double(AgeTally.recentDays) }
    devicesAtRisk = present.reduce(0, +)
    let forecast = SparesForecast(edges: tally.edges, present: present, exposure: exposure, onsets: onsets)
    forecasts = Self.forecastDays.map { Forecast(days: $0, onsets: forecast.expected(days: $0)) }
  }

  private static func bins(_ exposure: [Double], _ onsets: [Double], _ tally: AgeTally) -> [Bin] {
    var cumulative: (mean: Double, expected: Double, variance: Double)? = (0, 0, 0)
    var hasBegun = false
    return exposure.indices.map { bin in
      let (days, count) = (exposure[bin], onsets[bin])
      var hazard: Interval?
      if days > 0 {
        let (low, high) = CountIntervals.gamma(shape: count + 0.5)
        hazard = Interval(mean: count / days, low: min(low, count) / days, high: high / days)
      }
      var reached: Interval?
      if let ages = tally.ages(bin) {
        if days > 0, let until = ages.until, let before = cumulative {
          let width = until - ages.from
          let next = (
            mean: before.mean + width * count / days, expected: before.expected + width * (count + 0.5) / days,
            variance: before.variance + width * width * (count + 0.5) / (days * days)
          )
          let (low, high) = CountIntervals.gamma(mean: next.expected, variance: next.variance)
          reached = Interval(mean: next.mean, low: min(low, next.mean), high: high)
          cumulative = next
          hasBegun = true
        } else if hasBegun {
          // What happens at ages that nobody has can't be stepped over.
          cumulative = nil
        }
      }
      return Bin(
        from: tally.ages(bin)?.from, until: tally.ages(bin)?.until, deviceDays: days, onsets: Int(count),
        hazard: hazard, cumulative: reached)
    }
  }
}
