/// One run of a program to its end: what it printed and how it ended.
package struct CommandRun: Sendable {
  package let commandLine: String
  package let standardOutput: String
  package let standardError: String
  package let exitStatus: ExitStatus
  package let elapsed: Duration

  /// The contract's exit status, as a shell has it in `$?`.
  package var status: Int32 { exitStatus.shellStatus }

  /// One of this package's own programs, `forewarn` or `forewarnd`.
  package static func built(
    _ name: String, _ arguments: [String], environment: [String: String] = [:], standardInput: String? = nil,
    within limit: Duration = .seconds(30)
  ) async throws -> CommandRun {
    try await run(
      Executable.built(name), arguments, environment: environment, standardInput: standardInput, within: limit)
  }

  /// A program of the system, such as `mosquitto_pub`.
  package static func system(
    _ name: String, _ arguments: [String], environment: [String: String] = [:], standardInput: String? = nil,
    within limit: Duration = .seconds(30)
  ) async throws -> CommandRun {
    try await run(
      Executable.system(name), arguments, environment: environment, standardInput: standardInput, within: limit)
  }

  /// Runs the program at `path`. One that isn't done within `limit` is killed, and the error says what it printed.
  package static func run(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], standardInput: String? = nil,
    within limit: Duration = .seconds(30)
  ) async throws -> CommandRun {
    let folder = try ScratchFolder()
    let input = try standardInput.map { try folder.write($0, to: "in") } ?? "/dev/null"
    let started = ContinuousClock.now
    let child = try await ChildProcess.start(
      path, arguments, environment: environment, standardInput: input, outputs: folder.path("run"))
    do {
      let exitStatus = try await child.exit(within: limit)
      return CommandRun(
        commandLine: child.commandLine, standardOutput: child.standardOutput, standardError: child.standardError,
        exitStatus: exitStatus, elapsed: ContinuousClock.now - started)
    } catch {
      child.endNow()
      throw RigError("\(error); it printed: \(child.standardOutput)\(child.standardError)")
    }
  }

  /// Itself, if the program ended with status 0; an error with all that it printed otherwise.
  @discardableResult
  package func succeeded() throws -> CommandRun {
    guard exitStatus == .code(0) else {
      throw RigError("\(commandLine): \(exitStatus)\n\(standardOutput)\(standardError)")
    }
    return self
  }
}
