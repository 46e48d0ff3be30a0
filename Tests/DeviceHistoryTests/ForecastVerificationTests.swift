import DeviceHistory
import Testing
import Vocabulary

/// A device's forecast is settled by its own onsets within the horizon after it.
@Suite struct ForecastVerificationTests {
  private struct Log: Equatable {
    var forecasts = 0
    var settled: [UInt8: Int] = [:]
    var came: [UInt8: Int] = [:]
  }

  /// Sixty devices that report daily for a hundred days; those with an even number fail every tenth day. A forecast's bin
  /// says whether the device had failed before: 1 or 2.
  private func log(shuffledBy seed: UInt64?, silentFrom: Int = 100) -> Log {
    var profile = Fleet.profile()
    profile.modes[0].horizonDays = 20
    var history = Fleet.history(profile)
    var log = Log()
    var forecasts: [Symbol: Int] = [:]
    let verification = ForecastVerification(
      forecast: { mode, risk in
        forecasts[mode.mode, default: 0] += 1
        return mode.mode == "faults" ? (risk.onsets > 0 ? 2 : 1) : 0
      },
      settle: { mode, bin, came in
        log.settled[bin, default: 0] += 1
        if came { log.came[bin, default: 0] += 1 }
      })
    func pass() {
      while let bucket = history.nextDue() {
        history.close(bucket) { _ in }
        history.fold(after: bucket, hazard: { _, _ in 0.001 }, verification: verification)
      }
    }
    for day in 0..<100 {
      history.advance(to: Fleet.time(day))
      pass()
      var devices = Array(0..<60)
      if let seed {
        var generator = SeededGenerator(seed: seed &+ UInt64(day))
        devices.shuffle(using: &generator)
      }
      for device in devices where device > 0 || day < silentFrom {
        let fails = device % 2 == 0 && day % 10 == 3
        _ = history.admit(
          Fleet.report(day, sequence: Int64(day), faults: fails ? 3 : 0), of: Fleet.identity("d\(device)"))
      }
    }
    log.forecasts = forecasts["faults"] ?? 0
    return log
  }

  @Test func `each device has one forecast a horizon, and its onsets settle it`() {
    let log = log(shuffledBy: nil)
    // Final are days 0 to about 90: four or five horizons of twenty days each.
    #expect((240...300).contains(log.forecasts))
    #expect(log.settled.values.reduce(0, +) == log.forecasts - 60)
    // Devices that never failed never do; those that have fail again within twenty days.
    #expect(log.came[2] == log.settled[2])
    #expect((log.settled[2] ?? 0) > 60)
    #expect((log.came[1] ?? 0) < (log.settled[1] ?? 0))
  }

  @Test func `the order in which devices report changes nothing`() {
    let straight = log(shuffledBy: nil)
    #expect(log(shuffledBy: 1) == straight)
    #expect(log(shuffledBy: 2) == straight)
  }

  @Test func `a forecast of a device that isn't heard any more is not settled for ever`() {
    let heard = log(shuffledBy: nil)
    let silent = log(shuffledBy: nil, silentFrom: 30)
    #expect(silent.settled.values.reduce(0, +) < heard.settled.values.reduce(0, +))
  }
}
