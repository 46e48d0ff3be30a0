import Foundation
import Rig
import Testing

/// Tickets and findings as server-sent events, read by curl.
@Suite(.serialized, .watchedFleet) struct WatchStreamTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }

  init() throws { fleet = try WatchedFleet.current }

  private struct Event {
    var name = ""
    var id = ""
    var data = ""
  }

  private func watch(_ path: String, _ options: [String] = [], in folder: ScratchFolder) async throws -> ChildProcess {
    try await ChildProcess.start(
      Executable.system("curl"),
      ["-sN", "--unix-socket", site.daemon.socketPath] + options + ["http://localhost\(path)"],
      outputs: folder.path("stream"))
  }

  private func events(_ stream: ChildProcess) -> [Event] {
    // What isn't ended by a blank line isn't whole yet.
    stream.standardOutput.components(separatedBy: "\n\n").dropLast().map { block in
      var event = Event()
      for line in block.split(separator: "\n") {
        if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
        if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
        if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
      }
      return event
    }
  }

  @Test func `a stream tells what is there, then what changes and goes`() async throws {
    let folder = try ScratchFolder()
    let open = try await fleet.tickets("open")
    let stream = try await watch("/v1/tickets?watch=true&state=open", in: folder)
    try await wait(for: "the list is told", within: .seconds(20)) { events(stream).contains { $0.name == "synced" } }
    #expect(Set(events(stream).filter { $0.name == "added" }.map(\.id)) == Set(open))
    let id = try #require(open.first)
    let first = try #require(events(stream).first { $0.id == id })
    let listed = try await site.list("ticket", "--state", "open").first { $0["id"] == .text(id) }
    #expect(try JSON(parsing: first.data) == listed)

    try await site.daemon.forewarn("ticket", "note", id, "seen").succeeded()
    try await wait(for: "the note is told", within: .seconds(20)) {
      events(stream).contains { $0.name == "changed" && $0.id == id && $0.data.contains("seen") }
    }
    try await site.daemon.forewarn("ticket", "ack", id).succeeded()
    try await wait(for: "it is open no more", within: .seconds(20)) {
      events(stream).contains { $0.name == "removed" && $0.id == id }
    }
    #expect(events(stream).count { $0.id == id } == 3, "nothing is told twice")
    stream.endNow()
    _ = try await stream.exit(within: .seconds(10))
  }

  @Test func `the header asks for a stream as well, and a list that can't be watched stays a list`() async throws {
    let folder = try ScratchFolder()
    let stream = try await watch("/v1/findings", ["-H", "Accept: text/event-stream"], in: folder)
    try await wait(for: "the findings are told", within: .seconds(20)) {
      events(stream).contains { $0.name == "synced" }
    }
    #expect(events(stream).contains { $0.name == "added" && $0.id.hasPrefix("F-") })
    stream.endNow()
    _ = try await stream.exit(within: .seconds(10))
    #expect(try await site.daemon.request("GET", "/v1/devices?watch=true").status == 400)
    #expect(try await site.daemon.request("GET", "/v1/tickets?watch=maybe").status == 400)
  }

  @Test func `one stream too many is refused, and those that end make room`() async throws {
    let folder = try ScratchFolder()
    var streams: [ChildProcess] = []
    for number in 0..<40 {
      streams.append(
        try await ChildProcess.start(
          Executable.system("curl"),
          ["-sN", "--unix-socket", site.daemon.socketPath, "http://localhost/v1/findings?watch=true"],
          outputs: folder.path("stream-\(number)")))
    }
    func told(_ word: String) -> Int { streams.count { $0.standardOutput.contains(word) } }
    try await wait(for: "all are answered", within: .seconds(30)) {
      told("event: synced") + told("too many watch") == streams.count
    }
    #expect(told("event: synced") <= 32 && told("too many watch") >= 8)
    let refused = try await site.daemon.request("GET", "/v1/findings?watch=true")
    #expect(refused.status == 503 && refused.contentType == "application/problem+json")
    for stream in streams { stream.endNow() }
    for stream in streams { _ = try await stream.exit(within: .seconds(10)) }
    // A connection that is gone is noticed by the next word on it.
    let again = try await watch("/v1/findings?watch=true", in: folder)
    var last = again
    try await wait(for: "there is room again", within: .seconds(30), every: .milliseconds(500)) {
      if last.standardOutput.contains("event: synced") { return true }
      if last.exitStatus != nil { last = try await watch("/v1/findings?watch=true", in: folder) }
      return false
    }
    last.endNow()
    _ = try await last.exit(within: .seconds(10))
  }
}
