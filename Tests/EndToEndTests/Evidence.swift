import Rig

/// All that a daemon keeps, in a form to be compared with another run's.
struct Evidence: Equatable {
  var tally: Tally
  /// Devices as listed, with the number of their reports and of the missing ones.
  var devices: [JSON]
  /// Cells of closed buckets and the modes' states, a row a line.
  var cells: [String]
  var findings: [String: JSON]
  var tickets: [String: JSON]

  static func of(_ site: Installation, _ tally: Tally) async throws -> Evidence {
    let cells = "SELECT product, failure_mode, length, start_hour, hex(counts) FROM cell ORDER BY 1, 2, 3, 4"
    let models = "SELECT product, failure_mode, hex(state) FROM model ORDER BY 1, 2"
    // Buckets close after the last message has come: until nothing changes any more.
    var rows = ""
    var looks = 0
    try await wait(for: "the evidence is at rest", within: .seconds(60), every: .milliseconds(250)) {
      let next = try await site.sql("\(cells); \(models)").succeeded().standardOutput
      looks = next == rows ? looks + 1 : 0
      rows = next
      return looks >= 6
    }
    return Evidence(
      tally: tally, devices: try await site.list("device"), cells: rows.split(separator: "\n").map(String.init),
      findings: try await site.cases("finding"), tickets: try await site.cases("ticket"))
  }
}
