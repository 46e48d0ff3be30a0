import Vocabulary

/// Something of hours and of days: asked at each message, where hashing would be most of the work.
struct ByLength<Value: Sendable>: Sendable {
  private var hour: Value?
  private var day: Value?

  subscript(length: BucketLength) -> Value? {
    get { length == .day ? day : hour }
    set { if length == .day { day = newValue } else { hour = newValue } }
  }

  var isEmpty: Bool { hour == nil && day == nil }

  /// The lengths that have one.
  var lengths: [BucketLength] { BucketLength.allCases.filter { self[$0] != nil } }
}
