import Foundation
import Glibc
import Rig
import Testing
import Vocabulary

/// What the threat model (`Documentation/Threat-Model.md`) promises and no other test shows: against the real daemon.
@Suite(.serialized) struct ThreatTests {
  private func curl(_ arguments: String...) async throws -> String {
    try await CommandRun.system("curl", ["-sS", "-i", "-m", "5"] + arguments).succeeded().standardOutput
  }

  @Test func `the control socket is open to its owner and group alone, the state to nobody else`() async throws {
    let site = try await Installation.started()
    func mode(_ path: String) throws -> UInt32 {
      var status = stat()
      try #require(stat(path, &status) == 0, "\(path)")
      return status.st_mode & 0o777
    }
    #expect(try mode(site.daemon.socketPath) == 0o660)
    let files = try FileManager.default.contentsOfDirectory(atPath: site.daemon.stateDirectory)
    #expect(files.contains("cases.db") && files.contains("erasures.key"))
    for name in files {
      #expect(try mode("\(site.daemon.stateDirectory)/\(name)") & 0o007 == 0, "\(name) is open to everyone")
    }
    // The folder alone stands in the way now, then the socket's own mode.
    guard geteuid() == 0 else { return }
    let folder = URL(fileURLWithPath: site.daemon.socketPath).deletingLastPathComponent().path
    try #require(chmod(folder, 0o755) == 0)
    let stranger = try await CommandRun.system(
      "setpriv",
      [
        "--reuid", "65534", "--regid", "65534", "--clear-groups", "curl", "-sS", "--unix-socket",
        site.daemon.socketPath,
      ]
        + ["http://localhost/v1/status"])
    #expect(stranger.status != 0 && stranger.standardOutput.isEmpty, "\(stranger)")
    try await site.daemon.stop()
  }

  @Test func `who asks is who the kernel says: no header, cookie or token makes anyone someone else`() async throws {
    guard geteuid() == 0 else { return }
    let site = try await Installation.started()
    let folder = URL(fileURLWithPath: site.daemon.socketPath).deletingLastPathComponent().path
    try #require(chmod(folder, 0o755) == 0 && chmod(site.daemon.socketPath, 0o666) == 0)
    for header in [
      "X-Forwarded-User: root", "Remote-User: root", "Authorization: Bearer 0", "Authorization: Basic cm9vdDo=",
      "Cookie: user=root", "X-Forwarded-For: 127.0.0.1", "X-Uid: 0",
    ] {
      let reply = try await CommandRun.system(
        "setpriv",
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", "curl", "-sS", "-i", "-H", header]
          + ["--unix-socket", site.daemon.socketPath, "http://localhost/v1/status"]
      ).succeeded().standardOutput
      #expect(
        reply.hasPrefix("HTTP/1.1 403 ") && reply.contains("uid 65534") || reply.contains("nobody"),
        "\(header): \(reply)")
      #expect(!reply.contains("\"messages\""))
    }
    try await site.daemon.stop()
  }

  @Test func `clients that say nothing, half a request or too much keep nobody waiting`() async throws {
    let site = try await Installation.started()
    var held: [Int32] = []
    defer { for descriptor in held { close(descriptor) } }
    for number in 0..<300 {
      let descriptor = try #require(try LocalSocket.connect(toUnix: site.daemon.socketPath))
      held.append(descriptor)
      let words = [
        "", "GET /v1/status HTTP/1.1\r\nHost: a\r\n",
        "POST /v1/devices/import HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nx",
      ]
      let bytes = Array(words[number % 3].utf8)
      if !bytes.isEmpty { try #require(write(descriptor, bytes, bytes.count) == bytes.count) }
    }
    let large = try ScratchFolder()
    let file = try large.write(String(repeating: "device,product\n", count: 3_000_000), to: "large.csv")
    let refused = try await curl(
      "--unix-socket", site.daemon.socketPath, "-X", "POST", "-H", "Expect:", "--data-binary", "@\(file)",
      "http://localhost/v1/devices/import")
    #expect(refused.hasPrefix("HTTP/1.1 413 "), "\(refused.prefix(300))")
    let start = ContinuousClock.now
    #expect(try await site.daemon.forewarn("status").status == 0)
    #expect(ContinuousClock.now - start < .seconds(5), "the program's own start included")
    #expect(try await site.daemon.stop() == .code(0))
  }

  private static let injections = [
    "'; DROP TABLE ticket; --", "\" OR \"\"=\"", "x' OR '1'='1", "1); DELETE FROM quarantine; --",
    "%' UNION SELECT sql FROM sqlite_schema --",
  ]

  @Test func `SQL in topics, payloads, filters and ids is text and nothing else`() async throws {
    let site = try await Installation.started()
    let tables = try await site.sql("SELECT count(*) FROM sqlite_schema").standardOutput
    try await site.publish(#"{"batch": "B1", "region": "R1"}"#, from: "A1", as: "state")
    try await site.publish(report(sequence: 1), from: "A1")
    for words in Self.injections {
      try await site.publish(report(), from: words.replacing("%", with: ""))
      let quoted = String(decoding: try JSONEncoder().encode(words), as: UTF8.self)
      try await site.publish(report(extra: #", "device": \#(quoted)"#), from: "A1")
    }
    let count = 2 * Self.injections.count
    #expect(try await site.tally(of: 2 + count) == Tally(applied: 2, quarantined: count))
    #expect(try await site.list("quarantine").count == count)
    for words in Self.injections {
      #expect(try await site.list("ticket", "--device", words).isEmpty)
      #expect(try await site.list("device", "--batch", words).isEmpty)
      #expect(try await site.list("audit", "--subject", words).isEmpty)
      #expect(try await site.daemon.forewarn("device", "show", words).status == 4)
      #expect(try await site.daemon.forewarn("ticket", "show", words).status == 4)
    }
    #expect(try await site.list("device").count == 1)
    #expect(try await site.sql("SELECT count(*) FROM sqlite_schema").standardOutput == tables)
    #expect(try await site.sql("PRAGMA integrity_check").standardOutput == "ok\n")
    try await site.daemon.stop()
  }

  @Test func `what a device says neither begins a line of the log nor steers a terminal`() async throws {
    let site = try await Installation.started(["log_level: debug"])
    let hostile = #"G\n<2>forewarnd: all is well\u001b[2J\u001b]0;owned\u0007\r\u202e\u009b31m"#
    let long = String(repeating: "A", count: 60_000)
    try await site.publish(report(extra: #", "device": "\#(hostile)""#), from: "A1")
    try await site.publish(#"{"batch": "\#(hostile)"}"#, from: "A1", as: "state")
    try await site.publish(#"{"ts": "\#(hostile)\#(long)"}"#, from: "A1")
    #expect(try await site.tally(of: 3) == Tally(quarantined: 3))
    // A new run reads them again, and says what it finds.
    try await site.daemon.stop()
    try await site.daemon.start()
    let list = try await site.daemon.forewarn("quarantine", "list").succeeded().standardOutput
    #expect(list.split(separator: "\n").count == 4, "a line an entry below the header:\n\(list)")
    for text in [list, site.daemon.standardError] {
      let bad = text.unicodeScalars.filter { scalar in
        // Columns of a list that goes to no terminal are set apart by tabs.
        let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\t"
        return isControl || (0x7f..<0xa0).contains(scalar.value) || scalar.value == 0x202e
      }
      #expect(bad.isEmpty, "\(bad.map(\.value))")
    }
    let lines = site.daemon.standardError.split(separator: "\n")
    #expect(!lines.isEmpty && lines.allSatisfy { $0.utf8.count <= 4096 && !$0.hasPrefix("<2>") && !$0.hasPrefix("G") })
    try await site.daemon.stop()
  }

  @Test func `a profile's or device's name is never a path`() async throws {
    let site = try await Installation.started()
    for name in ["../../../../etc/passwd", "..", "/etc/passwd", "..%2F..%2Fetc%2Fpasswd", "echo-dot-5.yaml"] {
      for words in [
        ["profile", "show", name], ["device", "show", name], ["batch", "show", name], ["finding", "show", name],
      ] {
        let run = try await CommandRun.built("forewarn", ["--socket", site.daemon.socketPath] + words)
        #expect(run.status == 4 || run.status == 64, "\(words): \(run)")
        #expect(!run.standardOutput.contains("root:") && !run.standardError.contains("root:"))
      }
      let files = try await curl(
        "--unix-socket", site.daemon.socketPath, "--path-as-is", "http://localhost/v1/profiles/\(name)/files")
      #expect(files.hasPrefix("HTTP/1.1 40"), "\(files)")
    }
    // `..` is a well-formed id: nothing on the disk is called by it.
    try await site.publish(report(sequence: 1), from: "..")
    try await site.publish(#"{"locale": "../../etc/passwd", "batch": ".."}"#, from: "..", as: "state")
    _ = try await site.tally(of: 2)
    let before = try FileManager.default.contentsOfDirectory(atPath: site.daemon.stateDirectory).sorted()
    #expect(before.allSatisfy { $0.hasPrefix("cases.") || $0.hasPrefix("erasures.") }, "\(before)")
    try await site.daemon.stop()
  }

  @Test func `five hundred devices, topics, firmwares and places make no new line of metrics`() async throws {
    let port = try LocalSocket.freePort()
    let site = try await Installation.started(web: "127.0.0.1:\(port)")
    func names() async throws -> Set<String> {
      let text = try await CommandRun.system("curl", ["-sS", "http://127.0.0.1:\(port)/metrics"]).succeeded()
        .standardOutput
      return Set(text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) })
    }
    try await site.publish(report(sequence: 1), from: "A0")
    _ = try await site.tally(of: 1)
    let before = try await names()
    for number in 1...500 {
      let state =
        #"{"batch": "B\#(number)", "region": "R\#(number)", "carrier": "c\#(number)", "firmware": "3.\#(number).0"}"#
      // Most of it is refused; what matters is that a name can be made up.
      try await site.publish(
        number % 2 == 0 ? state : report(), from: "D\(number)", as: number % 2 == 0 ? "state" : "x\(number)")
    }
    try await site.publish(report(sequence: 2), from: "A0")
    try await wait(for: "the last report is in", within: .seconds(20)) {
      try await site.json("device", "show", "A0")["reports"] == .number(2)
    }
    #expect(try await names() == before)
    #expect(before.count > 80)
    try await site.daemon.stop()
  }

  @Test func `nothing on the web listener changes anything, whoever a browser's request comes from`() async throws {
    let port = try LocalSocket.freePort()
    let site = try await Installation.started(web: "127.0.0.1:\(port)")
    let base = "http://127.0.0.1:\(port)"
    // Each path of the control API that acts, as a form of another site would send it.
    for path in [
      "/v1/care/pause", "/v1/profiles/reload", "/v1/quarantine/drop", "/v1/tickets/T-1/cancel", "/care/pause",
      "/tickets",
    ] {
      for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let reply = try await curl(
          "-X", method, "-H", "Origin: http://evil.example", "-H", "Content-Type: text/plain", "-d", "{}", base + path)
        #expect(reply.hasPrefix("HTTP/1.1 404 ") || reply.hasPrefix("HTTP/1.1 405 "), "\(method) \(path): \(reply)")
        #expect(!reply.lowercased().contains("access-control-allow-origin"))
      }
    }
    #expect(try await site.json("care", "status")["paused"] == .flag(false))
    // A name that somebody points at this machine, with and without a port, in front of every page.
    for path in ["/", "/tickets", "/findings", "/devices", "/health", "/model"] {
      for host in ["evil.example", "evil.example:\(port)", "localhost.evil.example", "127.0.0.1.evil.example"] {
        let reply = try await curl("-H", "Host: \(host)", base + path)
        #expect(reply.hasPrefix("HTTP/1.1 421"), "\(host)\(path): \(reply.prefix(200))")
      }
    }
    // Nothing that a browser could be given to keep, and nothing that it could show in vain.
    let page = try await curl("-H", "Cookie: a=b", base + "/")
    #expect(page.hasPrefix("HTTP/1.1 200 ") && !page.lowercased().contains("set-cookie"))
    try await site.daemon.stop()
  }
}
