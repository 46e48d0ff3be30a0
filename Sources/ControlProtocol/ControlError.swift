/// Why the daemon couldn't be asked, or what it said no with.
package enum ControlError: Error, Hashable, Sendable {
  /// No socket is there, or nobody listens on it.
  case notRunning(socket: String)
  /// The socket's permissions keep us out.
  case notPermitted(socket: String)
  /// Connected, but no complete answer came in time.
  case notAnswering(socket: String, seconds: Double)
  /// What came isn't an answer of the control API.
  case unintelligible(socket: String, detail: String)
  case problem(ProblemDetails)
}

/// What the CLI exits with.
package enum ExitStatus: Int32, Sendable {
  case done = 0
  /// Done, with a negative answer: a check that found faults, a wait that timed out.
  case negative = 1
  case failed = 2
  case unreachable = 3
  case noSuchObject = 4
  /// Of `firmware gate`: the rollout must be stopped.
  case stop = 5
  /// `EX_USAGE` of sysexits.h.
  case usage = 64
  /// `EX_NOPERM` of sysexits.h.
  case notPermitted = 77
  /// What a shell reports of a program that SIGINT ended.
  case interrupted = 130
}

extension ControlError {
  package var exitStatus: ExitStatus {
    switch self {
    case .notRunning, .notAnswering: .unreachable
    case .notPermitted: .notPermitted
    case .unintelligible: .failed
    case .problem(let problem):
      switch problem.status {
      case 400: .usage
      case 401, 403: .notPermitted
      case 404: .noSuchObject
      default: .failed
      }
    }
  }

  /// One line that says what is wrong, without a full stop.
  package var message: String {
    switch self {
    case .notRunning(let socket): "forewarnd isn't running: nobody listens on \(socket)"
    case .notPermitted(let socket): "not permitted to use \(socket)"
    case .notAnswering(let socket, let seconds): "forewarnd doesn't answer on \(socket) within \(Self.brief(seconds)) s"
    case .unintelligible(let socket, let detail): "what answers on \(socket) isn't forewarnd: \(detail)"
    case .problem(let problem): problem.title
    }
  }

  /// What to do next.
  package var advice: String {
    switch self {
    case .notRunning:
      "start it with: sudo systemctl start forewarnd; or name its socket with --socket PATH or $\(ControlSocket.environmentVariable)"
    case .notPermitted:
      "join the group \(ControlSocket.group): sudo usermod -aG \(ControlSocket.group) \"$USER\", then log in again"
    case .notAnswering:
      "look at: systemctl status forewarnd, journalctl -u forewarnd -n 50; or give it longer with --timeout SECONDS"
    case .unintelligible(let socket, _): "see who listens there: ss -xlp src \(socket)"
    case .problem(let problem): problem.detail
    }
  }

  private static func brief(_ seconds: Double) -> String {
    seconds == seconds.rounded() && abs(seconds) < 1e9 ? String(Int(seconds)) : String(seconds)
  }
}
