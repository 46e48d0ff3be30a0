import Foundation
import Rig
import Testing

/// What is shipped for Prometheus and Grafana asks for metrics that the daemon really has.
struct MonitoringTests {
  @Test func `every metric of the rules and of the dashboard is one that the daemon gives`() async throws {
    let broker = try await Mosquitto.start()
    let port = try LocalSocket.freePort()
    let daemon = try DaemonProcess(
      .init(brokerURL: broker.url, profiles: "\(Executable.packageFolder)/Firmware-Profiles"))
    let configuration = try String(contentsOfFile: daemon.configurationPath, encoding: .utf8)
    try configuration.replacing(#"listen: """#, with: "listen: 127.0.0.1:\(port)")
      .write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    try await daemon.start()
    let url = "http://127.0.0.1:\(port)/metrics"
    let text = try await CommandRun.system("curl", ["-sS", url]).succeeded().standardOutput
    let given = Set(text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] })
    #expect(given.count > 15)
    for file in ["forewarn.rules.yml", "grafana-forewarn.json"] {
      let words = try Self.shipped(file)
      // What a series of the daemon's is unknown before its time still has a name.
      let known = given.union([
        "forewarn_lag_seconds", "forewarn_last_pass_seconds", "forewarn_broker_dropped_messages",
      ])
      let asked = Set(words.matches(of: /forewarn_[a-z_]+/).map { String($0.output) })
      for name in asked where !["forewarn_receive_to_commit_seconds_bucket"].contains(name) {
        #expect(known.contains(Substring(name)), "\(file) asks for \(name)")
      }
    }
    if Executable.isInstalled("promtool") {
      let folder = try ScratchFolder()
      let metrics = try folder.write(text, to: "metrics")
      let checked = try await CommandRun.system(
        "sh", ["-c", "promtool check metrics < \(metrics)"])
      #expect(checked.status == 0, "\(checked.standardOutput)\(checked.standardError)")
    }
  }

  @Test(.enabled(if: Executable.isInstalled("promtool"), "promtool isn't installed"))
  func `the alert rules fire when they should, and else not`() async throws {
    let folder = "\(Executable.packageFolder)/Monitoring"
    try await CommandRun.system("promtool", ["check", "rules", "\(folder)/forewarn.rules.yml"]).succeeded()
    try await CommandRun.system("promtool", ["test", "rules", "\(folder)/forewarn.rules.test.yml"]).succeeded()
  }

  @Test func `the dashboard is JSON with a query in each panel`() throws {
    let board = try JSONSerialization.jsonObject(with: Data(try Self.shipped("grafana-forewarn.json").utf8))
    let panels = (board as? [String: Any])?["panels"] as? [[String: Any]] ?? []
    #expect(panels.count >= 10)
    for panel in panels {
      let targets = panel["targets"] as? [[String: Any]] ?? []
      #expect(!targets.isEmpty && targets.allSatisfy { ($0["expr"] as? String)?.isEmpty == false })
    }
  }

  private static func shipped(_ name: String) throws -> String {
    try String(contentsOfFile: "\(Executable.packageFolder)/Monitoring/\(name)", encoding: .utf8)
  }
}
