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

  @Test func `with a limit the head of the list is watched, and it is told where it is cut`() async throws {
    let folder = try ScratchFolder()
    let open = try await fleet.tickets("open")
    try #require(open.count > 2)
    let stream = try await watch("/v1/tickets?watch=true&state=open&limit=2", in: folder)
    try await wait(for: "the head is told", within: .seconds(20)) { events(stream).contains { $0.name == "synced" } }
    #expect(events(stream).filter { $0.name == "added" }.map(\.id) == Array(open.prefix(2)))
    #expect(events(stream).first { $0.name == "synced" }?.data == #"{"items":2,"limit":2}"#)
    try await site.daemon.forewarn("ticket", "ack", open[0]).succeeded()
    try await wait(for: "the third moves up", within: .seconds(20)) {
      let told = events(stream)
      return told.contains { $0.name == "removed" && $0.id == open[0] }
        && told.contains { $0.name == "added" && $0.id == open[2] }
    }
    stream.endNow()
    _ = try await stream.exit(within: .seconds(10))
  }

  @Test func `one stream too many is refused, and those that end make room at once`() async throws {
    let folder = try ScratchFolder()
    let streams = try await allStreams(in: folder)
    let refused = try await site.daemon.request("GET", "/v1/findings?watch=true")
    #expect(refused.status == 503 && refused.contentType == "application/problem+json")
    for stream in streams { stream.endNow() }
    for stream in streams { _ = try await stream.exit(within: .seconds(10)) }
    // Sooner than anything is said on a quiet stream, which is every ten seconds.
    try await roomForAnother(within: .seconds(9), in: folder)
  }

  @Test(.longFault)
  func `clients that were stopped make room, though they close nothing`() async throws {
    let folder = try ScratchFolder()
    let streams = try await allStreams(in: folder)
    for stream in streams { stream.signal(SIGSTOP) }
    #expect(try await site.daemon.request("GET", "/v1/findings?watch=true").status == 503)
    // The next word after ten seconds, and twenty in which nobody reads it.
    let stopped = ContinuousClock.now
    try await roomForAnother(within: .seconds(60), in: folder)
    try FaultReport.measured("room after \((ContinuousClock.now - stopped).inSeconds)", of: "watching clients stopped")
    #expect(streams.allSatisfy { $0.exitStatus == nil }, "they are still there")
    for stream in streams { stream.endNow() }
  }

  /// Streams in all places. More than there are ask at once; whoever was sent away is gone.
  private func allStreams(in folder: ScratchFolder) async throws -> [ChildProcess] {
    var asking: [ChildProcess] = []
    func ask() async throws {
      asking.append(
        try await ChildProcess.start(
          Executable.system("curl"),
          ["-sN", "--unix-socket", site.daemon.socketPath, "http://localhost/v1/findings?watch=true"],
          outputs: folder.path("stream-\(asking.count)")))
    }
    func told(_ word: String) -> Int { asking.count { $0.standardOutput.contains(word) } }
    for _ in 0..<40 { try await ask() }
    try await wait(for: "all places are taken", within: .seconds(60)) {
      guard told("event: synced") + told("too many watch") == asking.count else { return false }
      // A stream of the test before may have kept its place for a moment.
      if told("event: synced") < 32 { try await ask() }
      return told("event: synced") == 32
    }
    #expect(told("too many watch") == asking.count - 32 && asking.count >= 40)
    return asking.filter { $0.standardOutput.contains("event: synced") }
  }

  private func roomForAnother(within limit: Duration, in folder: ScratchFolder) async throws {
    var last = try await watch("/v1/findings?watch=true", in: folder)
    try await wait(for: "there is room again", within: limit, every: .milliseconds(500)) {
      if last.standardOutput.contains("event: synced") { return true }
      if last.exitStatus != nil { last = try await watch("/v1/findings?watch=true", in: folder) }
      return false
    }
    last.endNow()
    _ = try await last.exit(within: .seconds(10))
  }
}
