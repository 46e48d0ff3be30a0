import Vocabulary

/// How long messages waited between their arrival and the commit that holds them, since the daemon's start; each is
/// counted once, when it may be acknowledged. In the form that Prometheus calls a histogram, with fixed bounds, so that
/// those of several daemons add.
struct LatencyHistogram: Sendable, Equatable {
  /// Upper bounds in seconds: three for each doubling from 0.5 ms on, so that a quantile read between two of them is off
  /// by 26 % at most. The last, 65.5 s, is above a minute: whoever waits longer is looked for in `status`, not here.
  static let bounds: [Double] = (0...51).map { step in
    let doublings = Double(1 << (step / 3))
    return (0.0005 * doublings * [1, 1.259_921_049_894_873, 1.587_401_051_968_199][step % 3]).toSixDigits
  }

  /// Messages of each bound alone, not summed up; the last place holds what is above all bounds.
  private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
  private(set) var sumSeconds = 0.0
  private(set) var count = 0

  mutating func add(_ seconds: Double, times: Int = 1) {
    counts[Self.place(of: seconds)] += times
    sumSeconds += seconds * Double(times)
    count += times
  }

  /// A batch in the order of arrival: neighbours came in the same millisecond, so that most cost one comparison.
  mutating func add(_ batch: [Delivery], committedAt now: EventTime) {
    var start = 0
    while start < batch.count {
      let arrival = batch[start].receivedAt
      var end = start + 1
      while end < batch.count, batch[end].receivedAt == arrival { end += 1 }
      // The wall clock may have been set back meanwhile.
      add(Double(max(0, now.milliseconds - arrival.milliseconds)) / 1000, times: end - start)
      start = end
    }
  }

  /// Evenly spread between the bounds of the bucket that the quantile falls into; above all bounds, the last one. `nil`
  /// before the first message.
  func quantile(_ share: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = max(share * Double(count), 1)
    var below = 0
    for (place, number) in counts.enumerated() where number > 0 {
      if Double(below + number) >= rank {
        guard place < Self.bounds.count else { break }
        let low = place == 0 ? 0 : Self.bounds[place - 1]
        return low + (Self.bounds[place] - low) * (rank - Double(below)) / Double(number)
      }
      below += number
    }
    return Self.bounds.last
  }

  /// The first bound that isn't below the value.
  private static func place(of seconds: Double) -> Int {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
