import Foundation
import Rig
import Testing

/// `/metrics` in OpenMetrics, read by a real Prometheus, which asks for that form first.
struct OpenMetricsTests {
  private func daemon() async throws -> (DaemonProcess, Mosquitto, address: String) {
    let broker = try await Mosquitto.start()
    let address = "127.0.0.1:\(try LocalSocket.freePort())"
    let daemon = try await DaemonProcess.started(
      .init(brokerURL: broker.url, profiles: "\(Executable.packageFolder)/Firmware-Profiles", httpListen: address))
    return (daemon, broker, address)
  }

  @Test func `who asks for OpenMetrics gets it, whole and by its rules`() async throws {
    let (daemon, broker, address) = try await daemon()
    let accept = "Accept: application/openmetrics-text; version=1.0.0"
    let answer = try await CommandRun.system("curl", ["-sSi", "-H", accept, "http://\(address)/metrics"]).succeeded()
    let text = answer.standardOutput.replacing("\r\n", with: "\n")
    #expect(text.lowercased().contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"))
    #expect(text.hasSuffix("\n# EOF\n"))
    let lines = text.split(separator: "\n").drop { !$0.hasPrefix("#") }
    let counters = lines.filter { $0.hasPrefix("# TYPE ") && $0.hasSuffix(" counter") }
      .map { $0.split(separator: " ")[2] }
    #expect(counters.contains("forewarn_messages") && counters.allSatisfy { !$0.hasSuffix("_total") })
    for counter in counters { #expect(lines.contains { $0.hasPrefix("\(counter)_total") }, "\(counter)") }
    #expect(lines.contains("# UNIT forewarn_receive_to_commit_seconds seconds"))
    let bounds = lines.compactMap { $0.split(separator: "{le=\"").dropFirst().first?.prefix { $0 != "\"" } }
    #expect(bounds.contains("1.024") && bounds.allSatisfy { $0.contains(".") || $0 == "+Inf" }, "\(bounds)")
    let plain = try await CommandRun.system("curl", ["-sS", "http://\(address)/metrics"]).succeeded().standardOutput
    #expect(!plain.contains("# EOF") && plain.contains("# TYPE forewarn_messages_total counter"))
    _ = try await daemon.stop()
    _ = broker
  }

  @Test(.enabled(if: Executable.isInstalled("prometheus"), "prometheus isn't installed"))
  func `a real Prometheus scrapes it`() async throws {
    let (daemon, broker, address) = try await daemon()
    let folder = try ScratchFolder()
    let own = "127.0.0.1:\(try LocalSocket.freePort())"
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s}
      scrape_configs:
        - job_name: forewarn
          static_configs: [{targets: ["\(address)"]}]

      """, to: "prometheus.yml")
    let prometheus = try await ChildProcess.start(
      Executable.system("prometheus"),
      [
        "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.path("data"))", "--web.listen-address=\(own)",
      ], outputs: folder.path("prometheus"))
    func value(_ query: String) async throws -> String {
      try await CommandRun.system(
        "curl", ["-s", "-G", "--data-urlencode", "query=\(query)", "http://\(own)/api/v1/query"]
      ).standardOutput
    }
    try await wait(for: "a scrape", within: .seconds(30), every: .milliseconds(200)) {
      try await value("forewarn_build_info").contains("forewarn_build_info")
    }
    #expect(try await value("up").contains(#","1"]"#), "\(prometheus.standardError)")
    #expect(try await value("forewarn_messages_total").contains(#""fate":"applied""#))
    #expect(try await value("forewarn_receive_to_commit_seconds_bucket").contains(#""le":"1.024""#))
    prometheus.endNow()
    _ = try await prometheus.exit(within: .seconds(10))
    _ = try await daemon.stop()
    _ = broker
  }
}
