import Foundation
import Rig
import Testing

/// What a reliability engineer asks of the model, of a fleet with a bad batch.
@Suite(.serialized, .watchedFleet) struct ModelReportTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }
  private let product = "fire-tv-stick-4k-max"
  private let mode = "hdmi-cec-failure"

  init() throws { fleet = try WatchedFleet.current }

  /// The two firmware versions that most devices of the product have.
  private func firmwares() async throws -> (String, String) {
    let versions = try await site.list("device", "--product", product).compactMap { $0["firmware"]?.text }
    let counts = Dictionary(grouping: versions, by: { $0 }).mapValues(\.count)
    let common = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.map(\.key)
    try #require(common.count > 1, "\(counts)")
    return (common[0], common[1])
  }

  private func badBatch() async throws -> String {
    try #require(try await site.list("finding", "--state", "confirmed").first?["batch"]?.text)
  }

  @Test func `two firmwares are compared in every mode, with what counts and what can't be compared`() async throws {
    let (first, second) = try await firmwares()
    let reply = try await site.json("firmware", "compare", first, second, "--product", product)
    #expect(reply["schema"] == .text("forewarn.firmware.compare/1"))
    let items = reply["items"]?.items ?? []
    let profile = try await site.json("profile", "show", product)
    #expect(Set(items.compactMap { $0["failure_mode"]?.text }) == Set(profile["modes"]?.items.compactMap(\.text) ?? []))
    for item in items {
      let verdict = try #require(item["verdict"]?.text)
      #expect(["better", "worse", "cannot_tell", "not_identifiable"].contains(verdict))
      let ratio = ["low", "mean", "high"].compactMap { item["rate_ratio"]?[$0]?.number }
      #expect(ratio == ratio.sorted() && ratio.count == (verdict == "not_identifiable" ? 0 : 3))
      #expect(item["explanation"]?.text?.isEmpty == false && item["days_until_told"] != nil)
      #expect((item["from_evidence"]?["device_days"]?.number ?? -1) >= 0)
      #expect(item["product"] == .text(product) && item["from"] == .text(first) && item["to"] == .text(second))
    }
    // The other way round it is the inverse.
    let inverse = try await site.json("firmware", "compare", second, first, "--product", product, "--mode", mode)
    let there = try #require(items.first { $0["failure_mode"] == .text(mode) })
    let back = try #require(inverse["items"]?.items.first)
    #expect(inverse["items"]?.items.count == 1)
    #expect(there["from_evidence"] == back["to_evidence"] && there["sets"] == back["sets"])
    if let mean = there["rate_ratio"]?["mean"]?.number, let other = back["rate_ratio"]?["mean"]?.number {
      #expect(abs(mean * other - 1) < 1e-4)
    }
    let table = try await site.daemon.forewarn("firmware", "compare", first, second, "--product", product).succeeded()
    #expect(table.standardOutput.contains("RATE RATIO") && table.standardOutput.contains(mode))
    let csv = try await CommandRun.built(
      "forewarn",
      ["--socket", site.daemon.socketPath, "firmware", "compare", first, second, "--product", product, "-o", "csv"])
    #expect(try csv.succeeded().standardOutput.split(whereSeparator: \.isNewline).count == items.count + 1)
  }

  @Test func `each firmware is listed with its devices, and shown with what it gave as evidence`() async throws {
    let list = try await site.list("firmware", "--product", product)
    let versions = try await site.list("device", "--product", product).compactMap { $0["firmware"]?.text }
    for item in list {
      let name = try #require(item["firmware"]?.text)
      #expect(item["devices"] == .number(Double(versions.count { $0 == name })), "\(name)")
      #expect(item["product"] == .text(product) && item.keys.isSuperset(of: ["released", "fixes", "findings"]))
    }
    #expect(Set(versions).isSubset(of: Set(list.compactMap { $0["firmware"]?.text })))
    #expect(try await site.list("firmware").count > list.count)
    #expect(
      try await site.json("firmware", "list", "--product", product)["schema"] == .text("forewarn.firmware.list/1"))

    let (first, second) = try await firmwares()
    let shown = try await site.json("firmware", "show", first, "--product", product)
    #expect(shown["schema"] == .text("forewarn.firmware.show/1") && shown["firmware"] == .text(first))
    let compared = try await site.json("firmware", "compare", first, second, "--product", product)["items"]?.items ?? []
    for evidence in shown["evidence"]?.items ?? [] {
      let other = try #require(compared.first { $0["failure_mode"] == evidence["failure_mode"] }?["from_evidence"])
      func sum(_ key: String) -> Double { (other[key]?.number ?? 0) + (other["\(key)_apart"]?.number ?? 0) }
      #expect(abs((evidence["device_days"]?.number ?? -1) - sum("device_days")) < 0.1)
      #expect(evidence["onsets"] == .number(sum("onsets")))
    }
    #expect(shown["evidence"]?.items.count == compared.count)
    let page = try await site.daemon.forewarn("firmware", "list", "--product", product).succeeded().standardOutput
    #expect(page.contains("RELEASED") && page.contains(first))
    let unknown = try await site.daemon.forewarn("firmware", "show", "99.9.9")
    #expect(unknown.status == 4 && unknown.standardError.contains("no such firmware"))
  }

  @Test func `what is unknown is named, with what there is`() async throws {
    let (first, second) = try await firmwares()
    func refused(_ words: String..., status: Int32, says: String...) async throws {
      let run = try await CommandRun.built("forewarn", ["--socket", site.daemon.socketPath] + words)
      #expect(run.status == status, "\(words): \(run.status) \(run.standardError)")
      for text in says { #expect(run.standardError.contains(text), "\(words): \(run.standardError)") }
    }
    try await refused(
      "firmware", "compare", first, second, "--product", "toaster-2", status: 4, says: "no such product", "profile list"
    )
    try await refused(
      "firmware", "compare", first, "99.9.9", "--product", product, status: 4, says: "no such firmware", first, second)
    try await refused(
      "firmware", "compare", first, second, "--product", product, "--failure-mode", "sulking", status: 4,
      says: "no such failure mode", mode)
    try await refused("firmware", "compare", first, first, "--product", product, status: 64, says: "two versions")
    try await refused("firmware", "compare", first, second, status: 64, says: "--product")
    try await refused(
      "model", "ageing", "--product", product, "--batch", "B-none", status: 4, says: "no such batch",
      try await badBatch())
    try await refused("model", "ageing", "--product", "toaster-2", status: 4, says: "no such product")
    try await refused("model", "show", "--failure-mode", "sulking", status: 4, says: "no such failure mode")
  }

  @Test func `ageing is told by batch, with spares to come`() async throws {
    let batch = try await badBatch()
    let all = try await site.json("model", "ageing", "--product", product, "--failure-mode", mode)
    #expect(all["schema"] == .text("forewarn.model.ageing/1"))
    let items = all["items"]?.items ?? []
    #expect(items.first?["batch"] == .null && items.count > 2)
    let one = try await site.json("model", "ageing", "--product", product, "--mode", mode, "--batch", batch)
    let item = try #require(one["items"]?.items.first)
    #expect(items.contains(item))
    func sum(_ name: String) -> Double { items.dropFirst().reduce(0) { $0 + ($1[name]?.number ?? 0) } }
    #expect(abs(sum("device_days") - (items[0]["device_days"]?.number ?? 0)) < 1)
    #expect(sum("onsets") == items[0]["onsets"]?.number)
    let patterns = ["wear_out", "infant_mortality", "random", "cannot_tell", "not_identifiable"]
    #expect(items.allSatisfy { patterns.contains($0["pattern"]?.text ?? "") })
    let bins = item["bins"]?.items ?? []
    #expect(bins.count == 7 && bins[0]["from_days"] == .null && bins[6]["until_days"] == .null)
    #expect(bins.reduce(0) { $0 + ($1["onsets"]?.number ?? 0) } == item["onsets"]?.number)
    let forecasts = item["forecasts"]?.items ?? []
    #expect(forecasts.compactMap { $0["days"]?.number } == [30, 90])
    let (month, quarter) = (forecasts[0]["onsets"]?["mean"]?.number ?? 0, forecasts[1]["onsets"]?["mean"]?.number ?? 0)
    #expect(month > 1 && quarter > 2 * month)
    let page = try await site.daemon.forewarn(
      "model", "ageing", "--product", product, "--mode", mode, "--batch", batch
    ).succeeded().standardOutput
    #expect(page.contains("NEXT 90 DAYS") && page.contains("AGE IN DAYS") && page.contains(batch))
  }

  @Test func `the model tells its budget of false findings, what is near the gate and what matters most`() async throws
  {
    let batch = try await badBatch()
    let reply = try await site.json("model", "show", "--product", product)
    #expect(reply["schema"] == .text("forewarn.model.show/1"))
    let item = try #require(reply["items"]?.items.first { $0["failure_mode"] == .text(mode) })
    let budget = try #require(item["false_findings"])
    let expected = try #require(budget["expected_at_most"]?.number)
    // What a firmware stakes on its first seven days, the most that anybody can: see `FalseFindings` and its tests.
    #expect(expected > 0 && expected <= 0.015_25)
    #expect((budget["candidates_watched"]?.number ?? 0) > 3)
    #expect(
      item["near_gate"]?.items.contains { $0["batch"] == .text(batch) && $0["is_open"] == .flag(true) } == true)
    let effect = try #require(item["effects"]?.items.first { $0["batch"] == .text(batch) })
    #expect(effect["kind"] == .text("batch") && (effect["ratio"]?["low"]?.number ?? 0) > 1)
    #expect(item.keys.contains("calibration"))
    let all = try await site.json("model", "show")["items"]?.items ?? []
    #expect(all.count > (reply["items"]?.items.count ?? 0))
    let page = try await site.daemon.forewarn("model", "show", "--product", product, "--mode", mode).succeeded()
    for text in ["false findings", "Near the gate", batch, "Calibration"] {
      #expect(page.standardOutput.contains(text), "\(page.standardOutput)")
    }
  }
}

/// The same of a daemon that has heard nothing yet.
struct EmptyModelTests {
  @Test func `an empty fleet is no fault, and says so`() async throws {
    let site = try await Installation.started()
    // Before any device names one there are those of the profiles.
    #expect(try await site.list("firmware").allSatisfy { $0["devices"] == .number(0) })
    let compared = try await site.daemon.forewarn("firmware", "compare", "1.0", "2.0", "--product", "echo-dot-5")
    #expect(compared.status == 4 && compared.standardError.contains("no evidence of any firmware yet"))
    #expect(try await site.json("model", "ageing", "--product", "echo-dot-5")["items"] == .list([]))
    let aged = try await site.daemon.forewarn("model", "ageing", "--product", "echo-dot-5").succeeded()
    #expect(aged.standardOutput.isEmpty && aged.standardError.contains("no evidence yet"))
    let items = try await site.json("model", "show", "--product", "echo-dot-5")["items"]?.items ?? []
    #expect(items.count >= 5 && items.allSatisfy { $0["evidence"]?["onsets"] == .number(0) })
    #expect(items.allSatisfy { $0["calibration"] == .null && $0["evidence"]?["from"] == .null })
  }
}
