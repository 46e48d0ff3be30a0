import CaseStore
import CheckedYAML

/// The bounds of the case store, `store` of the configuration.
extension ConfigurationReader {
  func takeStore(_ keys: YAMLMapping, into result: inout Configuration) {
    func take(_ key: String, _ range: ClosedRange<Int>, _ set: (Int) -> Void) {
      if let value = keys.optional(key)?.integer(in: range) { set(value) }
    }
    var limits = StoreLimits()
    take("quarantine_messages", 100...1_000_000) { limits.quarantineRows = $0 }
    take("quarantine_mb", 1...4096) { limits.quarantineBytes = $0 << 20 }
    take("outbox_delivered", 0...1_000_000) { limits.deliveredMessages = $0 }
    take("outbox_dead", 100...1_000_000) { limits.deadLetters = $0 }
    take("contacts", 0...10_000_000) { limits.contacts = $0 }
    take("prediction_days", 1...4000) { limits.predictionDays = $0 }
    take("log_mb", 4...4096) { limits.logBytes = Int64($0) << 20 }
    take("spare_mb", 0...65_536) { limits.spareBytes = Int64($0) << 20 }
    take("database_mb", 16...16_777_216) { limits.databaseBytes = Int64($0) << 20 }
    take("integrity_check_days", 0...365) { result.integrityCheckDays = $0 }
    result.storeLimits = limits
  }
}
