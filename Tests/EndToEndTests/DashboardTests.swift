import Foundation
import Rig
import Testing

/// The pages as the daemon serves them, in curl and in a real browser.
@Suite(.serialized, .watchedFleetWithDashboard) struct DashboardTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }
  private let base: String

  init() throws {
    fleet = try WatchedFleet.current
    base = "http://\(try #require(fleet.web))"
  }

  private func get(_ path: String, _ options: String...) async throws -> String {
    try await CommandRun.system("curl", ["-sS", "-i"] + options + [base + path]).succeeded().standardOutput
  }

  private func first(_ noun: String) async throws -> JSON { try #require(try await site.list(noun).first) }

  @Test func `every answer forbids what a page doesn't need, and only a name of ours is answered to`() async throws {
    for path in ["/", "/tickets", "/nothing", "/assets/style.css"] {
      let reply = try await get(path).lowercased()
      #expect(reply.contains("content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'"))
      #expect(reply.contains("x-content-type-options: nosniff") && reply.contains("referrer-policy: no-referrer"))
    }
    #expect(try await get("/nothing").hasPrefix("HTTP/1.1 404 "))
    let rebound = try await get("/tickets", "-H", "Host: evil.example")
    #expect(rebound.hasPrefix("HTTP/1.1 421 ") && !rebound.contains("T-"))
    // Prometheus may know this machine by any name.
    #expect(try await get("/metrics", "-H", "Host: gateway.example").hasPrefix("HTTP/1.1 200 "))
    #expect(try await get("/", "-X", "POST").hasPrefix("HTTP/1.1 404 "))
  }

  @Test func `tickets come page by page by the filters of the API, and the same as CSV`() async throws {
    let all = try await site.list("ticket")
    let csv = try await CommandRun.system("curl", ["-sS", "\(base)/tickets?format=csv"]).succeeded().standardOutput
    let lines = csv.split(separator: "\r\n")
    #expect(lines.count == min(all.count, 50) + 1)
    #expect(lines.dropFirst().first?.split(separator: ",").first.map(String.init) == all.first?["id"]?.text)
    let second = try await get("/tickets?limit=10&page=2")
    let ids = all.compactMap { $0["id"]?.text }
    #expect(ids.count > 20 && second.contains(ids[10]) && !second.contains(ids[9]))
    // A form sends its empty fields too.
    let device = try #require(all.last?["device"]?.text)
    let one = try await get("/tickets?state=&device=\(device)&owner=")
    #expect(one.contains(device) && !one.contains(ids[0]))
    #expect(try await get("/tickets?colour=red").hasPrefix("HTTP/1.1 400 "))
    #expect(try await get("/tickets/T-nothing").hasPrefix("HTTP/1.1 404 "))
    #expect(try await get("/devices?device=\(device)").contains("Location: /devices/\(device)"))
  }

  @Test func `a finding's evidence by region is that by day, and no less than the finding told`() async throws {
    let finding = try await first("finding")
    let id = try #require(finding["id"]?.text)
    func failures(_ table: String, from first: String = "") async throws -> Int {
      let csv = try await CommandRun.system("curl", ["-sS", "\(base)/findings/\(id)?format=csv&table=\(table)"])
        .succeeded().standardOutput
      let rows = csv.split(separator: "\r\n").dropFirst().map { $0.split(separator: ",") }
      return rows.filter { $0[0] >= first }.compactMap { Int($0[2]) }.reduce(0, +)
    }
    let onset = try #require(finding["onset"]?.text)
    let inRegions = try await failures("regions")
    #expect(try await failures("days", from: String(onset.prefix(10))) == inRegions)
    #expect(inRegions >= (finding["failures"]?.number).map { Int($0) } ?? .max)
  }

  @Test(
    .enabled(if: Executable.isInstalled(Browser.program), "needs Debian's chromium, which isn't installed"),
    arguments: [390, 768, 1000, 1280, 1920])
  func `no text of a finding's forest plots is cut or too small, from a phone to a wall`(width: Int) async throws {
    let id = try #require(try await first("finding")["id"]?.text)
    func fetched(_ path: String) async throws -> String {
      try await CommandRun.system("curl", ["-sS", base + path]).succeeded().standardOutput
    }
    let seen = try await FramedPage.showing(
      try await fetched("/findings/\(id)"), style: try await fetched("/assets/style.css"), width: width)
    #expect(seen.width == width && seen.texts > 10)
    #expect(seen.unreadable.isEmpty, "\(seen.unreadable)")
  }

  @Test(.enabled(if: Executable.isInstalled(Browser.program), "needs Debian's chromium, which isn't installed"))
  func `every page renders in a real browser, in light and dark, without a complaint or a request elsewhere`()
    async throws
  {
    let finding = try await first("finding")
    let ticket = try await first("ticket")
    func word(_ item: JSON, _ field: String) throws -> String { try #require(item[field]?.text) }
    let (product, mode) = (try word(finding, "product"), try word(finding, "failure_mode"))
    let batch = try word(finding, "batch")
    let pages: [(path: String, words: [String])] = [
      ("/", [batch, "Next tickets", "Messages a second"]), ("/tickets", [try word(ticket, "id")]),
      ("/tickets/\(try word(ticket, "id"))", [try word(ticket, "device"), "What could be done"]),
      ("/findings", [try word(finding, "id")]),
      ("/findings/\(try word(finding, "id"))", ["Evidence by region", "onset", "all together, fitted"]),
      ("/model", [mode]), ("/model/\(product)/\(mode)", ["Rate ratio by batch and firmware", "Funnel plot", batch]),
      ("/devices", ["known"]), ("/devices/\(try word(ticket, "device"))", ["How likely it fails", batch]),
      ("/health", ["From arrival to commit", "broker-connection"]),
    ]
    for (index, page) in pages.enumerated() {
      // A wall in the dark, a desk, a phone.
      let seen = try await Browser.visiting(
        base + page.path, isDark: index % 2 == 1, width: [1280, 1920, 390][index % 3])
      for word in page.words { #expect(seen.document.contains(word), "\(page.path): \(word)") }
      #expect(seen.console.isEmpty, "\(page.path): \(seen.console)")
      #expect(!seen.requests.isEmpty && seen.requests.allSatisfy { $0.hasPrefix(base + "/") }, "\(seen.requests)")
      #expect(seen.requests.contains("\(base)/assets/refresh.js") && seen.requests.contains("\(base)/assets/style.css"))
      #expect(seen.picture.count > 10_000, "\(page.path): an empty picture")
    }
  }
}
