import Foundation
import Rig

/// A process's memory as the kernel counts it.
enum ProcessMemory {
  static func residentBytes(of process: Int32) throws -> Int { try figure("VmRSS", of: process) }
  /// The most it ever was.
  static func peakBytes(of process: Int32) throws -> Int { try figure("VmHWM", of: process) }

  private static func figure(_ name: String, of process: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
      let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) })
    else { throw RigError("/proc/\(process)/status has no \(name)") }
    return kilobytes << 10
  }
}
