import Foundation
import Glibc
import Rig
import Testing

/// What the daemon says and does where its surroundings aren't as it needs them: each time a clear error that names what
/// to do.
struct BadSurroundingsTests {
  @Test func `without a broker the daemon stays up, says what to do, and is ready once there is one`() async throws {
    let broker = try await Mosquitto.start()
    try await broker.stop()
    let daemon = try DaemonProcess(.init(brokerURL: broker.url, profiles: Installation.shippedProfiles))
    try await daemon.start(until: ["starting", "degraded"])
    try await wait(for: "status says why", within: .seconds(10)) {
      try await daemon.status()?.reasons.contains {
        $0.contains("no broker at") && $0.contains("\(broker.port)") && $0.contains("check that it runs")
      } ?? false
    }
    let waiting = try await daemon.forewarn("status")
    #expect(waiting.status == 1)
    #expect(waiting.standardOutput.contains("check that it runs"))
    let wait = try await daemon.forewarn("wait", "ready", "--timeout", "0.3s")
    #expect(wait.status == 1)

    try await broker.restart()
    #expect(try await daemon.forewarn("wait", "ready", "--timeout", "30s").status == 0)
    #expect(try await daemon.forewarn("status").status == 0)
    let site = Installation(broker: broker, daemon: daemon)
    try await site.publish(report(), from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
  }

  @Test func `a wrong password is named as such, and the right one works after a restart`() async throws {
    let broker = try await Mosquitto.start(.init(access: .password(user: "gateway", password: "right")))
    let folder = try ScratchFolder()
    let file = try folder.write("wrong\n", to: "password")
    try restrict(file)
    let daemon = try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        brokerLines: ["username: gateway", "password_file: \(file)"]))
    try await daemon.start(until: ["starting", "degraded"])
    try await wait(for: "status names the login", within: .seconds(10)) {
      try await daemon.status()?.reasons.contains {
        $0.contains("refused the login of user gateway") && $0.contains("check username and password_file")
      } ?? false
    }
    #expect(try await daemon.forewarn("status").status == 1)
    #expect(!daemon.standardError.contains("wrong"))

    try folder.write("right\n", to: "password")
    try restrict(file)
    #expect(try await daemon.stop() == .code(0))
    try await daemon.start()
  }

  @Test func `a port that is taken is named, with what to do`() async throws {
    let taken = try LocalSocket.occupy()
    defer { close(taken.descriptor) }
    let daemon = try DaemonProcess(.init(brokerURL: "mqtt://127.0.0.1:1", profiles: Installation.shippedProfiles))
    try daemon.rewriteConfiguration { $0.replacing(#"listen: """#, with: "listen: 127.0.0.1:\(taken.port)") }
    #expect(try await daemon.startExpectingExit() == .code(2))
    #expect(daemon.standardError.contains("http.listen 127.0.0.1:\(taken.port): Address already in use"))
    #expect(daemon.standardError.contains("set `http.listen` to another port"))
  }

  @Test func `a state directory that isn't there is not made, and one that can't be written is named`() async throws {
    let daemon = try DaemonProcess(.init(brokerURL: "mqtt://127.0.0.1:1", profiles: Installation.shippedProfiles))
    let state = daemon.stateDirectory
    try FileManager.default.removeItem(atPath: state)
    #expect(try await daemon.startExpectingExit() == .code(2))
    #expect(daemon.standardError.contains("the state directory \(state) doesn't exist; make it with: install -d"))
    #expect(!FileManager.default.fileExists(atPath: state))

    // Nothing is closed to root but what is no directory at all.
    if geteuid() == 0 {
      #expect(FileManager.default.createFile(atPath: state, contents: nil))
    } else {
      try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
      chmod(state, 0o500)
    }
    #expect(try await daemon.startExpectingExit() == .code(2))
    #expect(daemon.standardError.contains("can't write in the state directory \(state)"))
    #expect(daemon.standardError.contains("chown"))
  }

  @Test func `a second daemon on the same state directory gives way to the first`() async throws {
    let site = try await Installation.started()
    let second = try DaemonProcess(
      .init(brokerURL: site.broker.url, profiles: Installation.shippedProfiles, brokerLines: ["client_id: second"]))
    try second.rewriteConfiguration { $0.replacing(second.stateDirectory, with: site.daemon.stateDirectory) }
    #expect(try await second.startExpectingExit() == .code(2))
    let first = try #require(site.daemon.processID)
    #expect(second.standardError.contains("\(site.daemon.stateDirectory) is in use by process \(first)"))

    try await site.publish(report(), from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
  }

  @Test func `every fault of a profile is named with its place, by the check and by the start`() async throws {
    let folder = try ScratchFolder()
    let file = try folder.write(
      """
      product: toaster-2
      title: Toaster
      colour: red
      signals:
        heat_c: {type: gauge, range: [300, 0]}
      events: [burnt]
      modes:
        - id: burns
          title: Burns
          severity: dreadful
          onset: {event: burned, count: 1}
          bucket: day
      """, to: "toaster-2.yaml")
    let daemon = try DaemonProcess(.init(brokerURL: "mqtt://127.0.0.1:1", profiles: folder.path))
    let check = try await CommandRun.built("forewarnd", ["--check", "--config", daemon.configurationPath])
    #expect(check.status == 1)
    let places = [("colour", 3, 1), ("range", 5, 32), ("severity", 10, 15), ("onset", 11, 20)]
    for (key, line, column) in places {
      let fault = check.standardError.split(separator: "\n").first { $0.hasPrefix("\(file):\(line):\(column): ") }
      #expect(fault?.contains(key) == true, "no fault at \(line):\(column) in:\n\(check.standardError)")
    }
    #expect(try await daemon.startExpectingExit() == .code(1))
    #expect(daemon.standardError == check.standardError)
  }

  @Test func `every fault of the configuration is named with its place, by the check and by the start`() async throws {
    let daemon = try DaemonProcess(.init(brokerURL: "mqtt://127.0.0.1:1", profiles: Installation.shippedProfiles))
    try daemon.rewriteConfiguration { _ in
      """
      state_directory: state
      brokers: {url: mqtt://127.0.0.1:1}
      broker:
        url: http://127.0.0.1
        root: a/b
        root: c
      http: {listen: 9464}
      store:
        url: postgres://127.0.0.1/forewarn
      clock: sundial
      clock_quorum: none

      """
    }
    let check = try await CommandRun.built("forewarnd", ["--check", "--config", daemon.configurationPath])
    #expect(check.status == 1)
    let places = [
      ("state_directory", 1, 18), ("brokers", 2, 1), ("url", 4, 8), ("root", 6, 3), ("listen", 7, 16), ("url", 9, 8),
      ("clock", 10, 8), ("clock_quorum", 11, 15),
    ]
    for (key, line, column) in places {
      let place = "\(daemon.configurationPath):\(line):\(column): "
      let fault = check.standardError.split(separator: "\n").first { $0.hasPrefix(place) }
      #expect(fault?.contains(key) == true, "no fault at \(line):\(column) in:\n\(check.standardError)")
    }
    #expect(try await daemon.startExpectingExit() == .code(1))
    #expect(daemon.standardError == check.standardError)

    let missing = try await CommandRun.built("forewarnd", ["--check", "--config", "/no/such/forewarn.yaml"])
    #expect(missing.status == 1)
    #expect(missing.standardError.contains("/no/such/forewarn.yaml"))
  }

  private func restrict(_ file: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
  }
}

extension DaemonProcess {
  /// Changes what no setting changes: the text of the configuration file, until `reconfigure` writes it anew.
  func rewriteConfiguration(_ change: (String) -> String) throws {
    let text = try String(contentsOfFile: configurationPath, encoding: .utf8)
    try change(text).write(toFile: configurationPath, atomically: true, encoding: .utf8)
  }
}
