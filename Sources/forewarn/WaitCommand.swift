import ArgumentParser
import ControlProtocol
import Terminal

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until something holds.",
    discussion: Help.discussion(examples: [
      "forewarn wait ready",
      "forewarn wait ready --timeout 2m",
      "forewarn wait idle",
    ]),
    subcommands: [WaitReady.self, WaitIdle.self, WaitTicket.self])
}

struct WaitReady: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ready", abstract: "Wait until the gateway runs and its state is ready.",
    discussion: Help.discussion(
      "--timeout is for the whole wait. Exit status 1 if the time is over before.",
      examples: [
        "forewarn wait ready", "systemctl start forewarnd && forewarn wait ready --timeout 30s",
        "forewarn wait ready --quiet --timeout 5m || exit",
      ]))

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Patience(connection, output).wait(for: "ready") { status in
      status.state == .ready ? nil : "it is \(status.state.rawValue): \(status.reasons.joined(separator: "; "))"
    }
  }
}

struct WaitIdle: AsyncParsableCommand {
  /// What the broker still holds comes within it.
  private static let stillness = Duration.seconds(1)
  /// Longer ones hold messages up that aren't counted as received; shorter ones are always under way.
  private static let longCommit = 0.5

  static let configuration = CommandConfiguration(
    commandName: "idle", abstract: "Wait until the gateway has taken everything that the broker held for it.",
    discussion: Help.discussion(
      """
      That is: it is connected, and nothing has come in for a second. Where devices never pause, it never is. --timeout is \
      for the whole wait. Exit status 1 if the time is over before.
      """,
      examples: [
        "forewarn wait idle", "forewarn simulate --broker mqtt://127.0.0.1:1883 && forewarn wait idle --timeout 5m",
        "forewarn wait idle --quiet && forewarn ticket list",
      ]))

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var last: (received: Int, since: ContinuousClock.Instant)?
    try await Patience(connection, output).wait(for: "idle") { status in
      guard status.broker.connected else {
        last = nil
        return "the broker isn't connected"
      }
      // What the disk doesn't take isn't counted as received: that stands still as well.
      if let trouble = status.reasons.first(where: { $0.hasPrefix("nothing is acknowledged") }) {
        last = nil
        return trouble
      }
      if let seconds = status.commitSeconds, seconds >= Self.longCommit {
        last = nil
        return "a commit waits for the disk, for \(Int(seconds)) s so far"
      }
      let received = status.messages.received
      guard let before = last, before.received == received else {
        last = (received, .now)
        return "messages come in, \(Phrase.count(received)) so far"
      }
      return ContinuousClock.now - before.since < Self.stillness ? "messages came in a moment ago" : nil
    }
  }
}

/// Looks at the status again and again.
private struct Patience {
  /// Between two looks: short for a script that waits, long enough to cost nothing.
  private static let interval = Duration.milliseconds(100)

  let connection: Connection
  let output: OutputOptions

  init(_ connection: Connection, _ output: OutputOptions) {
    self.connection = connection
    self.output = output
  }

  /// - Parameter lack: what is still missing; `nil` when nothing is.
  func wait(for word: String, _ lack: (StatusReport) -> String?) async throws {
    let deadline = ContinuousClock.now + .seconds(min(connection.timeout.value, 1e9))
    var session = Session(connection, output)
    var last = "no answer yet"
    repeat {
      let rest = (deadline - .now) / Duration.seconds(1)
      session.client.timeoutSeconds = max(0.05, rest)
      do {
        let body = try await session.get(Route.status)
        guard let lacking = lack(try Session.decode(StatusReport.self, from: body)) else {
          if !output.quiet { try session.show(body) { _, _ in word + "\n" } }
          return
        }
        last = lacking
      } catch let error as ControlError {
        switch error {
        case .notRunning, .notAnswering: last = error.message
        case .problem(let problem) where problem.status == 503: last = error.message
        case .notPermitted, .unintelligible, .problem: throw error
        }
      }
      try await Task.sleep(for: Self.interval)
    } while ContinuousClock.now < deadline
    throw Failure(.negative, "not \(word) after \(connection.timeout): \(last)", advice: "look at: forewarn status")
  }
}
