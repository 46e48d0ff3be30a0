import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

/// Where the daemon is and how long to wait for it. May stand before or after the noun and verb.
struct Connection: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's socket (default: $FOREWARN_SOCKET, else \(ControlSocket.defaultPath)).", valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("How long an answer may take: 10, 0.5, 2m.", valueName: "seconds"))
  var timeout = Seconds(10)

  /// What `sockaddr_un` holds, less the closing zero.
  private static let longestPath = 107

  func validate() throws {
    guard socketPath.utf8.count <= Self.longestPath else {
      throw ValidationError(
        "the socket's path is longer than the \(Self.longestPath) bytes that a Unix socket may have")
    }
  }

  var socketPath: String {
    socket ?? Self.defaultSocketPath
  }

  /// Where the daemon is if nobody says.
  static var defaultSocketPath: String {
    let named = StandardStreams.environment(ControlSocket.environmentVariable) ?? ""
    return named.isEmpty ? ControlSocket.defaultPath : named
  }

  var client: ControlClient { ControlClient(socket: socketPath, timeoutSeconds: timeout.value) }
}

/// A length of time: `90`, `1.5`, `30s`, `5m`, `2h`, `7d`.
struct Seconds: ExpressibleByArgument, CustomStringConvertible {
  var value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    guard let value = Phrase.seconds(argument), value > 0 else { return nil }
    self.value = value
  }

  var description: String { Phrase.briefly(seconds: value) }
}

/// A moment: RFC 3339, a date (00:00 UTC), `now`, `today` and the like, or a time from now such as `7d` or `-24h`.
struct Moment: ExpressibleByArgument {
  var time: EventTime

  init?(argument: String) {
    guard let time = TimeInput.moment(argument, now: StandardStreams.now()) else { return nil }
    self.time = time
  }
}
