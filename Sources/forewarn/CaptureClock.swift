import ArgumentParser
import DeviceHistory

/// How a capture is read: by which clock, and under which root.
struct CaptureClock: ParsableArguments {
  enum Clock: String, ExpressibleByArgument, CaseIterable { case capture, event }

  @Option(help: "What time it is: capture (each message's tst) or event (the devices' own, by a quorum).")
  var clock = Clock.capture
  @Option(help: "Devices that move the event clock.") var clockQuorum = 10
  @Option(help: "How far behind the clock a report may be.") var latenessDays = 7
  @Option(help: "The <root> in the topics.") var root = "forewarn"

  func validate() throws {
    guard (1...60).contains(latenessDays) else { throw ValidationError("--lateness-days must be 1 to 60.") }
    guard (1...100_000).contains(clockQuorum) else { throw ValidationError("--clock-quorum must be 1 to 100000.") }
  }

  var settings: HistorySettings {
    HistorySettings(clock: clock == .event ? .event : .capture, clockQuorum: clockQuorum, latenessDays: latenessDays)
  }
}
