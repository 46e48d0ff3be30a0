/// How long to wait before the next attempt: 0.2…0.4 s at first, doubling to 15…30 s. The random half keeps a fleet of
/// gateways from coming back all at once.
struct Backoff {
  static let longestSeconds = 30.0
  /// After a takeover: two daemons with one client id would otherwise throw each other out many times a second.
  static let takeoverSeconds = 5.0

  private var failures = 0

  mutating func reset() { failures = 0 }

  /// The nth failure in a row waits uniformly in [d/2, d], d = min(30, 0.4 · 2^(n-1)): the fourth 1.6…3.2 s.
  mutating func seconds(after error: BrokerError, using generator: inout some RandomNumberGenerator) -> Double {
    let bound = min(Backoff.longestSeconds, 0.4 * Double(1 << min(failures, 10)))
    failures += 1
    let seconds = bound * Double.random(in: 0.5...1, using: &generator)
    guard case .takenOver = error else { return seconds }
    return max(seconds, Backoff.takeoverSeconds * Double.random(in: 1...2, using: &generator))
  }
}
