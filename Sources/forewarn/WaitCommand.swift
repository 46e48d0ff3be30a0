import ArgumentParser
import ControlProtocol
import Terminal

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until something holds.",
    discussion: Help.discussion(examples: ["forewarn wait ready", "forewarn wait ready --timeout 2m"]),
    subcommands: [WaitReady.self, WaitTicket.self])
}

struct WaitReady: AsyncParsableCommand {
  /// Between two looks: short for a script that waits, long enough to cost nothing.
  private static let interval = Duration.milliseconds(100)

  static let configuration = CommandConfiguration(
    commandName: "ready", abstract: "Wait until the gateway runs and its state is ready.",
    discussion: Help.discussion(
      "--timeout is for the whole wait. Exit status 1 if the time is over before.",
      examples: ["forewarn wait ready", "systemctl start forewarnd && forewarn wait ready --timeout 30s"]))

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let deadline = ContinuousClock.now + .seconds(min(connection.timeout.value, 1e9))
    var session = Session(connection, output)
    var last = "no answer yet"
    repeat {
      let rest = (deadline - .now) / Duration.seconds(1)
      session.client.timeoutSeconds = max(0.05, rest)
      do {
        let body = try await session.get(Route.status)
        let status = try Session.decode(StatusReport.self, from: body)
        if status.state == .ready {
          if !output.quiet { try session.show(body) { _, _ in "ready\n" } }
          return
        }
        last = "it is \(status.state.rawValue): \(status.reasons.joined(separator: "; "))"
      } catch let error as ControlError {
        switch error {
        case .notRunning, .notAnswering: last = error.message
        case .problem(let problem) where problem.status == 503: last = error.message
        case .notPermitted, .unintelligible, .problem: throw error
        }
      }
      try await Task.sleep(for: Self.interval)
    } while ContinuousClock.now < deadline
    throw Failure(.negative, "not ready after \(connection.timeout): \(last)", advice: "look at: forewarn status")
  }
}
