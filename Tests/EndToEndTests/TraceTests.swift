import Foundation
import Rig
import Testing
import Vocabulary

/// From a report in the log to the tickets of its device's day, and back.
@Suite(.serialized, .watchedFleet) struct TraceTests {
  @Test func `a ticket's trace is that of its device's last day`() async throws {
    for ticket in try await WatchedFleet.current.site.list("ticket").prefix(20) {
      let (product, device) = (try #require(ticket["product"]?.text), try #require(ticket["device"]?.text))
      let decided = try #require(ticket["decided_at"]?.text.flatMap { EventTime($0) })
      let noon = decided - EventTime.day / 2
      #expect(ticket["trace"] == .text(Trace.id(product: Symbol(product), device: device, at: noon)))
    }
  }

  @Test func `at debug each report that counts is a line with that trace, after a reload too`() async throws {
    let site = try await Installation.started(["log_level: debug"])
    try await site.publish(report(sequence: 1), from: "A1")
    _ = try await site.tally(of: 1)
    let today = EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    func line(_ device: String) -> Substring? {
      let traces = [today, today - EventTime.day].map { Trace.id(product: "echo-dot-5", device: device, at: $0) }
      return site.daemon.standardError.split(separator: "\n").first { line in
        line.contains("report applied") && line.contains(device) && traces.contains { line.contains($0) }
      }
    }
    #expect(line("A1") != nil)
    try site.daemon.reconfigure { $0.lines = ["log_level: notice"] }
    try await site.daemon.forewarn("profile", "reload").succeeded()
    try await site.publish(report(sequence: 1), from: "A2")
    _ = try await site.tally(of: 2)
    #expect(line("A2") == nil)
  }

  @Test func `what a start reads in its journal was told when it came, and isn't told again`() async throws {
    let site = try await Installation.started(["log_level: debug"])
    try await site.publish(report(sequence: 1), from: "A1")
    _ = try await site.tally(of: 1)
    #expect(site.daemon.standardError.contains("report applied"))
    site.daemon.kill()
    try await site.daemon.start()
    #expect(site.daemon.standardError.contains("state loaded"))
    #expect(!site.daemon.standardError.contains("report applied"))
  }
}
