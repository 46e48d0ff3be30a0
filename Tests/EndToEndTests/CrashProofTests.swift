import Foundation
import Rig
import Testing

/// No acknowledgement leaves before its batch is on disk: so whatever kills the daemon, at whatever moment, what was sent is
/// what was applied, once.
///
/// `make test` runs ten kills over twenty thousand messages; `make proof` fifty over two hundred thousand.
@Suite(.serialized) struct CrashProofTests {
  private static let isLong = ProcessInfo.processInfo.environment["FOREWARN_PROOF"] != nil

  private static let kills = isLong ? 50 : FaultRuns.areLong ? 30 : 10

  private static func fleet() async throws -> RecordedFleet {
    isLong ? try await RecordedFleet(devices: 2400, days: 90, seed: 11) : try await .withBadBatch()
  }

  @Test func `killed again and again under load, it has applied exactly what was sent`() async throws {
    let fleet = try await Self.fleet()
    if Self.isLong { #expect(fleet.messages >= 200_000) }
    let undisturbed = try await CrashRun(fleet: fleet).run()
    #expect(undisturbed.evidence.tally.received == fleet.messages + RecordedFleet.devicesThatClose)
    #expect(undisturbed.evidence.cells.count > 50 && undisturbed.evidence.tickets.count > 10)

    let killed = try await CrashRun(fleet: fleet, kills: Self.kills, applied: undisturbed.evidence.tally.applied).run()
    #expect(killed.deaths == Self.kills)
    expectNothingLostNorDoubled(killed, undisturbed)

    // The same test on a daemon that acknowledges early must fail: else it would prove nothing.
    let early = try await CrashRun(fleet: fleet, kills: 3, fault: "acknowledge-early").run()
    let lost = undisturbed.evidence.tally.applied - early.evidence.tally.applied
    #expect(lost > 0, "acknowledging early lost nothing: the proof is worth nothing")
    #expect(early.evidence.devices != undisturbed.evidence.devices)
    try FaultReport.measured(
      "\(killed.deaths) kills, \(killed.evidence.tally.applied) applied of \(undisturbed.evidence.tally.applied); the same with"
        + " early acknowledgements lost \(lost)", of: "kills at random under load")
    print("applied \(killed.evidence.tally) after \(killed.deaths) kills; acknowledging early lost \(lost) with 3")
  }

  @Test(arguments: ["kill-before-commit:5", "kill-after-commit:5"])
  func `killed exactly at a commit, it has applied exactly what was sent`(_ fault: String) async throws {
    let fleet = try await RecordedFleet(devices: 300, days: 6, seed: 3)
    let undisturbed = try await CrashRun(fleet: fleet).run()
    let killed = try await CrashRun(fleet: fleet, fault: fault, applied: undisturbed.evidence.tally.applied).run()
    #expect(killed.deaths == 1)
    expectNothingLostNorDoubled(killed, undisturbed)
    if fault.hasPrefix("kill-after") {
      // What was committed and not acknowledged came again, and was known.
      #expect(killed.evidence.tally.received > undisturbed.evidence.tally.received)
    }
  }

  @Test func `a fault is never built in by accident`() async throws {
    let daemon = try DaemonProcess(
      .init(
        brokerURL: "mqtt://127.0.0.1:1", profiles: Installation.shippedProfiles,
        environment: ["FOREWARN_FAULT": "acknowledge-early"]))
    #expect(try await daemon.startExpectingExit() == .code(2))
    #expect(daemon.standardError.contains("FOREWARN_FAULT is set, which makes the daemon lose messages"))
  }

  private func expectNothingLostNorDoubled(_ killed: CrashRun.Outcome, _ undisturbed: CrashRun.Outcome) {
    #expect(killed.integrity == "ok\n")
    let (one, other) = (killed.evidence, undisturbed.evidence)
    #expect(one.tally.applied == other.tally.applied)
    #expect(one.tally.late == other.tally.late)
    // What was committed but not yet acknowledged comes again, and is known; what was refused is refused again.
    #expect(one.tally.duplicate >= other.tally.duplicate)
    #expect(one.tally.quarantined >= other.tally.quarantined)
    #expect(one.tally.unconsented >= other.tally.unconsented)
    #expect(one.devices.count == other.devices.count)
    let differing = zip(one.devices, other.devices).filter { $0 != $1 }
    #expect(differing.isEmpty, "\(differing.count) devices, such as \(differing.first.map { "\($0)" } ?? "")")
    #expect(one.cells == other.cells)
    expectSame(one.findings, other.findings)
    expectSame(one.tickets, other.tickets)
  }
}
