import Foundation
import Rig
import Testing

/// The day that the README tells, with the real programs.
struct OperatorsDayTests {
  @Test func `a bad batch is found, waves go out, verdicts come back, and what care was good for is read`() async throws
  {
    let programs = URL(fileURLWithPath: try Executable.built("forewarn")).deletingLastPathComponent().path
    let day = try await CommandRun.system(
      "bash", ["\(Executable.packageFolder)/Examples/operators-day.sh", programs], within: .seconds(240)
    ).succeeded().standardOutput
    for words in [
      "confirmed\tbatch\tfire-tv-stick-4k-max\thdmi-cec-failure\tFTV4KM-2025-W14",
      "open → resolved (confirmed)", "1\tpassed\t4\t4", "Care avoided ", "all as they were written",
      "== the day is over",
    ] { #expect(day.contains(words), "\(words) isn't in\n\(day)") }
  }
}
