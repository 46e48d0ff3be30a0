import Foundation

/// What the kernel tells of a running process.
package struct ProcessUsage: Sendable {
  package var cpuSeconds: Double
  package var residentBytes: Int
  /// The most it ever was.
  package var peakBytes: Int

  package static func of(_ processID: Int32) throws -> ProcessUsage {
    let folder = "/proc/\(processID)"
    guard let stat = text("\(folder)/stat"), let status = text("\(folder)/status"), let name = stat.lastIndex(of: ")")
    else { throw RigError("process \(processID) is gone") }
    // Behind the name, which may hold blanks: state, ppid, … with utime and stime as the 12th and 13th.
    let words = stat[stat.index(after: name)...].split(separator: " ")
    guard words.count > 13, let user = Double(words[11]), let system = Double(words[12]) else {
      throw RigError("not understood: \(folder)/stat")
    }
    func kibibytes(_ key: String) -> Int {
      status.split(separator: "\n").first { $0.hasPrefix(key) }
        .flatMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } } ?? 0
    }
    return ProcessUsage(
      cpuSeconds: (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))),
      residentBytes: kibibytes("VmRSS:") << 10, peakBytes: kibibytes("VmHWM:") << 10)
  }

  /// User and system time of all children that have ended.
  package static func endedChildren() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}
