/// What became of a device table that was handed in: all of it is taken, or with a fault in any line nothing.
package struct ImportReport: Hashable, Sendable, Codable {
  package var lines: Int
  package var applied: Int
  /// Lines that said nothing new.
  package var duplicate: Int
  package var faults: [Fault]

  package init(lines: Int, applied: Int, duplicate: Int, faults: [Fault]) {
    self.lines = lines
    self.applied = applied
    self.duplicate = duplicate
    self.faults = faults
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
}
