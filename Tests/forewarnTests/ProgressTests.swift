import Rig
import Testing

@testable import Terminal
@testable import forewarn

/// How far what takes long has come: on a terminal, on standard error.
@Suite struct ProgressTests {
  @Test func `progress is told by share, what is done, rate and time left`() {
    #expect(
      Headway(24_690, .items("message"), share: 0.4).text(after: 2)
        == "[########            ] 40 %  24,690 messages, 12,345/s, 3s left")
    #expect(
      Headway(3_000_000, of: 12_000_000, .bytes).text(after: 1)
        == "[#####               ] 25 %  3.0 MB, 3.0 MB/s, 3s left")
    // More than was foreseen: a file that grows.
    #expect(Headway(3, of: 2, .items("line")).text(after: 1).hasPrefix("[####################] 100 %  3 lines"))
  }

  @Test func `of what has no known end, or no beginning yet, no share is told`() {
    #expect(Headway(20_000, of: nil, .items("line")).text(after: 2) == "20,000 lines, 10,000/s")
    #expect(Headway(0, of: 0, .bytes).text(after: 0) == "0 B, 0 B/s")
    #expect(Headway(0, of: 5, .items("line")).text(after: 1) == "0 lines, 0/s")
  }

  @Test func `of an import it is told what was sent, then for how long the daemon has had it`() {
    #expect(
      ImportProgress.text(1_000_000, of: 4_000_000, after: 2, sent: 0)
        == "sent: [#####               ] 25 %  1.0 MB, 500 kB/s, 6s left")
    #expect(
      ImportProgress.text(4_000_000, of: 4_000_000, after: 9, sent: 7)
        == "4.0 MB sent; forewarnd checks and applies it, 7s")
  }

  @Test(arguments: ["device", "batch"])
  func `an import shows on a terminal how far it is, and clears the line before it says how it ended`(
    noun: String
  ) async throws {
    let server = try await AnsweringSocket.listening { _ in .silence }
    let shown = try await importing(noun, "", server)
    #expect(shown.contains("20 B sent; forewarnd checks and applies it, "))
    let cleared = try #require(shown.firstRange(of: "\r\u{1b}[Kforewarn: forewarnd "))
    #expect(!shown[cleared.upperBound...].contains("applies it"))
    try await server.close()
  }

  @Test func `with quiet, or where no terminal reads, an import shows no progress`() async throws {
    let server = try await AnsweringSocket.listening { _ in .silence }
    let quiet = try await importing("device", "--quiet", server)
    #expect(quiet.contains("doesn't answer") && !quiet.contains("sent;") && !quiet.contains("\u{1b}["))
    let piped = try await CommandRun.built(
      "forewarn", ["device", "import", "-", "--socket", server.path, "--timeout", "1"],
      standardInput: "device,product\nG1,p\n")
    #expect(piped.status == 3 && !piped.standardError.contains("sent;") && !piped.standardError.contains("\u{1b}["))
    try await server.close()
  }

  /// On a terminal of `script`'s, to a daemon that takes the table and is silent for a second.
  private func importing(_ noun: String, _ options: String, _ server: AnsweringSocket) async throws -> String {
    let folder = try ScratchFolder()
    let table = try folder.write("device,product\nG1,p\n", to: "table.csv")
    let program = try Executable.built("forewarn")
    let command = "\(program) \(noun) import \(table) --socket \(server.path) --timeout 1 \(options)"
    let run = try await CommandRun.system("script", ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"])
    #expect(run.status == 3)
    return run.standardOutput
  }
}
