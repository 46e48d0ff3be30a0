import Foundation
import Rig
import Testing

/// `forewarn replay --into`: a state for a daemon that wasn't running yet.
struct BackfillTests {
  @Test func `a daemon that begins with a backfilled state goes on as if it had heard the capture itself`() async throws
  {
    let fleet = try await RecordedFleet.withBadBatch()
    let whole = try JSON(parsing: try await fleet.replay().standardOutput)
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(
      .init(brokerURL: broker.url, profiles: Installation.shippedProfiles, lines: ["clock: event"]))
    let filled = try JSON(parsing: try await fleet.replay("--into", daemon.stateDirectory).standardOutput)
    #expect(Tally(replay: filled) == Tally(replay: whole))
    #expect(!FileManager.default.fileExists(atPath: "\(daemon.stateDirectory)/backfill.partial"))

    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    #expect(try await site.tally(of: fleet.messages) == Tally(replay: whole))
    #expect(try await site.sql("SELECT count(*) FROM outbox").succeeded().standardOutput == "0\n")
    // The last days were left open; what closes them comes over the broker, and the cases are those of one whole run.
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose)
    let tickets = Installation.byID(whole["tickets"]?.items ?? [])
    #expect(tickets.count > 10)
    expectSame(try await site.cases("finding"), Installation.byID(whole["findings"]?.items ?? []))
    expectSame(try await site.cases("ticket"), tickets)
  }

  @Test func `a state that is there already is left alone, and a broken capture leaves none behind`() async throws {
    let folder = try ScratchFolder()
    let good = try folder.write(Self.line + "\n", to: "good.ndjson")
    let broken = try folder.write(Self.line + "\n{\n", to: "broken.ndjson")
    let state = folder.path("state")
    func fill(_ capture: String) async throws -> CommandRun {
      try await CommandRun.built(
        "forewarn", ["replay", "--profiles", Installation.shippedProfiles, "--into", state, capture])
    }
    let refused = try await fill(broken)
    #expect(refused.status == 2 && refused.standardError.contains("broken.ndjson:2"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: state).isEmpty)

    try await fill(good).succeeded()
    let first = try Data(contentsOf: URL(filePath: "\(state)/cases.db"))
    let again = try await fill(good)
    #expect(again.status == 2 && again.standardError.contains("holds a state already"))
    #expect(try Data(contentsOf: URL(filePath: "\(state)/cases.db")) == first)
  }

  private static let line =
    #"{"tst":"2025-06-01T10:00:00Z","topic":"dt/forewarn/echo-dot-5/A1/report","payload":{"ts":"2025-06-01T10:00:00Z"}}"#
}
