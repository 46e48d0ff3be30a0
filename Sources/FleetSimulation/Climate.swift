import Vocabulary

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Daily means of each region's weather: a season, and around it an AR(1) process, x ← 0.7 x + √(1 − 0.7²) σ z, with
/// σ = 9 % relative humidity and 3 °C. Values are rounded as they are published, so that a day is humid to the devices
/// exactly when it is to who reads the feed.
struct Climate: Sendable {
  struct Day: Sendable, Equatable {
    var tenthsOfDegree: Int
    var tenthsOfPercent: Int
    var temperatureC: Double { Double(tenthsOfDegree) / 10 }
    var relativeHumidityPct: Double { Double(tenthsOfPercent) / 10 }
  }

  /// By region, then day.
  let days: [[Day]]

  init(plan: FleetPlan) {
    let firstDay = Double(plan.start.milliseconds / EventTime.day)
    days = plan.regions.indices.map { index in
      let region = plan.regions[index]
      var stream = RandomStream(seed: plan.seed, .weather, index)
      var humidity = 9 * stream.normal()
      var warmth = 3 * stream.normal()
      return (0..<plan.days).map { day in
        humidity = 0.7 * humidity + 9 * 0.714_142_842_854_285 * stream.normal()
        warmth = 0.7 * warmth + 3 * 0.714_142_842_854_285 * stream.normal()
        // Day 195 of a year is in mid July; 365.2425 days a year, and 1970 began with one.
        let phase = (firstDay + Double(day) - 195) / 365.2425 + (region.isSouthern ? 0.5 : 0)
        let temperature = region.temperatureC + region.seasonC * cos(2 * .pi * phase) + warmth
        return Day(
          tenthsOfDegree: Int((temperature * 10).rounded()),
          tenthsOfPercent: Int((min(99, max(8, region.relativeHumidityPct + humidity)) * 10).rounded()))
      }
    }
  }
}
