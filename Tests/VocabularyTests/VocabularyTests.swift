import Testing
import Vocabulary

@Suite struct EventTimeTests {
  @Test(arguments: [
    ("2025-11-23T07:00:00Z", 1_763_881_200_000), ("2025-11-23T08:00:00.25+01:00", 1_763_881_200_250),
    ("2025-11-23 07:00:00z", 1_763_881_200_000), ("2026-11-23T07:52:59.399000Z+0000", 1_795_420_379_399),
    ("1970-01-01", 0), ("2000-02-29T00:00:00Z", 951_782_400_000), ("1969-12-31T23:59:59Z", -1000),
  ])
  func `RFC 3339 times are read to the millisecond`(_ text: String, _ milliseconds: Int64) {
    #expect(EventTime(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2025-02-29", "2025-13-01T00:00:00Z", "2025-01-01T24:00:00Z", "2025-01-01T00:00:00", "2025-01-01T00:00:00Z ",
    "2025-1-1", "20250101", "2025-01-01T00:00:00.Z", "２０２５-01-01",
  ])
  func `what is no time is refused`(_ text: String) {
    #expect(EventTime(text) == nil)
  }

  @Test func `a time is written as it was read`() {
    var milliseconds: Int64 = -62_135_596_800_000 + 86_400_000
    while milliseconds < 253_402_300_799_000 {
      let time = EventTime(milliseconds: milliseconds)
      #expect(EventTime(time.description) == time)
      milliseconds += 86_400_000 * 3653 + 12_345_678
    }
  }
}

@Suite struct BucketTests {
  @Test func `a bucket holds its start and not its end`() {
    for length in BucketLength.allCases {
      for milliseconds: Int64 in [0, -1, 1_763_881_200_001, 1_763_856_000_000] {
        let time = EventTime(milliseconds: milliseconds)
        let bucket = Bucket(holding: time, length: length)
        #expect(bucket.start <= time && time < bucket.end)
        #expect(Bucket(holding: bucket.end, length: length) == bucket.next)
      }
    }
  }
}

@Suite struct FirmwareVersionTests {
  @Test func `versions are ordered by their numbers`() {
    let ordered = ["beta", "3.9", "3.10.0-rc1", "3.10.0", "3.10.0+b2", "4.0.1", "10.0"].map(FirmwareVersion.init)
    for (index, version) in ordered.enumerated() {
      for later in ordered[(index + 1)...] {
        #expect(version < later)
        #expect(!(later < version))
      }
    }
    #expect(FirmwareVersion("4.1") == FirmwareVersion("4.1.0"))
  }

  @Test func `a range holds what lies between its bounds`() {
    let range = FirmwareRange(bounds: [.init(.atLeast, FirmwareVersion("3.0.0")), .init(.below, FirmwareVersion("5"))])
    #expect(range.contains(FirmwareVersion("3.0")) && range.contains(FirmwareVersion("4.99.1")))
    #expect(!range.contains(FirmwareVersion("5.0.0")) && !range.contains(FirmwareVersion("nightly")))
    #expect(FirmwareRange().contains(FirmwareVersion("nightly")))
  }
}

@Suite struct SymbolTests {
  @Test func `symbols are ordered by their bytes, whoever came first`() {
    let late = Symbol("zz-order"), early = Symbol("aa-order")
    #expect(early < late && !(late < early) && !(early < early))
    #expect(Symbol("aa-order") == early && early.text == "aa-order")
  }
}

@Suite struct CaseIDTests {
  @Test func `an id depends on each part and on nothing else`() {
    let device = DeviceIdentity(product: "p", device: "d")
    let id = CaseID.ticket(device, mode: "m", episode: 1)
    #expect(id == CaseID.ticket(device, mode: "m", episode: 1))
    #expect(id.utf8.count == 12 && id.hasPrefix("T-"))
    let others = [
      CaseID.ticket(device, mode: "m", episode: 2), CaseID.ticket(device, mode: "m1", episode: 1),
      CaseID.ticket(DeviceIdentity(product: "pd", device: ""), mode: "m", episode: 1),
    ]
    #expect(Set(others + [id]).count == 4)
  }

  @Test func `a hundred thousand ids are all different`() {
    let ids = Set(
      (0..<100_000).map { CaseID.ticket(DeviceIdentity(product: "p", device: "d\($0)"), mode: "m", episode: 1) })
    #expect(ids.count == 100_000)
  }
}

@Suite struct SixDigitsTests {
  @Test(
    arguments: [
      (0.0, 0.0), (1.0 / 3, 0.333333), (-1234567.8, -1_234_570.0), (9.9999996, 10.0), (1.23456789e-9, 1.23457e-9),
      (41230.0, 41230.0), (4.2250412e-27, 1e-12),
    ] as [(Double, Double)])
  func `numbers keep six significant digits`(_ number: Double, _ rounded: Double) {
    #expect(number.toSixDigits == rounded)
  }
}
