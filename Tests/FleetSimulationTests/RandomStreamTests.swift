import Testing

@testable import FleetSimulation

@Suite struct RandomStreamTests {
  @Test func `the generator is splitmix64`() {
    var stream = RandomStream(state: 0)
    // The first numbers of the reference implementation (Vigna, splitmix64.c) for seed 0.
    #expect(stream.next() == 0xe220_a839_7b1d_cdaf)
    #expect(stream.next() == 0x6e78_9e6a_a1b9_65f4)
    #expect(stream.next() == 0x06c4_5d18_8009_454f)
  }

  @Test func `streams of neighbouring devices, days and purposes have nothing in common`() {
    var seen = Set<UInt64>()
    for purpose in [RandomStream.Purpose.content, .delivery] {
      for device in 0..<100 {
        for day in 0..<100 {
          var stream = RandomStream(seed: 7, purpose, device, day)
          seen.insert(stream.next())
        }
      }
    }
    #expect(seen.count == 20_000)
  }

  @Test func `frailty has mean 1 and variance 1 over its shape`() {
    var stream = RandomStream(seed: 1, .frailty)
    let draws = (0..<20_000).map { _ in stream.gammaOfMeanOne(shape: 3) }
    let mean = draws.reduce(0, +) / 20_000
    let variance = draws.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
    // Standard errors: 0.0041 of the mean, about 0.0067 of the variance.
    #expect(abs(mean - 1) < 0.02)
    #expect(abs(variance - 1.0 / 3) < 0.035)
  }

  @Test func `whole numbers reach both ends of their range and no further`() {
    var stream = RandomStream(seed: 3, .content)
    let draws = (0..<1000).map { _ in stream.whole(3, 5) }
    #expect(Set(draws) == [3, 4, 5])
  }

  @Test func `measured values scatter with variance 1 and without tails`() {
    var stream = RandomStream(seed: 5, .content)
    let draws = (0..<20_000).map { _ in stream.roughNormal() }
    let variance = draws.map { $0 * $0 }.reduce(0, +) / 20_000
    #expect(abs(variance - 1) < 0.04)
    #expect(draws.allSatisfy { abs($0) <= 3.4642 })
  }
}
