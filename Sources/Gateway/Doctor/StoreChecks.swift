import CaseStore
import ControlProtocol

/// Room on the disk, and whether it takes commits.
enum StoreChecks {
  static let all = [commits, freeSpace, log]

  /// Below this a day's journal and a snapshot beside it may not fit.
  private static let leastFreeBytes: Int64 = 256 << 20
  /// The log is cut after each checkpoint; it only grows so far when someone reads for long, or nothing is checkpointed.
  private static let largestLogBytes: Int64 = 512 << 20

  static let commits = Check("store-commits") { patient in
    guard let trouble = patient.storeTrouble else { return .sound("the store takes commits") }
    return .fault("the store takes no commits, so that nothing is acknowledged", fix: trouble)
  }

  static let freeSpace = Check("disk-space") { patient in
    guard let free = patient.store.freeBytes else { return .sound("the file system doesn't tell how much is free") }
    let text = "\(free >> 20) MB free beside a database of \(patient.status.database.bytes >> 20) MB"
    guard free < max(leastFreeBytes, Int64(patient.status.database.bytes) / 4) else { return .sound(text) }
    return .fault(text, fix: "free some: df -h \(patient.status.database.path); a full disk stops the intake")
  }

  static let log = Check("write-ahead-log") { patient in
    let text = "\(patient.store.logBytes >> 20) MB"
    guard patient.store.logBytes > largestLogBytes else { return .sound(text) }
    return .fault(
      text, fix: "end programs that read the database for long: fuser -v \(patient.status.database.path)")
  }
}
