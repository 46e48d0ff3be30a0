import FirmwareProfiles
import Testing
import Vocabulary

struct GzipTests {
  @Test func `a report packed with gzip is the report`() throws {
    let payload = #"{"ts": 1763881200000, "signals": {"temp_c": 21.5}}"#
    let decoded = PayloadDecoder().reports(
      Packing.gzip(Array(payload.utf8)), of: Samples.lamp, catalogue: try Samples.lamps())
    guard case .report(let report) = decoded.first else {
      Issue.record("\(decoded)")
      return
    }
    #expect(report == (try Samples.report(payload)))
  }

  @Test func `a file of several members is their contents, one behind the other`() throws {
    let members = [#"{"ts": 1763881200000, "#, #""signals": {"temp_c": 21.5}}"#, ""].map {
      Packing.gzip(Array($0.utf8))
    }
    let decoded = PayloadDecoder().reports(
      members.flatMap { $0 }, of: Samples.lamp, catalogue: try Samples.lamps())
    guard case .report(let report) = decoded.first else {
      Issue.record("\(decoded)")
      return
    }
    #expect(report == (try Samples.report(#"{"ts": 1763881200000, "signals": {"temp_c": 21.5}}"#)))
  }

  @Test func `a bomb is refused by its size once inflated`() throws {
    let bomb = Packing.gzip([UInt8](repeating: UInt8(ascii: " "), count: 64 << 20))
    #expect(bomb.count < 100_000)
    let rejection = try #require(try Samples.rejection(bomb))
    #expect(rejection.reason == .tooLarge)
    #expect(rejection.detail.contains("once inflated"))
  }

  @Test func `what is cut off, damaged or followed by more is a syntax fault`() throws {
    let packed = Packing.gzip(Array(#"{"ts": 1763881200000}"#.utf8))
    var damaged = packed
    damaged[damaged.count - 6] ^= 1
    for payload in [Array(packed.dropLast(4)), damaged, packed + [0], [0x1f, 0x8b], [0x1f, 0x8b, 8]] {
      #expect(try Samples.rejection(payload)?.reason == .syntax, "\(payload)")
    }
  }
}
