import Foundation
import Synchronization

/// The real `forewarnd` on a temporary state directory and socket.
package final class DaemonProcess: Sendable {
  package struct Settings: Sendable {
    package var brokerURL: String
    /// The folder of firmware profiles.
    package var profiles: String
    /// Further lines below `broker:`, without indentation: `username: gateway`.
    package var brokerLines: [String] = []
    /// Further lines at the top level: `clock: event`.
    package var lines: [String] = []
    /// `127.0.0.1:8088` for dashboard and metrics; none by default.
    package var httpListen = ""
    package var environment: [String: String] = [:]
    /// A program and its arguments that in its place becomes the daemon: `prlimit --nofile=64`.
    package var launcher: [String] = []

    package init(
      brokerURL: String, profiles: String, brokerLines: [String] = [], lines: [String] = [],
      httpListen: String = "", environment: [String: String] = [:], launcher: [String] = []
    ) {
      self.brokerURL = brokerURL
      self.profiles = profiles
      self.brokerLines = brokerLines
      self.lines = lines
      self.httpListen = httpListen
      self.environment = environment
      self.launcher = launcher
    }
  }

  private let folder: ScratchFolder
  private let settings: Mutex<Settings>
  private let process = Mutex<ChildProcess?>(nil)

  package var socketPath: String { folder.path("s") }
  package var stateDirectory: String { folder.path("state") }
  package var configurationPath: String { folder.path("forewarn.yaml") }
  package var standardError: String { process.withLock { $0 }?.standardError ?? "" }
  package var exitStatus: ExitStatus? { process.withLock { $0 }?.exitStatus }
  package var processID: Int32? { process.withLock { $0 }?.processID }

  /// Writes the files and starts nothing.
  package init(_ settings: Settings) throws {
    folder = try ScratchFolder()
    self.settings = Mutex(settings)
    try folder.makeFolder("state")
    try writeConfiguration()
  }

  /// Starts it and returns when it is ready.
  package static func started(_ settings: Settings, within limit: Duration = .seconds(20)) async throws -> DaemonProcess
  {
    let daemon = try DaemonProcess(settings)
    try await daemon.start(within: limit)
    return daemon
  }

  /// - Parameter states: what `status` may say for the start to count; without a broker, a daemon is `degraded`.
  /// - Throws: with all that the daemon printed, when it ends or isn't ready in time.
  package func start(until states: Set<String> = ["ready"], within limit: Duration = .seconds(20)) async throws {
    let child = try await launch()
    do {
      try await wait(for: "forewarnd is \(states.sorted().joined(separator: " or "))", within: limit) {
        if let exit = child.exitStatus { throw RigError("forewarnd: \(exit)") }
        return try await status().map { states.contains($0.state) } ?? false
      }
    } catch {
      child.endNow()
      throw RigError("\(error)\n\(child.standardError)")
    }
  }

  /// Starts it where it is meant to give up; returns how it ended.
  package func startExpectingExit(within limit: Duration = .seconds(20)) async throws -> ExitStatus {
    try await launch().exit(within: limit)
  }

  /// SIGTERM; the contract promises an exit within 10 s.
  @discardableResult
  package func stop(within limit: Duration = .seconds(10)) async throws -> ExitStatus {
    guard let child = process.withLock({ $0 }) else { throw RigError("forewarnd was never started") }
    child.signal(SIGTERM)
    return try await child.exit(within: limit)
  }

  package func signal(_ number: Int32) { process.withLock { $0 }?.signal(number) }

  /// SIGKILL, in the middle of whatever it does.
  package func kill() { process.withLock { $0 }?.endNow() }

  /// SIGHUP. What comes of it shows in `status` and on standard error.
  package func reload() { process.withLock { $0 }?.signal(SIGHUP) }

  /// Changes the configuration file; counts at the next start or reload.
  package func reconfigure(_ change: (inout Settings) -> Void) throws {
    settings.withLock { change(&$0) }
    try writeConfiguration()
  }

  /// `nil` while nobody listens at the socket.
  package func status() async throws -> DaemonStatus? {
    guard let reply = try await ControlReply.to("GET", "/v1/status", socket: socketPath) else { return nil }
    guard reply.status == 200 else { throw RigError("GET /v1/status: \(reply.status) \(reply.text)") }
    let status = try JSONDecoder().decode(DaemonStatus.self, from: reply.body)
    // Every test looks through this door: whatever it does, everything received is in exactly one fate at each look.
    guard status.messages.isBalanced else { throw RigError("the fates don't add up: \(status.messages)") }
    return status
  }

  /// One request to the control socket; throws where nobody listens.
  package func request(_ method: String = "GET", _ path: String, body: String = "") async throws -> ControlReply {
    guard let reply = try await ControlReply.to(method, path, body: body, socket: socketPath) else {
      throw RigError("nobody listens at \(socketPath)\n\(standardError)")
    }
    return reply
  }

  /// The real CLI, talking to this daemon.
  package func forewarn(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> CommandRun {
    try await CommandRun.built("forewarn", ["--socket", socketPath] + arguments, within: limit)
  }

  /// Returns the status once at least `count` messages are received.
  package func hasTaken(_ count: Int, within limit: Duration) async throws -> DaemonStatus {
    try await answer(within: limit, every: .milliseconds(100), else: { "forewarnd has received \(count) messages" }) {
      guard let status = try await status() else { throw RigError("forewarnd is gone\n\(standardError)") }
      return status.messages.received >= count ? status : nil
    }
  }

  private func launch() async throws -> ChildProcess {
    kill()
    let (environment, launcher) = settings.withLock { ($0.environment, $0.launcher) }
    let words = try launcher + [Executable.built("forewarnd"), "--config", configurationPath]
    let child = try await ChildProcess.start(
      launcher.isEmpty ? words[0] : Executable.system(words[0]), Array(words.dropFirst()), environment: environment,
      outputs: folder.path("forewarnd"))
    process.withLock { $0 = child }
    return child
  }

  private func writeConfiguration() throws {
    let current = settings.withLock { $0 }
    let broker = (["url: \(current.brokerURL)"] + current.brokerLines).map { "  \($0)" }
    let text =
      ["state_directory: \(stateDirectory)", "profiles: \(current.profiles)", "broker:"] + broker
      + ["control:", "  socket: \(socketPath)", "http:", "  listen: \"\(current.httpListen)\""] + current.lines
    try folder.write(text.joined(separator: "\n") + "\n", to: "forewarn.yaml")
  }
}
