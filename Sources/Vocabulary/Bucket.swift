/// How finely a failure mode is watched.
package enum BucketLength: String, Sendable, Codable, CaseIterable {
  case hour, day

  package var hours: Int32 { self == .hour ? 1 : 24 }
  package var milliseconds: Int64 { Int64(hours) * EventTime.hour }
}

/// A UTC day or hour: the grain in which evidence is counted.
package struct Bucket: Hashable, Sendable, Comparable {
  /// Hours since 1970 at which the bucket starts; a multiple of its length.
  package var startHour: Int32
  package var length: BucketLength

  package init(startHour: Int32, length: BucketLength) {
    self.startHour = startHour
    self.length = length
  }

  /// The bucket that holds `time`; times out of an `Int32` of hours are clamped.
  package init(holding time: EventTime, length: BucketLength) {
    let step = length.milliseconds
    var index = time.milliseconds / step
    if time.milliseconds % step < 0 { index -= 1 }
    let hours = index * Int64(length.hours)
    startHour = Int32(clamping: hours) / length.hours * length.hours
    self.length = length
  }

  package var start: EventTime { EventTime(milliseconds: Int64(startHour) * EventTime.hour) }
  package var end: EventTime { EventTime(milliseconds: Int64(startHour + length.hours) * EventTime.hour) }

  package func advanced(by count: Int32) -> Bucket {
    Bucket(startHour: startHour + count * length.hours, length: length)
  }

  package var next: Bucket { advanced(by: 1) }

  package static func < (left: Bucket, right: Bucket) -> Bool {
    (left.startHour, left.length.hours) < (right.startHour, right.length.hours)
  }
}
