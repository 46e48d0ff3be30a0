#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Seeded random numbers, drawn by `SplitMix`. A stream is named by what it is for, so
/// that a draw for one device and day never depends on how many draws were made for another: a day can be asked for
/// alone, and a fleet with a defect is otherwise the very same fleet as its twin without.
struct RandomStream {
  /// What a stream is for. A new purpose goes to the end: the numbers are part of every seed's meaning.
  enum Purpose: UInt64 {
    case customer = 1, device, batch, batchEffect, releaseEffect, install, heard, frailty, hazard, weather, delivery
    case content, outage, boot, label, silence, absence, nuisance, scenario
  }

  private var numbers: SplitMix

  /// - Parameters `first`, `second`: which of the purpose's streams, for instance device and day.
  init(seed: UInt64, _ purpose: Purpose, _ first: Int = 0, _ second: Int = 0) {
    var mixed = SplitMix.mix(seed &+ purpose.rawValue &* 0x9e37_79b9_7f4a_7c15)
    mixed = SplitMix.mix(mixed ^ UInt64(bitPattern: Int64(first)) &* 0xd1b5_4a32_d192_ed03)
    numbers = SplitMix(state: SplitMix.mix(mixed ^ UInt64(bitPattern: Int64(second)) &* 0x8cb9_2ba7_2f3d_8dd7))
  }

  init(state: UInt64) { numbers = SplitMix(state: state) }

  mutating func next() -> UInt64 { numbers.next() }

  /// Uniform in (0, 1): never 0, so that its logarithm exists.
  mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// Whole numbers from `low` to `high`, both included. The bias is below 2^-50 for the ranges used here.
  mutating func whole(_ low: Int, _ high: Int) -> Int {
    low + Int(next().multipliedFullWidth(by: UInt64(high - low + 1)).high)
  }

  mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

  mutating func exponential() -> Double { -log(uniform()) }

  /// Standard normal (Box & Muller 1958).
  mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }

  /// Mean 0, variance 1, bounded by ±3.46: the sum of four uniforms (Irwin–Hall) out of one draw, for measured values
  /// where tails don't matter and speed does.
  mutating func roughNormal() -> Double {
    let bits = next()
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)
    return (Double(sum) / 65535 - 2) * 1.732_050_807_568_877_2
  }

  /// Gamma with mean 1 and variance 1/shape (Marsaglia & Tsang 2000), shape ≥ 1.
  mutating func gammaOfMeanOne(shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      guard v > 0 else { continue }
      if log(uniform()) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v / shape }
    }
  }

  /// Log-normal of median 1.
  mutating func logNormal(sigma: Double) -> Double { exp(sigma * normal()) }

  /// An index drawn with the given weights (not all 0).
  mutating func index(weights: [Double]) -> Int {
    var left = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.count - 1
  }
}
