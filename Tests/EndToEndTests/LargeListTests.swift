import Foundation
import Rig
import Testing

/// Conditions on lists that are longer than one answer, and a gateway that has taken everything.
struct LargeListTests {
  @Test func `conditions look through every device, however many there are`() async throws {
    let site = try await Installation.started()
    let count = 10_500
    let rows = (0..<count).map { number in
      let digits = String(number)
      return "D\(String(repeating: "0", count: 6 - digits.count))\(digits),echo-dot-5,\(number % 2 == 0 ? "B1" : "B2")"
    }
    let folder = try ScratchFolder()
    // The last come first in the file: a list's order is that of the ids.
    let table = try folder.write(
      (["device,product,batch"] + rows.reversed()).joined(separator: "\n") + "\n", to: "devices.csv")
    try await site.daemon.forewarn("device", "import", table).succeeded()

    func names(_ options: String...) async throws -> [Substring] {
      let run = try await CommandRun.built(
        "forewarn", ["device", "list", "--socket", site.daemon.socketPath, "-o", "name"] + options)
      return try run.succeeded().standardOutput.split(separator: "\n")
    }
    #expect(try await names("-l", "device>=D010400").count == 100)
    #expect(try await names("-l", "batch=B1").count == count / 2)
    #expect(try await names("--batch", "B2", "-l", "device>=D010400").count == 50)
    #expect(try await names("--sort-by", "-device", "--limit", "1") == ["D010499"])
    // A list that is cut says so, whatever it is printed as.
    let first = try await CommandRun.built(
      "forewarn", ["device", "list", "--socket", site.daemon.socketPath, "-o", "name"])
    let head = (0..<1000).map { "D\(String(1_000_000 + $0).dropFirst())" }
    #expect(first.standardOutput.split(separator: "\n").map(String.init) == head)
    #expect(first.standardError.contains("the first 1,000 are shown; more with a larger --limit"))
    let unknown = try await site.daemon.forewarn("device", "list", "-l", "colour=red")
    #expect(unknown.status == 64 && unknown.standardError.contains("there are"))
  }

  @Test func `waiting for idle ends when nothing comes any more, or with 1 when the time is over`() async throws {
    let site = try await Installation.started()
    for number in 1...20 { try await site.publish(report(sequence: number), from: "A1") }
    let run = try await site.daemon.forewarn("wait", "idle", "--timeout", "30").succeeded()
    #expect(run.standardOutput == "idle\n")
    #expect(try await site.daemon.status()?.messages.received == 20)
    try await site.broker.stop()
    let late = try await site.daemon.forewarn("wait", "idle", "--timeout", "1")
    #expect(late.status == 1 && late.standardError.contains("the broker isn't connected"))
  }
}
