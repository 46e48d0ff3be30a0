import Foundation
import Rig
import Testing

/// What an operator types once there is a finding, and what the world hears of it.
@Suite(.serialized, .watchedFleet) struct OperatorTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }

  init() throws { fleet = try WatchedFleet.current }

  @Test func `the finding names its cohort and counts, and carries its tickets`() async throws {
    let findings = try await site.list("finding", "--state", "confirmed")
    let finding = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(finding["product"] == .text("fire-tv-stick-4k-max"))
    #expect(finding["failure_mode"] == .text("hdmi-cec-failure"))
    #expect(finding["cause"] == .text("batch"))
    #expect(finding["firmware"] == .null)
    let id = try #require(finding["id"]?.text)
    let shown = try await site.json("finding", "show", id)
    #expect(shown["schema"] == .text("forewarn.finding.show/1"))
    #expect(shown.without("schema") == finding)
    let ratio = try #require(shown["rate_ratio"]?["low"]?.number)
    #expect(ratio > 1.3)
    let explanation = try #require(shown["explanation"]?.text)
    let batch = try #require(shown["batch"]?.text)
    let failures = try #require(shown["failures"]?.number)
    #expect(explanation.contains(batch) && explanation.contains("\(Int(failures)) failures"))

    let tickets = try await site.list("ticket", "--finding", id)
    #expect(!tickets.isEmpty && tickets.allSatisfy { $0["batch"] == .text(batch) })
    #expect(try await site.list("finding", "--cause", "firmware").isEmpty)
    #expect(try await site.list("finding", "--batch", batch).count == 1)
    try await wait(for: "the finding was published", within: .seconds(10)) { try !fleet.events(of: id).isEmpty }
  }

  @Test func `lists are narrowed by fields and printed in four ways`() async throws {
    let all = try await site.list("ticket")
    let open = try await site.list("ticket", "--state", "open")
    #expect(open == all.filter { $0["state"] == .text("open") })
    let replacements = try await site.list("ticket", "--kind", "replacement", "--severity", "major")
    #expect(!replacements.isEmpty)
    #expect(
      replacements == all.filter { $0["kind"] == .text("replacement") && $0["severity"] == .text("major") })
    let device = try #require(all.first?["device"]?.text)
    #expect(try await site.list("ticket", "--device", device) == all.filter { $0["device"] == .text(device) })
    #expect(try await site.list("ticket", "--product", "echo-dot-5").isEmpty)

    let lines = try await site.daemon.forewarn("ticket", "list", "-o", "ndjson").succeeded().standardOutput
    #expect(try lines.split(separator: "\n").map { try JSON(parsing: String($0)) } == all)
    let table = try await site.daemon.forewarn("ticket", "list", "-o", "csv").succeeded().standardOutput
    let rows = table.split(whereSeparator: \.isNewline)
    #expect(rows.count == all.count + 1)
    let columns = Set(rows.first?.split(separator: ",").map(String.init) ?? [])
    #expect(columns.isSuperset(of: ["id", "kind", "state", "severity", "device", "product", "failure_mode"]))
    let limited = try await site.json("tickets", "list", "--limit", "3")
    #expect(limited["schema"] == .text("forewarn.ticket.list/1"))
    #expect(limited["items"]?.items.count == 3)
    let people = try await site.daemon.forewarn("ticket", "list").succeeded().standardOutput
    #expect(people.contains(device) && !people.contains("\u{1b}"))
  }

  @Test func `any field of a list's JSON narrows and sorts it, or is all that is printed`() async throws {
    let all = try await site.list("ticket").filter { $0["state"] == .text("open") }
    func mean(_ ticket: JSON) -> Double { ticket["probability"]?["mean"]?.number ?? 0 }
    let line = try #require(all.map(mean).sorted().dropFirst(all.count / 2).first)
    let run = try await site.daemon.forewarn(
      "ticket", "list", "-l", "state=open,probability>=\(line)", "--sort-by", "-probability", "--json",
      "id,probability.mean"
    ).succeeded()
    let chosen = try JSON(parsing: run.standardOutput)["items"]?.items ?? []
    let expected = all.filter { mean($0) >= line }
    #expect(chosen.count == expected.count && chosen.count < all.count)
    #expect(Set(chosen.compactMap { $0["id"]?.text }) == Set(expected.compactMap { $0["id"]?.text }))
    let means = chosen.compactMap { $0["probability.mean"]?.number }
    #expect(means.count == chosen.count && means == means.sorted(by: >))
    #expect(chosen.allSatisfy { $0["device"] == nil })
    let names = try await site.daemon.forewarn("ticket", "list", "-l", "state=open", "--limit", "3", "-o", "name")
    #expect(names.standardOutput.split(separator: "\n").allSatisfy { $0.hasPrefix("T-") })
    #expect(names.standardOutput.split(separator: "\n").count == 3)
    let mistyped = try await site.daemon.forewarn("ticket", "list", "-l", "bacth=B17")
    #expect(mistyped.status == 64)
    for words in ["no field \"bacth\" here", " batch, ", " probability, "] {
      #expect(mistyped.standardError.contains(words), "\(mistyped)")
    }
    #expect(try await site.daemon.forewarn("ticket", "list", "-l", "a b").status == 64)
  }

  @Test func `a ticket is shown by the beginning of its id, with all that the contract names`() async throws {
    let id = try #require(try await fleet.tickets("open").first)
    let shown = try await site.json("ticket", "show", id)
    #expect(shown["schema"] == .text("forewarn.ticket.show/1"))
    let names: Set = [
      "id", "kind", "state", "severity", "device", "product", "batch", "firmware", "region", "customer", "failure_mode",
      "kb", "probability", "evidence", "attribution", "finding", "remedy", "explanation", "decided_at", "opened_at",
      "updated_at", "outcome", "history",
    ]
    #expect(shown.keys.isSuperset(of: names), "\(names.subtracting(shown.keys))")
    #expect(try await site.json("ticket", "show", String(id.dropLast(3))) == shown)
    let probability = try #require(shown["probability"])
    let bounds = ["low", "mean", "high"].compactMap { probability[$0]?.number }
    #expect(bounds.count == 3 && bounds == bounds.sorted())
    let beginnings = Dictionary(
      grouping: try await site.list("ticket").compactMap { $0["id"]?.text }, by: { String($0.prefix(3)) })
    let shared = try #require(beginnings.first { $0.value.count > 1 })
    let ambiguous = try await site.daemon.forewarn("ticket", "show", shared.key)
    #expect(ambiguous.status != 0 && ambiguous.standardError.contains("give more of it"))
    #expect(shared.value.contains { ambiguous.standardError.contains($0) })
  }

  @Test func `a ticket goes its way from hand to hand, and each step is told`() async throws {
    let id = try #require(try await fleet.tickets("open").last)
    func state() async throws -> JSON? { try await site.json("ticket", "show", id)["state"] }

    let taken = try await site.daemon.forewarn("ticket", "ack", id, "--note", "spares ordered").succeeded()
    #expect(taken.standardOutput.contains("\(id): open → acknowledged"))
    #expect(
      try await site.daemon.forewarn("ticket", "ack", id).succeeded().standardOutput == "\(id): already acknowledged\n")
    #expect(try await state() == .text("acknowledged"))
    let unreasoned = try await site.daemon.forewarn("ticket", "hold", id)
    #expect(unreasoned.status == 64 && unreasoned.standardError.contains("reason"))
    _ = try await site.json("ticket", "hold", id, "--reason", "waiting for parts", "--until", "2025-12-01")
    #expect(try await state() == .text("on_hold"))
    let resolved = try await site.json("ticket", "resolve", id, "--outcome", "confirmed")
    #expect(resolved["schema"] == .text("forewarn.ticket.resolve/1"))
    #expect(resolved["outcome"] == .text("confirmed"))
    #expect(try await site.daemon.forewarn("ticket", "ack", id).status == 2)
    let reopened = try await site.json("ticket", "reopen", id, "--reason", "fault came back")
    #expect(reopened["state"] == .text("open") && reopened["outcome"] == .null)
    _ = try await site.json("ticket", "note", id, "RMA 4711")
    _ = try await site.json("ticket", "cancel", id, "--reason", "device was sold")
    let late = try await site.daemon.forewarn("ticket", "reopen", id)
    #expect(late.status == 2 && late.standardError.contains("cancelled"))

    let shown = try await site.json("ticket", "show", id)
    let history = shown["history"]?.items ?? []
    let texts = history.compactMap { $0["reason"]?.text }
    for text in ["spares ordered", "waiting for parts", "fault came back", "RMA 4711", "device was sold"] {
      #expect(texts.contains(text), "\(text) isn't in \(texts)")
    }
    #expect(history.last?["to"] == .text("cancelled"))
    #expect(history.last?["actor"] != .text("forewarnd"))
    // Each of them was published, and nothing else: opened, ack, hold, resolve, reopen, note, cancel.
    try await wait(for: "the last change was published", within: .seconds(10)) {
      try fleet.events(of: id).last?["state"] == .text("cancelled")
    }
    let published = try fleet.events(of: id)
    expectSame([id: try #require(published.last)], [id: shown])
    let states = published.compactMap { $0["state"]?.text }
    #expect(states.suffix(6) == ["acknowledged", "on_hold", "resolved", "open", "open", "cancelled"])
  }

  @Test func `a device's screen and its agent are spoken to in their languages`() async throws {
    let open = try await site.list("ticket", "--state", "open")
    let german = try #require(open.first { $0["region"] == .text("DE-BY") && $0["may_contact"] == .flag(true) })
    let topic = "cmd/forewarn/\(german["product"]?.text ?? "")/\(german["device"]?.text ?? "")/care"
    var offer: JSON = .null
    try await wait(for: "the offer of the German device", within: .seconds(20)) {
      guard let text = try await site.retained(topic)[topic] else { return false }
      offer = try JSON(parsing: text)
      return true
    }
    #expect(
      offer["locale"] == .text("de") && offer["message"]?.text?.hasPrefix("Dieses Gerät wird") == true, "\(offer)")

    let id = try #require(german["id"]?.text)
    let english = try await site.json("ticket", "show", id, "--locale", "en")
    #expect(english["locale"] == .text("en") && english["explanation"] == german["explanation"])
    let inGerman = try await site.json("ticket", "show", id, "--locale", "de-DE")
    let text = try #require(inGerman["explanation"]?.text)
    #expect(inGerman["locale"] == .text("de") && text.contains("Nächster Schritt:"), "\(text)")
    let inJapanese = try #require(try await site.json("ticket", "show", id, "--locale", "ja")["explanation"]?.text)
    #expect(inJapanese.contains("次の対応：") && inJapanese.contains("推定されます。"), "\(inJapanese)")

    // Nobody wrote Portuguese yet: English, and the doctor says so.
    #expect(try await site.json("ticket", "show", id, "--locale", "pt-BR")["locale"] == .text("en"))
    let examined = try await site.daemon.forewarn("doctor")
    #expect(examined.standardOutput.contains("said in English instead: "), "\(examined.standardOutput)")
    #expect(try await site.json("status")["missing_messages"]?.number ?? 0 > 0)
  }

  @Test func `open tickets stand as retained care offers, and a cancelled one is withdrawn`() async throws {
    let open = try await site.list("ticket", "--state", "open")
    func topic(_ ticket: JSON) -> String {
      "cmd/forewarn/\(ticket["product"]?.text ?? "")/\(ticket["device"]?.text ?? "")/care"
    }
    var offers: [String: String] = [:]
    try await wait(for: "an offer for each open ticket whose customer may be contacted", within: .seconds(20)) {
      offers = try await site.retained("cmd/forewarn/#")
      return offers.count > open.count / 2
    }
    let offered = try #require(open.first { offers[topic($0)] != nil })
    let id = try #require(offered["id"]?.text)
    let offer = try JSON(parsing: try #require(offers[topic(offered)]))
    #expect(offer["ticket"] == .text(id))
    #expect(offer["kind"] == offered["kind"])
    #expect(offer["message"]?.text?.isEmpty == false)

    for ticket in open where offers[topic(ticket)] == nil {
      let device = try await site.json("device", "show", ticket["device"]?.text ?? "")
      #expect(device["consent"]?["contact"] == .flag(false), "\(ticket["id"] ?? .null) has no offer")
    }
    _ = try await site.daemon.forewarn("ticket", "cancel", id).succeeded()
    try await wait(for: "the offer is gone", within: .seconds(20)) {
      try await site.retained("cmd/forewarn/#")[topic(offered)] == nil
    }
    #expect(try await site.retained("evt/forewarn/#").isEmpty)
  }

  @Test func `the database itself refuses a second live ticket for a device and failure mode`() async throws {
    let id = try #require(try await fleet.tickets("open").first)
    let names = try await site.sql("SELECT group_concat(name) FROM pragma_table_info('ticket') WHERE name <> 'id'")
    let columns = names.standardOutput.trimmingCharacters(in: .newlines)
    let copy = "INSERT INTO ticket (id, \(columns)) SELECT 'T-second', \(columns) FROM ticket WHERE id = '\(id)'"
    let refused = try await site.sql(copy)
    #expect(refused.status != 0)
    #expect(refused.standardError.contains("UNIQUE constraint failed"))
    #expect(try await site.sql("SELECT count(*) FROM ticket WHERE id = 'T-second'").standardOutput == "0\n")
  }

  @Test func `devices are listed, shown and scored under a scenario`() async throws {
    let ticket = try #require(try await site.list("ticket", "--state", "open").first)
    let id = try #require(ticket["device"]?.text)
    let batch = try #require(ticket["batch"]?.text)
    let listed = try await site.list("device", "--batch", batch)
    #expect(listed.contains { $0["device"] == .text(id) } && listed.allSatisfy { $0["batch"] == .text(batch) })
    let cubes = try await site.list("device", "--product", "fire-tv-cube-3").compactMap { $0["device"]?.text }
    #expect(cubes.count { $0.hasPrefix("Z") } == RecordedFleet.devicesThatClose)

    let device = try await site.json("device", "show", id)
    #expect(device["tickets"]?.items.contains(ticket["id"] ?? .null) == true)
    let modes = device["modes"]?.items ?? []
    #expect(modes.contains { $0["failure_mode"] == .text("hdmi-cec-failure") })

    func mean(_ score: JSON) throws -> Double {
      let mode = score["modes"]?.items.first { $0["failure_mode"] == .text("hdmi-cec-failure") }
      return try #require(mode?["probability"]?["mean"]?.number)
    }
    let week = try await site.json("device", "score", id, "--horizon-days", "7")
    let month = try await site.json("device", "score", id, "--horizon-days", "30")
    #expect(try mean(week) < mean(month))
    let humid = try await site.json("device", "score", id, "--horizon-days", "30", "--humidity", "humid")
    let dry = try await site.json("device", "score", id, "--horizon-days", "30", "--humidity", "dry")
    #expect(humid["scenario"]?["humidity"] == .text("humid"))
    #expect(try mean(humid) != mean(dry))
    let other = try await site.json("device", "score", id, "--firmware", "4.1.0")
    #expect(other["scenario"]?["firmware"] == .text("4.1.0"))
    #expect(try await site.daemon.forewarn("device", "score", id, "--horizon-days", "0").status == 64)
    let unnamed = try await site.daemon.forewarn("device", "score", id, "--firmware", "")
    #expect(unnamed.status == 64 && unnamed.standardError.contains("firmware is empty; name one or leave it out"))
  }

  @Test func `nobody without the operators' group may change anything`() async throws {
    try #require(Executable.isInstalled("setpriv"))
    guard geteuid() == 0 else { return }
    let folder = try ScratchFolder()
    let program = folder.path("forewarn")
    // By another process: a descriptor that is open for writing here could be inherited, and the file then not be run.
    try await CommandRun.system("cp", [Executable.built("forewarn"), program]).succeeded()
    let socketFolder = URL(fileURLWithPath: site.daemon.socketPath).deletingLastPathComponent().path
    for path in [folder.path, program, socketFolder] { chmod(path, 0o755) }
    chmod(site.daemon.socketPath, 0o666)
    defer {
      chmod(site.daemon.socketPath, 0o660)
      chmod(socketFolder, 0o700)
    }
    let id = try #require(try await fleet.tickets("open").first)
    for words in [["status"], ["ticket", "cancel", id], ["profile", "reload"]] {
      let refused = try await CommandRun.system(
        "setpriv",
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, "--socket", site.daemon.socketPath] + words)
      #expect(refused.status == 77, "\(words): \(refused.standardError)")
      #expect(refused.standardError.contains("not permitted") && refused.standardError.contains("group"))
    }
    #expect(try await site.json("ticket", "show", id)["state"] == .text("open"))
  }
}
