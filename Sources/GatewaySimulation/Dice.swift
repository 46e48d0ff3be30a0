import FleetSimulation

/// Seeded randomness: a run is its seed.
struct Dice: RandomNumberGenerator {
  private var numbers: SplitMix

  init(seed: UInt64) { numbers = SplitMix(state: seed) }

  mutating func next() -> UInt64 { numbers.next() }

  /// Once in so many.
  mutating func happens(_ chance: Double) -> Bool { Double(next() >> 11) / Double(1 << 53) < chance }

  mutating func whole(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[whole(0...values.count - 1)] }
}
