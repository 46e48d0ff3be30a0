import Foundation
import Rig
import Testing

/// What an administrator does: devices in bulk, profiles, quarantine, exit statuses, other programs' access.
struct AdministrationTests {
  @Test func `a device table is taken whole, or with a fault in any line not at all`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let good = try folder.write(
      """
      device,product,batch,region,customer,consent_contact
      A1,echo-dot-5,ED5-2024-W07,US-FL,"Smith, Ann",false
      A2,echo-dot-5,ED5-2024-W07,US-AZ,c-2,

      """, to: "good.csv")
    let bad = try folder.write(
      """
      device,product,batch,activated
      A3,echo-dot-5,ED5-2024-W08,2024-06-01
      A 4,echo-dot-5,ED5-2024-W08,2024-06-01
      A5,toaster-2,ED5-2024-W08,2024-06-01
      A6,echo-dot-5,ED5-2024-W08,yesterday

      """, to: "bad.csv")
    let refused = try await site.daemon.forewarn("device", "import", bad)
    #expect(refused.status == 1)
    for line in [3, 4, 5] { #expect(refused.standardError.contains("\(bad):\(line): "), "\(refused.standardError)") }
    #expect(try await site.list("device").isEmpty)

    let taken = try await site.daemon.forewarn("device", "import", good).succeeded()
    #expect(taken.standardOutput.contains("2 lines: 2 applied, 0 unchanged, 0 faulty"))
    let again = try await site.json("device", "import", good)
    #expect(again["applied"] == .number(0) && again["duplicate"] == .number(2))
    let device = try await site.json("device", "show", "A1")
    #expect(device["customer"] == .text("Smith, Ann"))
    #expect(device["consent"]?["contact"] == .flag(false))

    // It is kept like everything else.
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.list("device").count == 2)
    #expect(try await site.json("device", "show", "A1").without("modes") == device.without("modes"))
  }

  @Test func `a message for a missing profile is applied once the profile is there and it is retried`() async throws {
    let profiles = try ScratchFolder()
    try profiles.takeShippedProfiles()
    let site = try await Installation.started(profiles: profiles.path)
    for number in 1...2 { try await site.publish(report(sequence: number), from: "L1", of: "lamp-1") }
    #expect(try await site.tally(of: 2) == Tally(quarantined: 2))
    let entries = try await site.list("quarantine", "--reason", "unknown_product")
    let ids = entries.compactMap { $0["id"]?.number }.sorted().map { String(Int($0)) }
    try #require(ids.count == 2)

    let early = try await site.daemon.forewarn("quarantine", "retry", ids[0])
    #expect(early.status == 1 && early.standardOutput.contains("quarantined again (unknown_product"))
    #expect(try await site.tally(of: 2) == Tally(quarantined: 2))

    try profiles.write(RecoveryTests.lamp, to: "lamp-1.yaml")
    #expect(try await site.daemon.forewarn("profile", "reload").succeeded().standardOutput.hasPrefix("reloaded: "))
    #expect(try await site.daemon.forewarn("profile", "reload").succeeded().standardOutput.hasPrefix("unchanged: "))
    #expect(
      try await site.daemon.forewarn("quarantine", "retry", ids[0]).succeeded().standardOutput == "\(ids[0]): applied\n"
    )
    #expect(try await site.tally(of: 2) == Tally(applied: 1, quarantined: 1))
    #expect(try await site.daemon.forewarn("quarantine", "show", ids[0]).status == 4)
    #expect(try await site.json("device", "show", "L1")["product"] == .text("lamp-1"))

    // Dropped for good, it stays counted as quarantined.
    #expect(
      try await site.daemon.forewarn("quarantine", "drop", ids[1]).succeeded().standardOutput == "\(ids[1]): dropped\n")
    #expect(try await site.tally(of: 2) == Tally(applied: 1, quarantined: 1))
    #expect(try await site.list("quarantine").isEmpty)
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.tally(of: 2) == Tally(applied: 1, quarantined: 1))
    #expect(try await site.json("device", "show", "L1")["reports"] == .number(1))
  }

  @Test func `profiles are listed and shown, and the shipped ones are sound`() async throws {
    let site = try await Installation.started()
    let products = try await site.list("profile").compactMap { $0["product"]?.text }
    #expect(Set(products).isSuperset(of: ["echo-dot-5", "fire-tv-stick-4k-max"]) && products.count >= 4)
    let stick = try await site.json("profile", "show", "fire-tv-stick-4k-max")
    let modes = Set(stick["modes"]?.items.compactMap(\.text) ?? [])
    let needed: Set = [
      "hdmi-cec-failure", "hdmi-handshake", "wifi-band-steering", "thermal-shutdown", "emmc-wear-out", "reboot-loop",
    ]
    #expect(modes.isSuperset(of: needed))
    #expect(stick["source"]?.text?.hasSuffix("fire-tv-stick-4k-max.yaml") == true)
    #expect(try await site.daemon.forewarn("profile", "show", "toaster-2").status == 4)
    #expect(try await CommandRun.built("forewarn", ["profile", "check", Installation.shippedProfiles]).status == 0)
    #expect(
      try await CommandRun.built("forewarnd", ["--check", "--config", site.daemon.configurationPath]).status == 0)
  }

  @Test func `each ending has the exit status that the contract gives it, and errors say what to do`() async throws {
    let site = try await Installation.started()
    func status(_ words: String...) async throws -> (Int32, String) {
      let run = try await CommandRun.built("forewarn", ["--socket", site.daemon.socketPath] + words)
      return (run.status, run.standardError)
    }
    #expect(try await status("status").0 == 0)
    let empty = try await site.json("ticket", "list")
    #expect(empty == .object(["schema": .text("forewarn.ticket.list/1"), "items": .list([])]))
    for (noun, id) in [("ticket", "T-none"), ("finding", "F-none"), ("device", "nobody"), ("quarantine", "99")] {
      let (code, words) = try await status(noun, "show", id)
      #expect(code == 4 && words.contains("no such") && words.contains("\(noun) list"), "\(noun): \(code) \(words)")
    }
    for wrong in [
      ["ticket", "lst"], ["ticket", "list", "--state", "ajar"], ["ticket", "resolve", "T-1"], ["status", "-o", "xml"],
    ] {
      let run = try await CommandRun.built("forewarn", ["--socket", site.daemon.socketPath] + wrong)
      #expect(run.status == 64 && !run.standardError.isEmpty, "\(wrong): \(run.status)")
    }
    let unreadable = try await status("device", "import", "/no/such/file.csv")
    #expect(unreadable.0 == 2 && unreadable.1.contains("/no/such/file.csv"))

    #expect(try await site.daemon.stop() == .code(0))
    let gone = try await status("status")
    #expect(gone.0 == 3 && gone.1.contains("systemctl start forewarnd"))
    #expect(try await status("wait", "ready", "--timeout", "0.2s").0 == 1)
  }

  @Test func `curl reads the control socket, and errors are problem details`() async throws {
    try #require(Executable.isInstalled("curl"), "`make deps` installs curl")
    let site = try await Installation.started()
    func curl(_ path: String, _ options: String...) async throws -> CommandRun {
      let target = ["-sS", "-i", "--unix-socket", site.daemon.socketPath, "http://forewarn\(path)"]
      return try await CommandRun.system("curl", target + options).succeeded()
    }
    let list = try await curl("/v1/tickets?state=open&limit=5").standardOutput
    #expect(list.hasPrefix("HTTP/1.1 200 ") && list.contains(#""schema":"forewarn.ticket.list/1""#))
    let missing = try await curl("/v1/tickets/T-none").standardOutput
    #expect(
      missing.hasPrefix("HTTP/1.1 404 ") && missing.lowercased().contains("content-type: application/problem+json"))
    #expect(missing.contains(#""status":404"#))
    #expect(try await curl("/v1/tickets?colour=red").standardOutput.hasPrefix("HTTP/1.1 400 "))
    #expect(try await curl("/v1/tickets?limit=none").standardOutput.hasPrefix("HTTP/1.1 400 "))
    #expect(try await curl("/v1/nothing").standardOutput.hasPrefix("HTTP/1.1 404 "))
    let garbage = try await curl("/v1/tickets/T-none/ack", "-X", "POST", "-d", "{").standardOutput
    #expect(garbage.hasPrefix("HTTP/1.1 400 "))
  }

  @Test func `metrics count messages by fate, and no label names a device`() async throws {
    try #require(Executable.isInstalled("curl"), "`make deps` installs curl")
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(.init(brokerURL: broker.url, profiles: Installation.shippedProfiles))
    let port = try LocalSocket.freePort()
    try daemon.rewriteConfiguration { $0.replacing(#"listen: """#, with: "listen: 127.0.0.1:\(port)") }
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    try await site.publish(report(), from: "A1")
    try await site.publish("?", from: "A1")
    #expect(try await site.tally(of: 2) == Tally(applied: 1, quarantined: 1))
    let text = try await CommandRun.system("curl", ["-sS", "http://127.0.0.1:\(port)/metrics"]).succeeded()
      .standardOutput
    let lines = text.split(separator: "\n")
    #expect(lines.contains(#"forewarn_messages_total{fate="applied"} 1"#))
    #expect(lines.contains(#"forewarn_messages_total{fate="quarantined"} 1"#))
    #expect(lines.contains(#"forewarn_state{state="ready"} 1"#))
    #expect(lines.contains("forewarn_devices 1"))
    // Each message once, in rising buckets of which the last holds all.
    let waits = lines.filter { $0.hasPrefix("forewarn_receive_to_commit_seconds_bucket{le=") }
    let counts = waits.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(counts.count == waits.count && counts.count > 40 && counts == counts.sorted())
    #expect(waits.last == #"forewarn_receive_to_commit_seconds_bucket{le="+Inf"} 2"#)
    #expect(lines.contains("forewarn_receive_to_commit_seconds_count 2"))
    let status = try await site.json("status")
    #expect((status["latency"]?["p99_seconds"]?.number).map { $0 > 0 && $0 < 20 } == true)
    #expect(!text.contains("A1") && !text.contains("echo-dot"))
  }
}
