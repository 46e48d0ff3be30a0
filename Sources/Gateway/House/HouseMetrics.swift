import ControlProtocol
import Vocabulary

/// What Prometheus is told of the store's room and health.
enum HouseMetrics {
  static func text(_ report: StoreReport) -> String {
    let figures: [(name: String, help: String, value: Double?)] = [
      ("forewarn_log_bytes", "Size of the write-ahead log.", Double(report.logBytes)),
      ("forewarn_database_spare_bytes", "Free pages inside the database.", report.spareBytes.map(Double.init)),
      ("forewarn_room_bytes", "Room that the database may still take.", report.roomBytes.map(Double.init)),
      ("forewarn_room_days", "Days until that is used up, at the present growth.", report.daysLeft),
      (
        "forewarn_integrity_faults", "Faults that the last integrity check of the database found.",
        report.integrity.map { Double($0.faults.count) }
      ),
      (
        "forewarn_integrity_checked_timestamp_seconds", "When the database was last checked.",
        report.integrity.flatMap { EventTime($0.checkedAt) }.map { Double($0.milliseconds) / 1000 }
      ),
    ]
    return figures.compactMap { figure in
      figure.value.map { "# HELP \(figure.name) \(figure.help)\n# TYPE \(figure.name) gauge\n\(figure.name) \($0)\n" }
    }.joined()
  }
}
