import Foundation
import Rig
import Testing

/// Everything of one kind as a stream; figures for monitoring; the screen of `top` and what a shell completes.
struct ExportTests {
  @Test func `tickets, findings, devices and cells come a line each, as their lists have them`() async throws {
    let fleet = try await RecordedFleet.withBadBatch()
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(
      .init(brokerURL: broker.url, profiles: Installation.shippedProfiles, lines: ["clock: event"]))
    try await fleet.replay("--into", daemon.stateDirectory).succeeded()
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    for noun in ["tickets", "findings", "devices"] {
      let lines = try await daemon.forewarn("export", noun).succeeded().standardOutput.split(separator: "\n")
      let key = noun == "devices" ? "device" : "id"
      let exported = try lines.map { try JSON(parsing: String($0))[key]?.text ?? "" }
      let listed = try await site.list(noun).compactMap { $0[key]?.text }
      #expect(!listed.isEmpty && exported.sorted() == listed.sorted(), "\(noun)")
    }
    let csv = try await daemon.forewarn("export", "tickets", "--format", "csv").succeeded().standardOutput
    let rows = csv.split(separator: "\r\n")
    #expect(rows.first?.hasPrefix("id,") == true && rows.first?.contains("probability.mean") == true)
    #expect(rows.count == (try await site.list("ticket").count) + 1)

    // Counts that add: the onsets of all cells are those of the model's own report.
    let cells = try await daemon.forewarn("export", "cells").succeeded().standardOutput.split(separator: "\n")
    let onsets = try cells.filter { $0.contains("hdmi-cec-failure") }.reduce(0) { sum, line in
      let cell = try JSON(parsing: String(line))
      return sum + (cell["failure_mode"] == .text("hdmi-cec-failure") ? Int(cell["onsets"]?.number ?? 0) : 0)
    }
    #expect(onsets > 30 && cells.count > 1000)

    let wrong = try await daemon.forewarn("export", "batches")
    #expect(wrong.status == 64)

    // The same installation, seen by monitoring, a shell and a script.
    let sound = try await daemon.forewarn("check", "tickets", "--warn", "1", "--crit", "100000")
    #expect(sound.status == 1 && sound.standardOutput.hasPrefix("TICKETS WARNING - "), "\(sound)")
    #expect(try await daemon.forewarn("check", "state").status == 0)
    #expect(try await daemon.forewarn("check", "state", "--warn", "1").status == 64)
    let top = try await daemon.forewarn("top", "--once").succeeded().standardOutput
    #expect(top.hasPrefix("READY  ") && top.contains("FAILURE MODE"))
    let first = try #require(try await site.list("ticket").first?["id"]?.text)
    let completed = try await CommandRun.built(
      "forewarn",
      ["---completion", "ticket", "show", "--", "positional@0", "3", "0", "forewarn", "ticket", "show", ""],
      environment: ["FOREWARN_SOCKET": daemon.socketPath, "SAP_SHELL": "bash"])
    #expect(completed.standardOutput.contains(first), "\(completed)")

    daemon.kill()
    let away = try await daemon.forewarn("check", "state")
    #expect(away.status == 3 && away.standardOutput.hasPrefix("STATE UNKNOWN - "))
    #expect(try await daemon.forewarn("export", "tickets").status == 3)
  }
}
