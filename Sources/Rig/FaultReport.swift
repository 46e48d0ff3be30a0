import Foundation
import Synchronization

/// What a test of a fault measured, for the table of `make faults`: a line of JSON each, in the file that
/// `FOREWARN_FAULT_REPORT` names. Without that variable nothing is written.
package enum FaultReport {
  private static let oneAtATime = Mutex(())

  /// - Parameter fault: its name in `Tests/Faults/faults.txt`.
  package static func measured(_ figures: String, of fault: String) throws {
    guard let path = ProcessInfo.processInfo.environment["FOREWARN_FAULT_REPORT"] else { return }
    let line = try JSONEncoder().encode(["fault": fault, "measured": figures]) + Data("\n".utf8)
    try oneAtATime.withLock { _ in
      if !FileManager.default.fileExists(atPath: path) {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
      }
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      defer { file.closeFile() }
      try file.seekToEnd()
      try file.write(contentsOf: line)
    }
  }
}
