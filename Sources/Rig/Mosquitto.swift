import Foundation
import Synchronization

/// A private mosquitto on a free loopback port, with its files in a temporary folder.
///
/// Unlike Debian's defaults it forgets nothing that it acknowledged while it is up: queues are bounded in bytes only.
package final class Mosquitto: Sendable {
  package enum Access: Sendable {
    case anyone
    case password(user: String, password: String)
    /// As it is shipped: the drop-in's limits and its access rules, with these users (by name, with their passwords).
    /// `rules`: further lines of the access rules.
    case shipped(users: [String: String], rules: [String] = [])
  }

  package struct Settings: Sendable {
    package var access: Access = .anyone
    /// Whether sessions and queues outlive a stop (not a kill: what came since the last autosave is lost then).
    package var isPersistent = false
    /// Of payload, in one client's queue; 0: no limit.
    package var maximumQueuedBytes = 512 << 20
    /// Further lines of mosquitto.conf, last, so that they win.
    package var lines: [String] = []

    package init(
      access: Access = .anyone, isPersistent: Bool = false, maximumQueuedBytes: Int = 512 << 20, lines: [String] = []
    ) {
      self.access = access
      self.isPersistent = isPersistent
      self.maximumQueuedBytes = maximumQueuedBytes
      self.lines = lines
    }
  }

  package let port: UInt16
  private let folder: ScratchFolder
  private let process: Mutex<ChildProcess>

  package var url: String { "mqtt://127.0.0.1:\(port)" }
  package var log: String { process.withLock { $0 }.standardError }

  /// Returns when it accepts connections. A port that someone else took in the meantime is given up for another one.
  package static func start(_ settings: Settings = Settings(), within limit: Duration = .seconds(10)) async throws
    -> Mosquitto
  {
    let folder = try ScratchFolder()
    try await prepare(settings, in: folder)
    var attempt = 1
    while true {
      let port = try LocalSocket.freePort()
      try folder.write(try configuration(settings, port: port, folder: folder), to: "mosquitto.conf")
      do {
        let process = try await launch(in: folder, port: port, within: limit)
        return Mosquitto(port: port, folder: folder, process: process)
      } catch is PortTaken where attempt < 5 {
        attempt += 1
      }
    }
  }

  private init(port: UInt16, folder: ScratchFolder, process: ChildProcess) {
    self.port = port
    self.folder = folder
    self.process = Mutex(process)
  }

  /// Ends it as an operator does; what must persist is written.
  package func stop(within limit: Duration = .seconds(10)) async throws {
    let child = process.withLock { $0 }
    child.signal(SIGTERM)
    _ = try await child.exit(within: limit)
  }

  /// Ends it as a power cut does.
  package func kill() { process.withLock { $0 }.endNow() }

  /// Starts it again on the same port, with the same files, after `stop` or `kill`.
  package func restart(within limit: Duration = .seconds(10)) async throws {
    kill()
    let child = try await Self.launch(in: folder, port: port, within: limit)
    process.withLock { $0 = child }
  }

  /// Hands one message over with `mosquitto_pub` (QoS 1); returns when the broker has acknowledged it.
  /// - Parameter login: user and password, where the broker wants them.
  @discardableResult
  package func publish(
    _ payload: String, to topic: String, retained: Bool = false, atMostOnce: Bool = false,
    login: (user: String, password: String)? = nil
  ) async throws -> CommandRun {
    // Nothing on standard input is no message to `-s`.
    let source = payload.isEmpty ? "-n" : "-s"
    let user = login.map { ["-u", $0.user, "-P", $0.password] } ?? []
    let arguments =
      clientArguments + user + ["-V", "5", "-q", atMostOnce ? "0" : "1", "-t", topic, source] + (retained ? ["-r"] : [])
    return try await CommandRun.system("mosquitto_pub", arguments, standardInput: payload).succeeded()
  }

  /// Many messages to one topic, each a line, over one connection.
  package func publish(lines: [String], to topic: String) async throws {
    let arguments = clientArguments + ["-V", "5", "-q", "1", "-t", topic, "-l"]
    try await CommandRun.system(
      "mosquitto_pub", arguments, standardInput: lines.map { $0 + "\n" }.joined()
    ).succeeded()
  }

  /// What `mosquitto_pub` and `mosquitto_sub` need to reach it without a password.
  package var clientArguments: [String] { ["-h", "127.0.0.1", "-p", String(port)] }

  private static func launch(in folder: ScratchFolder, port: UInt16, within limit: Duration) async throws
    -> ChildProcess
  {
    let child = try await ChildProcess.start(
      Executable.system("mosquitto"), ["-c", folder.path("mosquitto.conf")], outputs: folder.path("mosquitto"))
    do {
      try await wait(for: "mosquitto accepts connections on port \(port)", within: limit) {
        if let status = child.exitStatus {
          let log = child.standardError
          if log.contains("Address already in use") { throw PortTaken() }
          throw RigError("mosquitto: \(status)\n\(log)")
        }
        // Its own word as well: the port alone could be answered by whoever took it first.
        return try child.standardError.contains(" running") && LocalSocket.accepts(port: port)
      }
    } catch {
      child.endNow()
      throw error
    }
    return child
  }

  private static func prepare(_ settings: Settings, in folder: ScratchFolder) async throws {
    switch settings.access {
    case .anyone: return
    case .password(let user, let password): try await make([user: password], in: folder)
    case .shipped(let users, let rules):
      try await make(users, in: folder)
      let shipped = try String(contentsOfFile: "\(shippedFolder)/mosquitto-forewarn.acl", encoding: .utf8)
      try folder.write(shipped + rules.map { $0 + "\n" }.joined(), to: "rules")
    }
  }

  private static func make(_ users: [String: String], in folder: ScratchFolder) async throws {
    var isFirst = true
    for (user, password) in users.sorted(by: { $0.key < $1.key }) {
      let arguments = (isFirst ? ["-c"] : []) + ["-b", folder.path("passwords"), user, password]
      try await CommandRun.system("mosquitto_passwd", arguments).succeeded()
      isFirst = false
    }
  }

  private static let shippedFolder = "\(Executable.packageFolder)/Systemd"

  private static func configuration(_ settings: Settings, port: UInt16, folder: ScratchFolder) throws -> String {
    var lines = [
      "listener \(port) 127.0.0.1",
      // As root it would change to a user who can't write here, and the kernel would forget the parent-death signal.
      "user \(NSUserName())",
      "log_dest stderr", "log_type error", "log_type warning", "log_type notice", "log_type information",
      "connection_messages false",
      "max_queued_messages 0", "max_queued_bytes \(settings.maximumQueuedBytes)", "max_inflight_messages 0",
      "persistence \(settings.isPersistent)", "persistence_location \(folder.path)/",
    ]
    switch settings.access {
    case .anyone: lines.append("allow_anonymous true")
    case .password: lines += ["allow_anonymous false", "password_file \(folder.path("passwords"))"]
    case .shipped:
      let dropIn = try String(contentsOfFile: "\(shippedFolder)/mosquitto-forewarn.conf", encoding: .utf8)
      lines += dropIn.split(separator: "\n").map(String.init)
      lines += [
        "allow_anonymous false", "password_file \(folder.path("passwords"))", "acl_file \(folder.path("rules"))",
      ]
    }
    return (lines + settings.lines).joined(separator: "\n") + "\n"
  }

  private struct PortTaken: Error {}
}
