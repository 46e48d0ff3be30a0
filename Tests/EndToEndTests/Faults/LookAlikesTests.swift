import Broker
import Foundation
import Rig
import Testing

/// Names and words that are made to be taken for others, by people, by logs, by terminals.
struct LookAlikesTests {
  /// Control characters aren't among them: no broker passes such a topic. What a reader takes for `A1` or `Zoe`, and what a terminal or a path makes something else of.
  private static let names = [
    "\u{410}1", "A\u{200D}1", "\u{202E}1A", "\u{FEFF}A1", "A\u{FF11}", "Zo\u{EB}", "Zoe\u{308}", "A1\u{A0}",
    "A\u{301}1",
    "A1 ", "a'; DROP TABLE device; --", "..", "%2e%2e", "A1\u{2028}",
  ]

  @Test func `look-alikes of a device's id never become it or another, and aren't shown as it`() async throws {
    let site = try await Installation.started()
    try await site.publish(report(sequence: 1), from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
    try await Crowd(site.broker).publish(
      Self.names.enumerated().map {
        OutgoingPublish(
          id: Int64($0), topic: "dt/forewarn/echo-dot-5/\($1)/report", payload: Array(report(sequence: 2).utf8))
      })
    // Two dots are letters of an id like others: it names a device of its own and never a folder.
    let tally = try await site.tallyAtRest(of: 1 + Self.names.count)
    let devices = try await site.list("device")
    let known = Set(devices.compactMap { $0["device"]?.text })
    #expect(known.subtracting(["A1", ".."]).isEmpty)
    #expect(try await site.json("device", "show", "A1")["reports"] == .number(1))
    #expect(tally.applied == devices.count && tally.quarantined == 1 + Self.names.count - devices.count)
    let page = try await site.daemon.forewarn("quarantine", "list", "--limit", "100").succeeded().standardOutput
    expectHarmless(page)
    expectHarmless(site.daemon.standardError)
    try FaultReport.measured(
      "\(Self.names.count) look-alikes: \(tally.quarantined) in quarantine, \(known.count) devices, 1 report at A1",
      of: "look-alike ids")
  }

  @Test func `what devices say can't forge a line of the log nor command a terminal, and doesn't fill it`() async throws
  {
    let site = try await Installation.started()
    let before = site.daemon.standardError.split(separator: "\n", omittingEmptySubsequences: false).count
    let forged = #"\n2026-01-01T00:00:00Z critical forewarnd: all is lost\r\u001b[2J\u009b31m\u202e\u2066"#
    let long = String(repeating: "x", count: 64 << 10)
    let messages = (0..<2000).map { number in
      let words = number % 2 == 0 ? forged : long
      return OutgoingPublish(
        id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number)/report",
        payload: Array(#"{"ts": "\#(words)", "firmware": "\#(words)", "\#(words)": 1}"#.utf8))
    }
    try await Crowd(site.broker).publish(messages)
    #expect(try await site.tally(of: messages.count, within: .seconds(60)) == Tally(quarantined: messages.count))
    let log = site.daemon.standardError
    let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
    expectHarmless(log)
    #expect(!lines.contains { $0.hasPrefix("2026-01-01T00:00:00Z critical") })
    #expect(lines.allSatisfy { $0.utf8.count <= 4200 })
    #expect(lines.count - before < 50, "\(lines.count - before) lines")
    for format in ["table", "csv", "ndjson"] {
      let list = try await site.daemon.forewarn("quarantine", "list", "--limit", "50", "-o", format).succeeded()
      // A CSV's lines end in CR and LF, by its RFC.
      expectHarmless(list.standardOutput.replacing("\r\n", with: "\n"))
    }
    let last = Int(try #require(try await site.list("quarantine").first?["id"]?.number))
    expectHarmless(try await site.daemon.forewarn("quarantine", "show", "\(last)").succeeded().standardOutput)
    try FaultReport.measured(
      "\(messages.count) messages, \(lines.count - before) lines of the log, the longest \(lines.map(\.utf8.count).max() ?? 0)"
        + " bytes, 0 forged", of: "log injection")
  }

  /// No control character but the end of a line, and none that turns text around.
  private func expectHarmless(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let bad = text.unicodeScalars.first { scalar in
      switch scalar.value {
      case 0x0A, 0x09: false
      case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
      default: false
      }
    }
    #expect(
      bad == nil, "U+\(String(bad?.value ?? 0, radix: 16)) in \(text.prefix(2000))", sourceLocation: sourceLocation)
  }
}
