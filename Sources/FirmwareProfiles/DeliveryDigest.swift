package import Vocabulary

extension Delivery {
  /// Of topic and payload: the same for the same message, however often and whenever it comes.
  package var digest: UInt64 {
    var digest = Digest.of(topic.utf8)
    digest.combine(UInt64(topic.utf8.count))
    digest.combine(payload)
    return digest.value
  }
}
