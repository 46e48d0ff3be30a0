import FirmwareProfiles
import Testing
import Vocabulary

/// CBOR (RFC 8949) through a mapped source: the values of RFC 8949's appendix A, and what hostile devices send.
struct CBORTests {
  private static func bench() throws -> ForeignBench {
    try ForeignBench(
      "sources: [{format: json, product: lamp, topics: [\"c/{device}\"], signals: {v: watts, t: scene, b: lit}}]")
  }

  @Test(arguments: [
    ("00", 0.0), ("1903e8", 1000), ("1b000000e8d4a51000", 1e12), ("20", -1), ("3903e7", -1000),
    ("c249000000000000010000", 65_536), ("c349000000000000010000", -65_537), ("f90000", 0), ("f93c00", 1),
    ("f97bff", 65_504), ("f90001", 5.960464477539063e-8), ("fa47c35000", 100_000), ("fbc010666666666666", -4.1),
    ("c48221196ab3", 273.15), ("c5822003", 1.5), ("c11a514b67b0", 1_363_896_240), ("d9d9f705", 5),
  ])
  func `numbers are what the RFC says`(hex: String, value: Double) throws {
    let words = try Self.bench().words("c/L1", Hexadecimal.bytes("a16176" + hex))
    #expect(words.first?.signals == ["watts=\(value)"])
  }

  @Test(arguments: [
    "a1617465 6e69676874", "bf6174 7f 626e69 63676874 ff ff", "a16174 7f 656e69676874 ff", "a17f 6174 ff 656e69676874",
  ])
  func `text may come in pieces, and so may maps`(hex: String) throws {
    #expect(try Self.bench().words("c/L1", Hexadecimal.bytes(hex)).first?.signals == ["scene=1.0"])
  }

  @Test(arguments: ["f97e00", "f97c00", "fbfff0000000000000", "fa7fc00000", "c482193fff01", "41ff", "a0", "80"])
  func `a number that is none, infinite or too big, and what is no number, is kept out and counted`(hex: String) throws
  {
    let words = try Self.bench().words("c/L1", Hexadecimal.bytes("a16176" + hex))
    #expect(words.first?.signals == [] && words.first?.report?.unknownItems == 1)
  }

  @Test(arguments: [
    // Cut off, an array of 2^63 members and one of 2^62, a text of 2^40 bytes.
    ("a16176", RejectionReason.syntax), ("a1", .syntax), ("9b7fffffffffffffff", .syntax),
    ("bb4000000000000000", .syntax),
    ("a161767b0000010000000000", .syntax),
    // Reserved lengths, a break where nothing is open, half a pair, a chunk of another kind, what follows.
    ("a161761c", .syntax), ("a161763f", .syntax), ("a16176ff", .syntax), ("bf6176ff", .syntax),
    ("a161767f4161ff", .syntax), ("a16176c1ff", .syntax), ("a161760100", .syntax), ("bf617601ff00", .syntax),
    // Keys that are no text, text that isn't UTF-8, a key twice, under one spelling or two.
    ("a1f50100", .syntax), ("a1810000", .syntax), ("a1617461ff", .syntax), ("a2617601617602", .schema),
    ("a26176017f6176ff02", .schema),
  ])
  func `what isn't well-formed is refused`(hex: String, reason: RejectionReason) throws {
    #expect(try Self.bench().rejection("c/L1", Hexadecimal.bytes(hex))?.reason == reason)
  }

  @Test func `depth and number of items are bounded`() throws {
    let bench = try Self.bench()
    let key = Hexadecimal.bytes("a16176")
    let deep = key + [UInt8](repeating: 0x81, count: 1000) + [0]
    #expect(bench.rejection("c/L1", deep)?.reason == .tooLarge)
    let deepIndefinite = key + [UInt8](repeating: 0x9f, count: 500_000)
    #expect(bench.rejection("c/L1", deepIndefinite)?.reason == .tooLarge)
    let many = key + [0x9f] + [UInt8](repeating: 0, count: 400_000) + [0xff]
    #expect(bench.rejection("c/L1", many)?.reason == .tooLarge)
    // Tags cost nothing, and end somewhere.
    let tags = key + [UInt8](repeating: 0xc1, count: 500_000) + [0x05]
    #expect(bench.words("c/L1", tags).first?.signals == ["watts=5.0"])
    let pieces = key + [0x7f] + [UInt8](repeating: 0x60, count: 500_000) + [0xff]
    #expect(bench.words("c/L1", pieces).first?.report?.unknownItems == 1)
  }

  @Test func `any bytes give a report or a reason`() throws {
    let bench = try Self.bench()
    var seed: UInt64 = 0x5eed_c0de
    for _ in 0..<20_000 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var state = seed
      let length = Int(seed >> 59) + 1
      let bytes = (0..<length).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      let message = try #require(bench.message("c/L1", [0xa1, 0x61, 0x76] + bytes))
      #expect(!message.items.isEmpty, "seed \(seed)")
    }
  }
}
