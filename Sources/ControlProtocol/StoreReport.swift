/// What `GET /v1/store` answers: the room that the database takes and has, how fast it grows, and whether it is whole.
package struct StoreReport: Hashable, Sendable, Codable {
  package var schema = Schema.name("store", "show")
  package var path: String
  @Known package var bytes: Int64?
  /// Of `bytes`, free inside the file.
  @Known package var spareBytes: Int64?
  package var logBytes: Int64
  /// On the disk, or below `store.database_mb`.
  @Known package var roomBytes: Int64?
  /// `nil` in the first three days.
  @Known package var growthBytesPerDay: Double?
  /// Until the room is used up, at the present growth.
  @Known package var daysLeft: Double?
  /// The last check; `nil`: none yet.
  @Known package var integrity: Integrity?

  package struct Integrity: Hashable, Sendable, Codable {
    package var checkedAt: String
    package var seconds: Double
    /// The first few; empty: it is whole.
    package var faults: [String]

    package init(checkedAt: String, seconds: Double, faults: [String]) {
      self.checkedAt = checkedAt
      self.seconds = seconds
      self.faults = faults
    }

    private enum CodingKeys: String, CodingKey {
      case checkedAt = "checked_at"
      case seconds, faults
    }
  }

  package init(
    path: String, bytes: Int64?, spareBytes: Int64?, logBytes: Int64, roomBytes: Int64?, growthBytesPerDay: Double?,
    daysLeft: Double?, integrity: Integrity?
  ) {
    self.path = path
    self.bytes = bytes
    self.spareBytes = spareBytes
    self.logBytes = logBytes
    self.roomBytes = roomBytes
    self.growthBytesPerDay = growthBytesPerDay
    self.daysLeft = daysLeft
    self.integrity = integrity
  }

  private enum CodingKeys: String, CodingKey {
    case schema, path, bytes
    case spareBytes = "spare_bytes"
    case logBytes = "log_bytes"
    case roomBytes = "room_bytes"
    case growthBytesPerDay = "growth_bytes_per_day"
    case daysLeft = "days_left"
    case integrity
  }
}
