import Foundation
import Glibc
import Rig
import Testing

/// Secrets that are planted in files turn up nowhere else. (`doctor --bundle` is looked through by the bundle's own test.)
@Suite(.serialized) struct SecretsTests {
  private static let password = "pl4nted-br0ker-word"
  private static let hookSecret = "pl4nted-h00k-word"
  private static let credential = "pl4nted-cr3dential"

  /// In which of the texts one of the secrets stands.
  private func places(of secrets: [String], in texts: [(name: String, bytes: Data)]) -> [String] {
    texts.flatMap { text in
      secrets.filter { text.bytes.range(of: Data($0.utf8)) != nil }.map { "\($0) in \(text.name)" }
    }
  }

  private func files(below folder: String) throws -> [(name: String, bytes: Data)] {
    try (FileManager.default.subpathsOfDirectory(atPath: folder)).compactMap { name in
      let url = URL(fileURLWithPath: "\(folder)/\(name)")
      var status = stat()
      guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return (name, try Data(contentsOf: url))
    }
  }

  @Test func `planted secrets stand in no argument, environment, log, answer, page, message, backup or file of state`()
    async throws
  {
    let folder = try ScratchFolder()
    func secret(_ text: String, _ name: String) throws -> String {
      let file = try folder.write(text + "\n", to: name)
      try #require(chmod(file, 0o600) == 0)
      return file
    }
    let receiver = try WebhookReceiver()
    let broker = try await Mosquitto.start(.init(access: .password(user: "planted-user", password: Self.password)))
    let hook =
      "{name: desk, url: \"\(receiver.url)\", secret_file: \"\(try secret(Self.hookSecret, "hook"))\", proposed: true}"
    let port = try LocalSocket.freePort()
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        brokerLines: ["username: planted-user", "password_file: \(try secret(Self.password, "word"))"],
        lines: ["webhooks: [\(hook)]", "log_level: debug"], httpListen: "127.0.0.1:\(port)",
        environment: ["CREDENTIALS_DIRECTORY": folder.path]))
    _ = try secret(Self.credential, "mqtt-password")
    let login = (user: "planted-user", password: Self.password)
    try await broker.publish(
      #"{"batch": "ED5-2024-W07", "customer": "c-planted"}"#, to: "dt/forewarn/echo-dot-5/A1/state", retained: true,
      login: login)
    try await broker.publish(report(sequence: 1), to: "dt/forewarn/echo-dot-5/A1/report", login: login)
    let site = Installation(broker: broker, daemon: daemon)
    // Kept as it came, in plain bytes: what the looking below must find.
    try await broker.publish(#"{"ts": "planted-in-the-open"}"#, to: "dt/forewarn/echo-dot-5/A1/report", login: login)
    _ = try await site.tally(of: 3)

    // What goes wrong with a secret is told, too: one that is refused, one that everyone may read.
    _ = try secret("another-pl4nted", "word")
    try await wait(for: "the changed password is noticed", within: .seconds(40)) {
      daemon.standardError.contains("certificates and password were read again")
    }
    try await wait(for: "and refused by the broker", within: .seconds(40)) {
      try await daemon.status()?.broker.connected == false
    }
    _ = try secret(Self.password, "word")
    try await wait(for: "and the right one is taken again", within: .seconds(40)) {
      try await daemon.status()?.broker.connected == true
    }
    try #require(chmod(folder.path("hook"), 0o644) == 0)
    let open = try await daemon.forewarn("profile", "reload")
    #expect(open.standardError.contains("\(folder.path("hook")) may be read by anyone"), "\(open.standardError)")
    try #require(chmod(folder.path("hook"), 0o600) == 0)
    try #require(chmod(folder.path("word"), 0o644) == 0)
    _ = try await daemon.forewarn("profile", "reload")
    try #require(chmod(folder.path("word"), 0o600) == 0)

    var texts: [(name: String, bytes: Data)] = []
    let process = try #require(daemon.processID)
    for name in ["cmdline", "environ"] {
      texts.append((name, try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/\(name)"))))
    }
    for words in [
      ["status"], ["doctor"], ["audit", "list"], ["outbox", "list"], ["store", "show"], ["care", "status"],
      ["profile", "list"], ["quarantine", "list"], ["export", "devices"], ["device", "export", "A1"],
    ] {
      let run = try await CommandRun.built("forewarn", ["--socket", daemon.socketPath] + words + ["-o", "json"])
      texts.append((words.joined(separator: " "), Data((run.standardOutput + run.standardError).utf8)))
    }
    for path in ["", "health", "metrics", "tickets", "devices?device=A1"] {
      let page = try await CommandRun.system("curl", ["-sS", "http://127.0.0.1:\(port)/\(path)"]).succeeded()
      texts.append(("page /\(path)", Data(page.standardOutput.utf8)))
    }
    texts += receiver.posts.map { ("webhook", Data(($0.body + "\($0.headers)").utf8)) }
    let backup = folder.path("backup")
    _ = try await daemon.forewarn("backup", backup).succeeded()
    try folder.makeFolder("restored")
    _ = try await CommandRun.built("forewarn", ["restore", "--state-directory", folder.path("restored"), backup])
      .succeeded()
    try await daemon.stop()
    texts.append(("log", Data(daemon.standardError.utf8)))
    let restored = try files(below: folder.path("restored"))
    texts += restored + (try files(below: daemon.stateDirectory))

    let secrets = [Self.password, Self.hookSecret, Self.credential, "another-pl4nted"]
    #expect(places(of: secrets, in: texts) == [])
    // The same looking finds what is there.
    #expect(!places(of: ["planted-in-the-open"], in: restored).isEmpty)
    #expect(!places(of: [folder.path("word")], in: texts.filter { $0.name == "audit list" }).isEmpty)
    #expect(
      places(of: [Self.password], in: [("its file", try Data(contentsOf: URL(fileURLWithPath: folder.path("word"))))])
        .count == 1)
  }

  @Test(arguments: ["password_file", "key_file", "secret_file"])
  func `a secret that everyone may read stops the start, and the message says what mends it`(key: String) async throws {
    let certificates = try await Certificates()
    try await certificates.make("client", extensions: "extendedKeyUsage=clientAuth")
    let open = certificates.path(key == "key_file" ? "client.key" : "word")
    if key != "key_file" { try Self.password.write(toFile: open, atomically: false, encoding: .utf8) }
    try #require(chmod(open, 0o644) == 0)
    let brokerLines = [
      "key_file": ["certificate_file: \(certificates.path("client.pem"))", "key_file: \(open)"],
      "password_file": ["username: u", "password_file: \(open)"],
    ]
    let hook = "webhooks: [{name: desk, url: \"https://127.0.0.1:1/\", secret_file: \"\(open)\"}]"
    let daemon = try DaemonProcess(
      .init(
        brokerURL: "mqtts://127.0.0.1:1", profiles: Installation.shippedProfiles, brokerLines: brokerLines[key] ?? [],
        lines: key == "secret_file" ? [hook] : []))
    #expect(try await daemon.startExpectingExit() != .code(0))
    #expect(
      daemon.standardError.contains("\(open) may be read by anyone: chmod 0640 \(open)"), "\(daemon.standardError)")
  }
}
