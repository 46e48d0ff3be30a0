import Foundation
import Rig
import Testing
import Vocabulary

@testable import Terminal
@testable import forewarn

/// How times are typed and shown.
@Suite struct TimesTests {
  private let now = EventTime("2025-06-15T10:30:00Z") ?? .distantPast

  @Test func `a moment is typed as RFC 3339, as a date, by a word or from now`() {
    func typed(_ text: String) -> String? { TimeInput.moment(text, now: now)?.description }
    #expect(typed("2025-06-01T12:00:00+02:00") == "2025-06-01T10:00:00Z")
    #expect(typed("2025-06-01") == "2025-06-01T00:00:00Z")
    #expect(typed("now") == "2025-06-15T10:30:00Z")
    #expect(typed("today") == "2025-06-15T00:00:00Z")
    #expect(typed("yesterday") == "2025-06-14T00:00:00Z")
    #expect(typed("tomorrow") == "2025-06-16T00:00:00Z")
    #expect(typed("-24h") == "2025-06-14T10:30:00Z")
    #expect(typed("7d") == "2025-06-22T10:30:00Z")
    for wrong in ["", "24", "-h", "soon", "-0s", "99999999999d"] { #expect(typed(wrong) == nil, "\(wrong)") }
  }

  @Test func `conditions compare with all of these`() throws {
    let item = try JSONValue(reading: Array(#"{"at":"2025-06-15T00:00:01Z"}"#.utf8))
    for condition in ["at>today", "at>-24h", "at<now", "at<tomorrow", "at>2025-06-14T23:00:00Z", "at>2025-06-01"] {
      #expect(try FieldExpression(condition).holds(for: item, now: now), "\(condition)")
    }
    #expect(try !FieldExpression("at<yesterday").holds(for: item, now: now))
  }

  private static let body = """
    {"schema":"forewarn.quarantine.list/1","items":[{"id":5,"topic":"t","reason":"syntax","detail":"d","bytes":3,\
    "received_at":"2025-01-15T23:30:00Z","device":"A1"}]}
    """

  @Test func `a table tells ages, wide local times and more columns, utc and JSON RFC 3339`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, Self.body) }
    func list(_ options: String...) async throws -> [[Substring]] {
      let run = try await CommandRun.built(
        "forewarn", ["quarantine", "list", "--socket", server.path] + options, environment: ["TZ": "JST-9"])
      return try run.succeeded().standardOutput.split(separator: "\n").map { $0.split(separator: "\t") }
    }
    let table = try await list()
    #expect(table[0][1] == "AGE" && table[1][1].hasSuffix("d"))
    let wide = try await list("-o", "wide")
    #expect(wide[0][1] == "RECEIVED" && wide[1][1] == "2025-01-16T08:30:00+09:00")
    #expect(wide[0].last == "DEVICE" && wide[1].last == "A1" && wide[0].count > table[0].count)
    #expect(try await list("--utc")[1][1] == "2025-01-15T23:30:00Z")
    #expect(try await list("-o", "wide", "--utc")[1][1] == "2025-01-15T23:30:00Z")
    #expect(try await list("-o", "json")[0][0].contains("2025-01-15T23:30:00Z"))
    try await server.close()
  }

  @Test func `colour goes by the option, then NO_COLOR, then CLICOLOR_FORCE, else by the terminal`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, Self.body) }
    func isColoured(_ options: [String], _ environment: [String: String]) async throws -> Bool {
      try await CommandRun.built(
        "forewarn", ["quarantine", "list", "--socket", server.path] + options, environment: environment
      ).succeeded().standardOutput.contains("\u{1b}[")
    }
    #expect(try await !isColoured([], [:]))
    #expect(try await isColoured([], ["CLICOLOR_FORCE": "1", "NO_COLOR": ""]))
    #expect(try await !isColoured([], ["CLICOLOR_FORCE": "0"]))
    #expect(try await !isColoured([], ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]))
    #expect(try await isColoured(["--color", "always"], ["NO_COLOR": "1"]))
    #expect(try await !isColoured(["--color", "never"], ["CLICOLOR_FORCE": "1"]))
    try await server.close()
  }

  @Test func `the fields of an object or of a list are all that is printed, and one that isn't there is told`()
    async throws
  {
    let server = try await AnsweringSocket.listening { request in
      .json(200, request.path.contains("quarantine/5") ? #"{"schema":"s/1","id":5,"topic":"t","bytes":3}"# : Self.body)
    }
    func run(_ arguments: String...) async throws -> CommandRun {
      try await CommandRun.built("forewarn", arguments + ["--socket", server.path])
    }
    let shown = try await run("quarantine", "show", "5", "--json", "topic,bytes").succeeded().standardOutput
    #expect(shown == #"{"schema":"s/1","topic":"t","bytes":3}"# + "\n")
    let listed = try await run("quarantine", "list", "--json", "id", "-o", "csv").succeeded().standardOutput
    #expect(listed.split(whereSeparator: \.isNewline) == ["id", "5"])
    let wrong = try await run("quarantine", "list", "--json", "colour")
    #expect(wrong.status == 64 && wrong.standardError.contains("there are id, topic"))
    try await server.close()
  }
}
