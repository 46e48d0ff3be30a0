import ControlProtocol
import Vocabulary

/// Whether the store will do tomorrow what it does today.
enum HouseChecks {
  static let all = [integrity, forecast]

  /// Long enough to order a disk, or to find out what grows.
  private static let fewDays = 30.0

  static let integrity = Check("store-integrity") { patient in
    guard let check = patient.house?.integrity else { return .sound("not checked yet: forewarn store check") }
    guard let first = check.faults.first else {
      return .sound("whole on \(check.checkedAt), read in \(check.seconds) s")
    }
    return .fault(
      "faults found on \(check.checkedAt): \(first)",
      fix:
        "keep a copy of the state directory, then restore the last backup: systemctl stop forewarnd, forewarn restore "
        + "FILE; and look at the medium: dmesg, smartctl")
  }

  static let forecast = Check("disk-forecast") { patient in
    guard let growth = patient.house?.growthBytesPerDay else { return .sound("not known in the first three days") }
    let pace = "the database grows by \(Int64(growth) >> 10) kB a day"
    guard let days = patient.house?.daysLeft else { return .sound(growth < 1 ? "the database doesn't grow" : pace) }
    let text = "\(pace); room for \(Int64(min(days, 36_500))) days"
    guard days < fewDays else { return .sound(text) }
    return .fault(
      text,
      fix:
        "make room, raise store.database_mb, or keep less: store.prediction_days, store.quarantine_mb, contact_days and "
        + "record_days of a policy; see forewarn store show")
  }
}
