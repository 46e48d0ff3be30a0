/// Messages that carry no number of their own and must count once all the same: contacts and remote checks, by the digest
/// of topic and payload. As many are remembered as the case store keeps of them, the newest; so a redelivery, or a capture
/// that is replayed, is known as long as the message itself is.
struct MessageIdentities: Sendable {
  /// 100 000 of either kind; 8 bytes and a place in a set for each: 6 MB.
  static let most = 200_000

  private var known: Set<UInt64> = []
  private var ring: [UInt64] = []
  private var oldest = 0

  func contains(_ digest: UInt64) -> Bool { known.contains(digest) }

  mutating func remember(_ digest: UInt64) {
    guard known.insert(digest).inserted else { return }
    if ring.count < Self.most {
      ring.append(digest)
    } else {
      known.remove(ring[oldest])
      ring[oldest] = digest
      oldest = (oldest + 1) % Self.most
    }
  }
}
