import Broker
import Foundation
import Glibc
import Rig
import Testing
import Vocabulary

/// Faults that take their time run in `make faults` alone, which sets FOREWARN_FAULTS; the quick ones in `make test` as well.
enum FaultRuns {
  static let areLong = ProcessInfo.processInfo.environment["FOREWARN_FAULTS"] != nil
  /// `make faults` runs in a network of its own, where nobody else is hurt by a firewall's rule.
  static let haveOwnNetwork = ProcessInfo.processInfo.environment["FOREWARN_OWN_NETWORK"] != nil
}

extension Trait where Self == ConditionTrait {
  static var longFault: Self { .enabled(if: FaultRuns.areLong, "takes its time: make faults") }
}

extension Duration {
  /// In seconds, for the table.
  var inSeconds: String { String(format: "%.1f s", self / .seconds(1)) }
}

/// Reports with sequence numbers, one after the other by each of so many devices.
func numberedReports(_ numbers: Range<Int>, devices: Int, at time: EventTime = wallClock()) -> [OutgoingPublish] {
  numbers.map { number in
    OutgoingPublish(
      id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number % devices)/report",
      payload: Array(report(at: time, sequence: number / devices + 1).utf8))
  }
}

extension Installation {
  /// How many reports all devices have by their own records.
  func reportsOfAll() async throws -> Int {
    try await list("device").reduce(0) { $0 + Int($1["reports"]?.number ?? 0) }
  }

  /// Once so many are applied, and no more comes. Messages that come again would make a count of received ones come too soon.
  func tally(ofApplied count: Int, within limit: Duration = .seconds(90)) async throws -> Tally {
    try await answer(
      within: limit, every: .milliseconds(100), else: { "\(count) are applied\n\(daemon.standardError)" }
    ) {
      guard let status = try await daemon.status() else { throw RigError("forewarnd is gone\n\(daemon.standardError)") }
      return status.messages.applied >= count ? Tally(status.messages) : nil
    }
  }
}
