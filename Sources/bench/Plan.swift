/// What is measured, and how much of it. Quick runs show what a change did; only full ones are comparable with the table
/// in the README.
struct Plan: Sendable {
  enum Row: String, CaseIterable, Sendable {
    case instructions, pass, replay, drain, latency, database, fleet
  }

  var rows: [Row]
  var isQuick: Bool
  var output: String?
  /// Sizes of the row `fleet`, where others than the usual ones are asked for.
  var chosenSizes: [Int] = []

  /// Interleaved runs of each side.
  var runs: Int { isQuick ? 3 : 5 }
  var devices: Int { 10_000 }
  var backlog: Int { isQuick ? 100_000 : 200_000 }
  var latencySeconds: Int { isQuick ? 10 : 30 }
  /// Days of the replayed captures: 300 000 messages at one report a device-day, 1 200 000 at 24.
  func replayDays(reportsPerDay: Int) -> Int { (reportsPerDay == 1 ? 30 : 5) / (isQuick ? 2 : 1) }
  var passDevices: Int { isQuick ? 20_000 : 200_000 }
  /// Two months of ten thousand devices would take ten minutes to publish; bytes a device-day change little above this.
  var databaseDevices: Int { isQuick ? 500 : 4000 }
  var databaseDays: Int { isQuick ? 30 : 60 }
  var fleetSizes: [Int] { !chosenSizes.isEmpty ? chosenSizes : isQuick ? [10_000] : [10_000, 100_000, 1_000_000] }
  var fleetDays: Int { 30 }
}
