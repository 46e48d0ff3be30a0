import Foundation
import Rig
import Testing
import Vocabulary

@testable import forewarn

/// The built program, as a shell sees it.
@Suite struct CommandLineTests {
  @Test func `help goes to standard output with status 0`() async throws {
    for arguments in [["--help"], ["ticket", "list", "--help"], ["help", "finding"]] {
      let run = try await CommandRun.built("forewarn", arguments)
      #expect(run.status == 0)
      #expect(run.standardOutput.contains("Examples:"))
      #expect(run.standardError.isEmpty)
    }
  }

  @Test(arguments: [
    ["tikcet", "list"], ["ticket", "list", "--nonsense"], ["ticket", "list", "--state", "opne"],
    ["ticket", "list", "--state", "open,"],
    ["ticket", "show"],
    ["ticket", "resolve", "T-1"], ["ticket", "list", "--limit", "0"], ["status", "-o", "xml"],
    ["status", "--timeout", "soon"], ["api", "GET", "v1/status"],
    ["status", "--socket", String(repeating: "x", count: 108)],
  ])
  func `wrong use ends with 64 and says so on standard error`(arguments: [String]) async throws {
    let run = try await CommandRun.built("forewarn", arguments)
    #expect(run.status == 64)
    #expect(run.standardOutput.isEmpty)
    #expect(run.standardError.contains("Error: "))
  }

  @Test func `a daemon that isn't there ends with 3 and the command that starts it`() async throws {
    let socket = "/tmp/fw-absent-\(getpid())"
    for arguments in [["--socket", socket, "status"], ["tickets", "ls", "--socket", socket, "-o", "json"]] {
      let run = try await CommandRun.built("forewarn", arguments)
      #expect(run.status == 3)
      #expect(run.standardOutput.isEmpty)
      #expect(run.standardError.contains("isn't running: nobody listens on \(socket)"))
      #expect(run.standardError.contains("systemctl start forewarnd"))
    }
    let run = try await CommandRun.built("forewarn", ["status"], environment: ["FOREWARN_SOCKET": socket])
    #expect(run.status == 3)
    #expect(run.standardError.contains(socket))
  }

  @Test func `the socket given by option wins over the environment's`() async throws {
    let run = try await CommandRun.built(
      "forewarn", ["status", "--socket", "/tmp/fw-a"], environment: ["FOREWARN_SOCKET": "/tmp/fw-b"])
    #expect(run.standardError.contains("/tmp/fw-a"))
  }

  @Test func `json is the daemon's own bytes`() async throws {
    let text = #"{"schema":"forewarn.ticket.list/1", "items":[ {"id":"T-1","x":0.10} ]}"#
    let server = try await AnsweringSocket.listening { _ in .json(200, text) }
    let run = try await forewarn(["ticket", "list", "-o", "json"], server)
    #expect(run.standardOutput == text + "\n")
    #expect(run.status == 0)
    try await server.close()
  }

  @Test func `filters reach the daemon by their field names`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, #"{"items":[]}"#) }
    let arguments = [
      "ticket", "list", "--state", "on_hold,open", "--failure-mode", "hdmi cec", "--batch", "B&1", "--limit", "7",
    ]
    #expect(try await forewarn(arguments, server).status == 0)
    #expect(
      server.requests.map(\.path) == ["/v1/tickets?state=on_hold%2Copen&batch=B%261&failure_mode=hdmi%20cec&limit=7"])
    try await server.close()
  }

  @Test func `an empty list is a remark, no rows and status 0`() async throws {
    let text = #"{"schema":"forewarn.ticket.list/1","items":[]}"#
    let server = try await AnsweringSocket.listening { _ in .json(200, text) }
    let table = try await forewarn(["ticket", "list"], server)
    #expect(table.status == 0)
    #expect(table.standardOutput.isEmpty)
    #expect(table.standardError.hasPrefix("no tickets; "))
    #expect(try await forewarn(["ticket", "list", "--quiet"], server).standardError.isEmpty)
    #expect(try await forewarn(["ticket", "list", "--batch", "x"], server).standardError.hasPrefix("no tickets match"))
    #expect(try await forewarn(["ticket", "list", "-o", "json"], server).standardOutput == text + "\n")
    for format in ["ndjson", "csv"] {
      #expect(try await forewarn(["ticket", "list", "-o", format], server).standardOutput.isEmpty)
    }
    try await server.close()
  }

  @Test func `a table through a pipe is separated by tabs and has no colour`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, Samples.listJSON) }
    let run = try await forewarn(["ticket", "list"], server)
    let lines = run.standardOutput.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(lines.first?.prefix(4) == ["ID", "SEVERITY", "KIND", "STATE"])
    #expect(lines.last?.contains("87 % [81–92 %]") == true)
    #expect(!run.standardOutput.contains("\u{1b}"))
    let bare = try await forewarn(["ticket", "list", "--no-headers"], server)
    #expect(bare.standardOutput.hasPrefix("T-128\tmajor\t"))
    try await server.close()
  }

  @Test func `csv has the scalar fields of every item`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, Samples.listJSON) }
    let run = try await forewarn(["ticket", "list", "-o", "csv"], server)
    #expect(run.standardOutput.contains("probability.mean,probability.low,probability.high,probability.horizon_days"))
    #expect(run.standardOutput.contains(",0.87,0.81,0.92,30,"))
    try await server.close()
  }

  @Test(arguments: [(400, 64), (403, 77), (404, 4), (409, 2), (413, 2), (500, 2), (503, 2)] as [(Int, Int32)])
  func `the daemon's no ends with the status of its kind`(http: Int, status: Int32) async throws {
    let server = try await AnsweringSocket.listening { _ in .problem(http, title: "a reason", detail: "what to do") }
    let run = try await forewarn(["ticket", "show", "T-9"], server)
    #expect(run.status == status)
    #expect(run.standardError == "forewarn: a reason\n  what to do\n")
    #expect(run.standardOutput.isEmpty)
    try await server.close()
  }

  @Test func `a daemon that is silent ends with 3 after the timeout`() async throws {
    let server = try await AnsweringSocket.listening { _ in .silence }
    let run = try await forewarn(["status", "--timeout", "0.3"], server)
    #expect(run.status == 3)
    #expect(run.standardError.contains("doesn't answer"))
    try await server.close()
  }

  @Test func `acknowledging says what changed, and again that nothing had to`() async throws {
    let acknowledged = Samples.ticketJSON.replacing("\"state\":\"open\"", with: "\"state\":\"acknowledged\"")
    let server = try await AnsweringSocket.listening { request in
      .json(200, request.method == "POST" ? acknowledged : Samples.ticketJSON)
    }
    let run = try await forewarn(["ticket", "ack", "T-128", "--note", "spares ordered"], server)
    #expect(run.status == 0)
    #expect(run.standardOutput == "T-128: open → acknowledged\n")
    let post = try #require(server.requests.last)
    #expect(post.path == "/v1/tickets/T-128/ack")
    #expect(post.body == #"{"note":"spares ordered"}"#)
    try await server.close()

    let second = try await AnsweringSocket.listening { _ in .json(200, acknowledged) }
    let again = try await forewarn(["ticket", "ack", "T-128"], second)
    #expect(again.status == 0)
    #expect(again.standardOutput == "T-128: already acknowledged\n")
    try await second.close()
  }

  @Test func `resolving names the outcome and the command that takes it back`() async throws {
    let resolved = Samples.ticketJSON.replacing("\"state\":\"open\"", with: "\"state\":\"resolved\"")
      .replacing("\"outcome\":null", with: "\"outcome\":\"no_fault_found\"")
    let server = try await AnsweringSocket.listening { request in
      .json(200, request.method == "POST" ? resolved : Samples.ticketJSON)
    }
    let run = try await forewarn(["ticket", "resolve", "T-128", "--outcome", "no_fault_found"], server)
    #expect(
      run.standardOutput == "T-128: open → resolved (no_fault_found)\n  undo: forewarn ticket reopen T-128\n")
    try await server.close()
  }

  @Test func `an action on several tickets goes on after one that fails`() async throws {
    let server = try await AnsweringSocket.listening { request in
      request.path.contains("T-bad")
        ? .problem(404, title: "no such ticket", detail: "list them with: forewarn ticket list")
        : .json(200, Samples.ticketJSON)
    }
    let run = try await forewarn(["ticket", "reopen", "T-bad", "T-128", "-o", "ndjson"], server)
    #expect(run.status == 4)
    #expect(run.standardError.contains("T-bad: no such ticket"))
    #expect(run.standardOutput.split(separator: "\n").count == 1)
    let json = try await forewarn(["ticket", "reopen", "T-128", "T-129", "-o", "json"], server)
    #expect(json.standardOutput.hasPrefix(#"{"schema":"forewarn.ticket.reopen/1","items":[{"schema""#))
    try await server.close()
  }

  @Test func `more than twenty ids want to be confirmed`() async throws {
    let server = try await AnsweringSocket.listening { _ in
      .json(200, #"{"dry_run":false,"changed":21,"unchanged":0,"refused":0,"items":[]}"#)
    }
    let ids = (1...21).map { "T-\($0)" }
    #expect(try await forewarn(["ticket", "cancel"] + ids, server).status == 64)
    #expect(server.requests.isEmpty)
    #expect(try await forewarn(["ticket", "cancel", "--yes", "-q"] + ids, server).status == 0)
    #expect(server.requests.map(\.path) == ["/v1/ticket-actions/cancel"])
    try await server.close()
  }

  @Test func `a message that is given up again ends with 1`() async throws {
    let server = try await AnsweringSocket.listening { request in
      request.path.contains("/17/")
        ? .json(200, #"{"id":17,"fate":"quarantined","reason":"schema","detail":"ts is missing"}"#)
        : .json(200, #"{"id":18,"fate":"applied","reason":null,"detail":null}"#)
    }
    let run = try await forewarn(["quarantine", "retry", "17", "18"], server)
    #expect(run.status == 1)
    #expect(run.standardOutput == "17: quarantined again (schema: ts is missing)\n18: applied\n")
    try await server.close()
  }

  @Test func `a device table is sent as it is, and its faulty lines end with 1`() async throws {
    let server = try await AnsweringSocket.listening { _ in
      .json(200, #"{"lines":2,"applied":0,"duplicate":0,"faults":[{"line":3,"message":"no such product"}]}"#)
    }
    let run = try await CommandRun.built(
      "forewarn", ["device", "import", "-", "--socket", server.path], standardInput: "device,product\nG1,p\n")
    #expect(run.status == 1)
    #expect(run.standardOutput == "2 lines: 0 applied, 0 unchanged, 1 faulty\n")
    #expect(run.standardError == "-:3: no such product\n")
    #expect(server.requests.first?.body == "device,product\nG1,p\n")
    try await server.close()
  }

  @Test func `waiting for a daemon that never gets ready ends with 1 and its last reason`() async throws {
    let run = try await CommandRun.built(
      "forewarn", ["wait", "ready", "--timeout", "0.3", "--socket", "/tmp/fw-absent-\(getpid())"])
    #expect(run.status == 1)
    #expect(run.standardError.contains("nobody listens"))
  }

  @Test func `an api request prints the answer as it comes, also that of an error`() async throws {
    let server = try await AnsweringSocket.listening { request in
      request.method == "GET" ? .json(200, "{\"a\" :1}") : .problem(409, title: "t", detail: "d")
    }
    #expect(try await forewarn(["api", "GET", "/v1/status"], server).standardOutput == "{\"a\" :1}\n")
    let error = try await forewarn(["api", "post", "/v1/x", "--data", "{}"], server)
    #expect(error.status == 2)
    #expect(error.standardOutput.hasPrefix(#"{"type":"about:blank""#))
    try await server.close()
  }

  @Test func `a profile check names every fault with its place and ends with 1`() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("product: p\nbogus: 1\ntitle: [\n", to: "a.yaml")
    let run = try await CommandRun.built("forewarn", ["profile", "check", path])
    #expect(run.status == 1)
    #expect(run.standardOutput.contains("\(path):"))
    let json = try await CommandRun.built("forewarn", ["profile", "check", folder.path, "-o", "json"])
    #expect(json.status == 1)
    #expect(json.standardOutput.contains(#""schema":"forewarn.profile.check/1""#))
    let absent = try await CommandRun.built("forewarn", ["profile", "check", folder.path("none.yaml")])
    #expect(absent.status == 1)
  }

  @Test func `the shipped profiles pass the check`() async throws {
    let run = try await CommandRun.built(
      "forewarn", ["profile", "check", Executable.packageFolder + "/Firmware-Profiles"])
    #expect(run.status == 0)
    #expect(run.standardOutput == "4 profiles, no faults\n")
  }

  @Test func `a reader that has enough ends the program quietly`() async throws {
    let item = #"{"id":"T-1","explanation":"\#(String(repeating: "x", count: 1000))"}"#
    let items = Array(repeating: item, count: 5000).joined(separator: ",")
    let server = try await AnsweringSocket.listening { _ in .json(200, #"{"items":[\#(items)]}"#) }
    let program = try Executable.built("forewarn")
    let run = try await CommandRun.run(
      "/bin/sh", ["-c", "\(program) ticket list -o ndjson --socket \(server.path) | head -1"])
    #expect(run.status == 0)
    #expect(run.standardOutput == item + "\n")
    #expect(run.standardError.isEmpty)
    try await server.close()
  }

  @Test func `a result that can't be written is told of on standard error`() async throws {
    let program = try Executable.built("forewarn")
    let run = try await CommandRun.run(
      "/bin/sh", ["-c", "\(program) profile check \(Executable.packageFolder)/Firmware-Profiles > /dev/full"])
    #expect(run.status == 2 && run.standardError == "forewarn: can't write the result: No space left on device\n")
  }

  @Test func `an audit is looked for where it is said to be`() async throws {
    let run = try await CommandRun.built("forewarn", ["audit", "verify", "--state-directory", "/nowhere/at-all"])
    #expect(run.status == 2 && run.standardError.contains("there is no state in /nowhere/at-all\n"))
    #expect(!run.standardError.contains("install -d"))
  }

  @Test func `backups of one second have names of their own, in their order`() throws {
    let folder = try ScratchFolder()
    let now = EventTime(milliseconds: 1_763_881_200_000)
    let names = try (1...3).map { _ in
      let path = try BackupFolder(path: folder.path, keep: 2).newPath(at: now)
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      return path
    }
    #expect(Set(names).count == 3 && names == names.sorted())
    #expect(try BackupFolder(path: folder.path, keep: 2).removeSurplus() == [names[0]])
  }

  @Test func `an interrupt ends the program with 130`() async throws {
    let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
    let server = try await AnsweringSocket.listening { _ in
      continuation.yield()
      return .silence
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try Executable.built("forewarn"))
    process.arguments = ["status", "--socket", server.path, "--timeout", "60"]
    process.standardOutput = FileHandle.nullDevice
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in end.yield() }
    try process.run()
    for await _ in asked { break }
    process.interrupt()
    for await _ in ended { break }
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    try await server.close()
  }

  @Test func `a socket that one may not use ends with 77 and the group to join`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, "{}") }
    // mkdtemp makes the folder for its owner alone; root is kept out by nothing, so it becomes somebody else.
    let folder = try ScratchFolder()
    chmod(folder.path, 0o755)
    let program = folder.path("forewarn")
    // Copied by another process: a file that a process of ours, or a child it just forked, holds open for writing can't
    // be run.
    try await CommandRun.system("cp", [try Executable.built("forewarn"), program]).succeeded()
    var words = [program, "status", "--socket", server.path]
    if geteuid() == 0 {
      words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + words
    } else {
      chmod((server.path as NSString).deletingLastPathComponent, 0)
    }
    let run = try await CommandRun.run("/usr/bin/env", words)
    chmod((server.path as NSString).deletingLastPathComponent, 0o700)
    #expect(run.status == 77, "\(run.standardError)")
    #expect(run.standardError.contains("not permitted to use \(server.path)"))
    #expect(run.standardError.contains("usermod -aG forewarn"))
    try await server.close()
  }

  @Test(arguments: [("", true), ("1", false)])
  func `a terminal gets aligned columns, and colour unless NO_COLOR says no`(
    noColour: String, isColoured: Bool
  ) async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, Samples.listJSON) }
    let command = "\(try Executable.built("forewarn")) ticket list --socket \(server.path)"
    let run = try await CommandRun.system(
      "script", ["-qec", command, "/dev/null"], environment: ["NO_COLOR": noColour, "TERM": "xterm"])
    #expect(run.standardOutput.contains("\u{1b}[") == isColoured)
    #expect(!run.standardOutput.contains("\t"))
    #expect(run.standardOutput.contains("SEVERITY"))
    try await server.close()
  }

  private func forewarn(_ arguments: [String], _ server: AnsweringSocket) async throws -> CommandRun {
    try await CommandRun.built("forewarn", arguments + ["--socket", server.path])
  }
}
