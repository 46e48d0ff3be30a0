/// What became of a table of facts that was handed in: all of it is taken, or with a fault in any line nothing.
package struct ImportReport: Hashable, Sendable, Codable {
  package var lines: Int
  package var applied: Int
  /// Lines that said nothing new.
  package var duplicate: Int
  /// The first thousand of them.
  package var faults: [Fault]
  /// All of them.
  package var faultCount: Int
  /// Lines that have any.
  package var faultyLines: Int
  /// Only tried: nothing was changed.
  package var dryRun: Bool

  package init(
    lines: Int, applied: Int, duplicate: Int, faults: [Fault], faultCount: Int? = nil, faultyLines: Int = 0,
    dryRun: Bool = false
  ) {
    self.lines = lines
    self.applied = applied
    self.duplicate = duplicate
    self.faults = faults
    self.faultCount = faultCount ?? faults.count
    self.faultyLines = faultyLines
    self.dryRun = dryRun
  }

  package struct Fault: Hashable, Sendable, Codable {
    /// Counted from 1, the header included; 0 where a fault has no line of its own.
    package var line: Int
    package var message: String
    package init(line: Int, message: String) {
      self.line = line
      self.message = message
    }
  }

  private enum CodingKeys: String, CodingKey {
    case lines, applied, duplicate, faults
    case faultCount = "fault_count"
    case faultyLines = "faulty_lines"
    case dryRun = "dry_run"
  }

  /// What a daemon of an earlier version doesn't say can be told from the rest.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let faults = try container.decode([Fault].self, forKey: .faults)
    self.init(
      lines: try container.decode(Int.self, forKey: .lines), applied: try container.decode(Int.self, forKey: .applied),
      duplicate: try container.decode(Int.self, forKey: .duplicate), faults: faults,
      faultCount: try container.decodeIfPresent(Int.self, forKey: .faultCount),
      faultyLines: try container.decodeIfPresent(Int.self, forKey: .faultyLines) ?? Set(faults.map(\.line)).count,
      dryRun: try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false)
  }
}
