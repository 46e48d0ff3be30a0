import Foundation
import Rig
import Testing

/// The dashboard on sockets that systemd's own program opens and hands over (LISTEN_FDS); it starts the daemon when the first
/// client comes.
@Suite(.enabled(if: Executable.isInstalled("systemd-socket-activate"), "systemd-socket-activate isn't installed"))
struct HandedOverSocketTests {
  private let broker: Mosquitto

  init() async throws { broker = try await Mosquitto.start() }

  private func daemon(_ listen: String, on addresses: [String], names: String? = nil) throws -> DaemonProcess {
    let options = addresses.flatMap { ["--listen", $0] } + (names.map { ["--fdname=\($0)"] } ?? [])
    return try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: "\(Executable.packageFolder)/Firmware-Profiles", httpListen: listen,
        launcher: addresses.isEmpty ? [] : ["systemd-socket-activate"] + options))
  }

  private func get(_ path: String, port: UInt16, _ options: String...) async throws -> String {
    try await CommandRun.system(
      "curl", ["-sSi", "--max-time", "30"] + options + ["http://127.0.0.1:\(port)\(path)"]
    ).succeeded().standardOutput
  }

  /// Comes in, which starts the daemon.
  private func knock(_ port: UInt16) async throws {
    try await wait(for: "somebody listens on \(port)", within: .seconds(10)) { try LocalSocket.accepts(port: port) }
  }

  /// How it ended that was meant to give up, and what it said.
  private func failure(_ daemon: DaemonProcess, _ knock: @Sendable () async throws -> Void) async throws -> String {
    async let exit = daemon.startExpectingExit()
    try await knock()
    #expect(try await exit == .code(2))
    return daemon.standardError
  }

  @Test func `a socket that was handed over is served, to who came before the daemon too`() async throws {
    let port = try LocalSocket.freePort()
    let daemon = try daemon("fd:", on: ["127.0.0.1:\(port)"])
    async let started: Void = daemon.start()
    try await knock(port)
    // Waits in the kernel's queue until there is somebody to answer.
    let metrics = try await get("/metrics", port: port)
    #expect(metrics.hasPrefix("HTTP/1.1 200 ") && metrics.contains("\nforewarn_build_info{"))
    #expect(metrics.lowercased().contains("\ndate: ") && metrics.contains(" GMT\r\n"))
    try await started
    #expect(try await get("/", port: port).contains("<html"))
    #expect(try await get("/nothing", port: port).hasPrefix("HTTP/1.1 404 "))
    let rebound = try await get("/", port: port, "-H", "Host: evil.example")
    #expect(rebound.hasPrefix("HTTP/1.1 421 ") && rebound.contains("http://localhost:\(port)"))
    // Two on one connection; then one that stays open and says nothing, which mustn't hold the daemon's end up.
    let url = "http://127.0.0.1:\(port)/metrics"
    let twice = try await CommandRun.system("curl", ["-sSv", url, url]).succeeded()
    #expect(twice.standardError.contains("Re-using existing connection"), "\(twice.standardError)")
    let idle = try LocalSocket.connect(port: port)
    defer { close(idle) }
    let exit = try await daemon.stop()
    #expect(exit == .code(0), "\(exit): \(daemon.standardError)")
    #expect(try !LocalSocket.accepts(port: port))
  }

  @Test func `several are served by one name or all together`() async throws {
    let ports = try [LocalSocket.freePort(), LocalSocket.freePort()]
    let addresses = ["127.0.0.1:\(ports[0])", "127.0.0.1:\(ports[1])"]
    let all = try daemon("fd:", on: addresses)
    async let both: Void = all.start()
    try await knock(ports[0])
    try await both
    for port in ports { #expect(try await get("/metrics", port: port).hasPrefix("HTTP/1.1 200 ")) }
    try await all.stop()

    let named = try daemon("fd:second", on: addresses, names: "first:second")
    async let one: Void = named.start()
    try await knock(ports[0])
    try await one
    #expect(try await get("/metrics", port: ports[1]).hasPrefix("HTTP/1.1 200 "))
    try await named.stop()
  }

  @Test func `without a socket, with another's name or kind, the daemon says what to write where`() async throws {
    let none = try daemon("fd:", on: [])
    #expect(try await none.startExpectingExit() == .code(2))
    #expect(
      none.standardError.contains("no socket was handed over; `systemctl edit forewarnd`"), "\(none.standardError)")
    #expect(none.standardError.contains("Sockets=forewarnd-dashboard.socket"))

    let port = try LocalSocket.freePort()
    let other = try daemon("fd:dashboard", on: ["127.0.0.1:\(port)"], names: "first")
    let words = try await failure(other) { try await knock(port) }
    #expect(words.contains("http.listen fd:dashboard: no socket of that name was handed over, only first"), "\(words)")

    let folder = try ScratchFolder()
    let local = try daemon("fd:", on: [folder.path("s")])
    let kind = try await failure(local) {
      let client = try await answer(within: .seconds(10), else: { "nobody listens" }) {
        try LocalSocket.connect(toUnix: folder.path("s"))
      }
      close(client)
    }
    #expect(kind.contains("doesn't listen on TCP") && kind.contains("ListenStream=127.0.0.1:9464"), "\(kind)")
  }

  @Test func `one that nobody serves is warned of`() async throws {
    let port = try LocalSocket.freePort()
    let daemon = try daemon("", on: ["127.0.0.1:\(port)"])
    async let started: Void = daemon.start()
    try await knock(port)
    try await started
    #expect(daemon.standardError.contains("a socket was handed over that nobody serves"), "\(daemon.standardError)")
    try await daemon.stop()
  }

  @Test(arguments: [
    ("fd", "expected address:port such as 127.0.0.1:9464, fd: for a socket"),
    ("fd:two words", "expected the FileDescriptorName= of a socket unit"),
    ("fd:a:b", "expected the FileDescriptorName= of a socket unit"),
  ])
  func `what is no name of a socket is named with its line`(listen: String, words: String) async throws {
    let folder = try ScratchFolder()
    let text = "profiles: \(Executable.packageFolder)/Firmware-Profiles\nhttp:\n  listen: \"\(listen)\"\n"
    let path = try folder.write(text, to: "forewarn.yaml")
    let run = try await CommandRun.built("forewarnd", ["--check", "--config", path])
    #expect(run.status == 1)
    let said = run.standardOutput + run.standardError
    #expect(said.contains("forewarn.yaml:3:") && said.contains(words), "\(said)")
  }
}
