/// What of the refused messages quarantine still keeps under a flood: a bucket of rows and bytes for each kind of sender,
/// refilled by receive time. Beyond it a message is counted, but its bytes aren't written: in a bounded quarantine they would
/// be pushed out within a second anyway, after having held up everyone's commits.
struct QuarantineBudget: Sendable {
  enum Kind: Int, CaseIterable, Sendable {
    /// Over its share.
    case rate
    /// From a device that is named in the topic.
    case device
    /// From no one that could be named: a made-up topic, an unknown product.
    case stranger
  }

  private struct Bucket: Sendable {
    var rows: Double
    var bytes: Double
  }

  private var buckets: [Bucket]

  init() { buckets = Kind.allCases.map(Self.full) }

  private static func full(_ kind: Kind) -> Bucket {
    let share = kind == .rate ? AdmissionLimits.quarantineShareOfRate : 1
    return Bucket(rows: AdmissionLimits.quarantineRows * share, bytes: AdmissionLimits.quarantineBytes * share)
  }

  mutating func refill(milliseconds: Int64) {
    guard milliseconds > 0 else { return }
    let part = Double(milliseconds) / (AdmissionLimits.quarantineTurnoverSeconds * 1000)
    for kind in Kind.allCases {
      let full = Self.full(kind)
      buckets[kind.rawValue].rows = min(full.rows, buckets[kind.rawValue].rows + full.rows * part)
      buckets[kind.rawValue].bytes = min(full.bytes, buckets[kind.rawValue].bytes + full.bytes * part)
    }
  }

  /// Whether a message of so many bytes is to be written.
  mutating func mayKeep(_ kind: Kind, bytes: Int) -> Bool {
    let bucket = buckets[kind.rawValue]
    guard bucket.rows >= 1, bucket.bytes >= Double(bytes) else { return false }
    buckets[kind.rawValue] = Bucket(rows: bucket.rows - 1, bytes: bucket.bytes - Double(bytes))
    return true
  }
}
