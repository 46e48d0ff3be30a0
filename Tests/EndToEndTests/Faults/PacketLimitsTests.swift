import Foundation
import Rig
import Testing

/// A packet that is larger than the broker takes is its sender's affair.
struct PacketLimitsTests {
  @Test func `a device that sends too large a packet gets no acknowledgement, and the gateway hears the others`()
    async throws
  {
    // As in the shipped drop-in.
    let site = try await Installation.started(broker: .init(lines: ["max_packet_size 1048576"]))
    let large = report(sequence: 1, extra: #", "filling": "\#(String(repeating: "f", count: 2 << 20))""#)
    let refused = try await CommandRun.system(
      "mosquitto_pub",
      site.broker.clientArguments + ["-V", "5", "-q", "1", "-d", "-t", "dt/forewarn/echo-dot-5/L1/report", "-s"],
      standardInput: large)
    let words = refused.standardOutput + refused.standardError
    // By the client's own word, which knows the limit from CONNACK and sends nothing, or by the broker's (0x95).
    #expect(refused.status != 0 || !words.contains("PUBACK"), "\(words)")
    try await site.publish(report(sequence: 1), from: "A1")
    #expect(try await site.tallyAtRest(of: 1) == Tally(applied: 1))
    #expect(try await site.daemon.status()?.state == "ready")
    try FaultReport.measured(
      "exit status \(refused.status), no acknowledgement; the next device's report applied", of: "oversize packet")
  }
}
