import Glibc
import Rig
import Testing

struct ChildProcessTests {
  @Test func `a process asks for SIGTERM at the death of whoever started it`() async throws {
    // prctl(PR_GET_PDEATHSIG), by the system call's number.
    #if arch(arm64)
      let prctl = 167
    #else
      let prctl = 157
    #endif
    let script = #"my $s = pack("i", 0); syscall(\#(prctl), 2, $s, 0, 0, 0); print unpack("i", $s)"#
    let run = try await CommandRun.system("perl", ["-e", script])
    #expect(run.standardOutput == "\(SIGTERM)")
  }

  @Test func `each start begins its output files anew`() async throws {
    let folder = try ScratchFolder()
    for word in ["first", "second"] {
      let child = try await ChildProcess.start(Executable.system("echo"), [word], outputs: folder.path("x"))
      _ = try await child.exit(within: .seconds(10))
      #expect(child.standardOutput == "\(word)\n")
    }
  }

  @Test func `a signal that the owner ignores still ends a child`() async throws {
    let folder = try ScratchFolder()
    let child = try await ChildProcess.start(
      Executable.system("sh"), ["-c", "kill -PIPE $$; echo survived"], outputs: folder.path("x"))
    #expect(try await child.exit(within: .seconds(10)) == .signal(SIGPIPE))
  }

  @Test func `a deadline that passes names the command`() async throws {
    let folder = try ScratchFolder()
    let child = try await ChildProcess.start(Executable.system("sleep"), ["300"], outputs: folder.path("x"))
    let error = await #expect(throws: RigError.self) { _ = try await child.exit(within: .milliseconds(50)) }
    #expect(error?.description.contains("sleep 300") == true)
    child.endNow()
    #expect(child.exitStatus == .signal(SIGKILL))
  }
}
