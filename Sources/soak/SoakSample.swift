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
    do {
      residentBytes = try ProcessUsage.of(process).residentBytes
      descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    } catch {
      // A fault ends it at any moment; anything else is a mistake of the soak's.
      guard daemon.exitStatus != nil || kill(process, 0) != 0 else { throw error }
    }
    // Who stands still on purpose, or begins, doesn't answer.
    do {
      applied = try await daemon.status()?.messages.applied ?? 0
    } catch {
      print(String(format: "%6.0f s: no answer: %@", seconds, "\(error)"))
    }
  }

  private static func size(_ path: String) -> Int {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
  }
}
