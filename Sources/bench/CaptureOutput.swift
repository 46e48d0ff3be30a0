import FleetSimulation
import Foundation
import Rig

/// Captures of the load, in files or down a pipe.
enum CaptureOutput {
  /// To standard output; a reader that goes away ends it.
  static func write(_ fleet: BenchmarkFleet, slots: Range<Int>) -> Int32 {
    do {
      try fleet.writeCapture(slots: slots) { try write($0, to: STDOUT_FILENO) }
      return 0
    } catch {
      Narration.complain("\(error)")
      return 2
    }
  }

  static func write(_ fleet: BenchmarkFleet, slots: Range<Int>, withStates: Bool = true, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw RigError.system(errno, "cannot write \(path)") }
    defer { close(descriptor) }
    try fleet.writeCapture(slots: slots, withStates: withStates) { try write($0, to: descriptor) }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw RigError.system(errno, "the capture can't be written") }
      sent += count
    }
  }
}
