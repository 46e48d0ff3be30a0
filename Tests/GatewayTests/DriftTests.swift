import CaseStore
import ControlProtocol
import DefectModel
import Foundation
import Testing
import Vocabulary

@testable import Gateway

/// A drift of calibration as an operator meets it: `status`, `/metrics`, `doctor`.
struct DriftTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "drift-\(UUID().uuidString)")
  private let mode = ModeKey(product: "echo-dot-5", mode: "wifi-dropout")

  private func look(_ drifts: [(expected: Double, came: Double)]) throws -> (StatusReport, String, DoctorReport.Item) {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
    }
    let board = Board()
    var drift = CalibrationDrift()
    for day in drifts { drift.settle(expected: day.expected, came: day.came, bucketsPerDay: 1) }
    let found = drift
    board.change { content in
      content.broker.isConnected = true
      content.broker.hasBeenReady = true
      if !drifts.isEmpty { content.calibration = [(mode, found)] }
    }
    let store = try CaseDatabase(directory: directory.path)
    let reporter = StatusReporter(
      board: board, store: store, configuration: RunningConfiguration(Configuration()),
      startedAt: EventTime(milliseconds: 0))
    let status = reporter.report()
    let item = try #require(
      Doctor(store: store, status: reporter).examine().items.first { $0.check == "calibration" })
    return (status, Metrics.text(status, latency: LatencyHistogram()), item)
  }

  @Test func `forecasts that drift make the daemon degraded, with what to do`() throws {
    let (status, metrics, item) = try look([(20, 80)])
    #expect(status.state == .degraded)
    #expect(status.reasons.count == 1)
    let reason = try #require(status.reasons.first)
    #expect(reason.contains("echo-dot-5 wifi-dropout") && reason.contains("80.0 failures came of 20.0 foretold"))
    #expect(reason.contains("forewarn doctor"))
    let labels = #"{product="echo-dot-5",failure_mode="wifi-dropout"}"#
    #expect(metrics.contains("forewarn_calibration_drifting\(labels) 1\n"))
    #expect(metrics.contains("forewarn_calibration_ratio\(labels) 3.6087"))
    #expect(item.state == .fault)
    #expect(item.fix?.contains("forewarn finding list") == true)
  }

  @Test func `fewer than foretold asks for the events that no longer arrive`() throws {
    let (status, _, item) = try look([(80, 5)])
    #expect(status.state == .degraded)
    #expect(item.fix?.contains("events of the mode's onset still arrive") == true)
  }

  @Test func `forecasts that come true are no reason, nor is it that none has come due`() throws {
    let (sound, metrics, item) = try look([(20, 25)])
    #expect(sound.state == .ready && sound.reasons.isEmpty)
    #expect(metrics.contains(#"failure_mode="wifi-dropout"} 0"#))
    #expect(item.state == .ok)
    let (fresh, _, nothing) = try look([])
    #expect(fresh.state == .ready)
    #expect(nothing.state == .ok && nothing.detail.contains("no forecast has come due"))
  }
}
