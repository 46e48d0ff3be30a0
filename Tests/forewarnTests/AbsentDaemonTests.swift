import Foundation
import Rig
import Testing

/// What `status` says of a daemon that doesn't answer, or not yet.
@Suite struct AbsentDaemonTests {
  @Test func `a daemon that listens and doesn't answer is told with its process`() async throws {
    let server = try await AnsweringSocket.listening { _ in .silence }
    let run = try await CommandRun.built("forewarn", ["status", "--timeout", "0.5", "--socket", server.path])
    #expect(run.status == 3)
    #expect(run.standardError.contains("forewarnd runs as pid \(getpid()), but doesn't answer on \(server.path)"))
    #expect(run.standardError.contains("journalctl -u forewarnd"))
    try await server.close()
  }

  @Test func `status waits a moment for a daemon that is starting`() async throws {
    let folder = try AnsweringSocket.folder()
    let child = try await ChildProcess.start(
      Executable.built("forewarn"), ["ticket", "list", "--socket", "\(folder)/s"], outputs: "\(folder)/other")
    #expect(try await child.exit(within: .seconds(20)) == .code(3), "other commands don't")
    async let run = CommandRun.built("forewarn", ["status", "-o", "json", "--socket", "\(folder)/s"])
    let server = try await AnsweringSocket.listening(in: folder) { _ in .problem(503, title: "starting", detail: "soon")
    }
    #expect(try await run.standardError.contains("starting"), "it was reached")
    try await server.close()
  }
}
