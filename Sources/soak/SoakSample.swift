import Foundation
import Rig

/// What the daemon takes of the machine at a moment.
struct SoakSample {
  var seconds: Double
  /// Zero while it doesn't run.
  var residentBytes = 0
  var descriptors = 0
  var databaseBytes = 0
  var logBytes = 0
  var sent = 0
  var applied = 0
  var fault = ""

  init(at seconds: Double, of daemon: DaemonProcess, sent: Int, fault: String) async throws {
    self.seconds = seconds
    self.sent = sent
    self.fault = fault
    databaseBytes = Self.size("\(daemon.stateDirectory)/cases.db")
    logBytes = Self.size("\(daemon.stateDirectory)/cases.db-wal")
    guard let process = daemon.processID, daemon.exitStatus == nil else { return }
    descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count) ?? 0
    if let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
    {
      residentBytes = (Int(line.filter(\.isNumber)) ?? 0) << 10
    }
  }

  private static func size(_ path: String) -> Int {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
  }
}
