import Testing

@testable import FleetSimulation

@Suite struct SimulatedDeviceTests {
  @Test func `a set of days counts what a plain set counts`() {
    var stream = RandomStream(seed: 11, .content)
    var days = DaySet(days: 200)
    var plain = Set<Int>()
    for _ in 0..<80 {
      let day = stream.whole(0, 199)
      days.insert(day)
      plain.insert(day)
    }
    for _ in 0..<500 {
      let first = stream.whole(-20, 199)
      let last = stream.whole(0, 199)
      #expect(days.count(from: first, through: last) == plain.count { $0 >= first && $0 <= last })
    }
    #expect((-5..<260).allSatisfy { days.contains($0) == plain.contains($0) })
  }

  @Test func `numbers are written as JSON reads them`() {
    func written(_ write: (inout [UInt8]) -> Void) -> String {
      var bytes: [UInt8] = []
      write(&bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(written { $0.write(0) } == "0")
    #expect(written { $0.write(-120) } == "-120")
    #expect(written { $0.write(Int.max) } == "9223372036854775807")
    #expect(written { $0.write(tenths: -715) } == "-71.5")
    #expect(written { $0.write(tenths: -5) } == "-0.5")
    #expect(written { $0.write(tenths: 440) } == "44")
    #expect(written { $0.write(7, width: 3) } == "007")
  }
}
