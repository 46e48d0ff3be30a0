import Glibc

/// What kept the rig from doing its part, in words that name the process and what it said last.
package struct RigError: Error, CustomStringConvertible {
  package var description: String

  package init(_ description: String) { self.description = description }

  /// The words that C keeps for an error number.
  package static func system(_ number: Int32, _ doing: String) -> RigError {
    RigError("\(doing): \(String(cString: strerror(number)))")
  }
}
