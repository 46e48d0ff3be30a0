import Rig
import Testing

struct CommandRunTests {
  @Test func `both outputs and the exit status are kept apart`() async throws {
    let run = try await CommandRun.system("sh", ["-c", "echo one; echo two >&2; exit 4"])
    #expect(run.standardOutput == "one\n")
    #expect(run.standardError == "two\n")
    #expect(run.exitStatus == .code(4))
  }

  @Test func `output larger than any pipe doesn't stall the program`() async throws {
    let run = try await CommandRun.system("sh", ["-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"])
    #expect(run.standardOutput.utf8.count == 3_000_000)
    #expect(run.standardError.utf8.count == 3_000_000)
  }

  @Test func `standard input is what was given`() async throws {
    let run = try await CommandRun.system("cat", [], standardInput: "zwölf\n")
    #expect(run.standardOutput == "zwölf\n")
  }

  @Test func `an environment variable reaches the program`() async throws {
    let run = try await CommandRun.system("sh", ["-c", "echo $COLOUR"], environment: ["COLOUR": "blue"])
    #expect(run.standardOutput == "blue\n")
  }

  @Test func `a signal shows as a shell has it`() async throws {
    let run = try await CommandRun.system("sh", ["-c", "kill -9 $$"])
    #expect(run.exitStatus == .signal(9))
    #expect(run.status == 137)
  }

  @Test func `a program that hangs is killed with all it started, and what it printed is in the error`() async throws {
    let script = "echo begun; sleep 300 & echo $!; wait"
    do {
      _ = try await CommandRun.system("sh", ["-c", script], within: .milliseconds(500))
      Issue.record("the time limit did not count")
    } catch {
      let words = "\(error)".split(whereSeparator: \.isWhitespace)
      #expect(words.contains("begun"))
      let child = try #require(words.compactMap { Int32($0) }.last)
      try await wait(for: "the grandchild \(child) is gone", within: .seconds(5)) {
        // Killed, it may stay as a zombie until whoever adopted it looks after it.
        let state = try await CommandRun.system("ps", ["-o", "stat=", "-p", "\(child)"]).standardOutput
        return state.isEmpty || state.hasPrefix("Z")
      }
    }
  }

  @Test func `a missing program is named with what to do`() async throws {
    let error = await #expect(throws: RigError.self) { _ = try await CommandRun.system("no-such-program", []) }
    #expect(error?.description.contains("no-such-program") == true)
    #expect(error?.description.contains("make deps") == true)
  }

  @Test func `a failure shows all that was printed`() async throws {
    let run = try await CommandRun.system("sh", ["-c", "echo why >&2; exit 2"])
    let error = #expect(throws: RigError.self) { try run.succeeded() }
    #expect(error?.description.contains("exit status 2") == true)
    #expect(error?.description.contains("why") == true)
  }
}
