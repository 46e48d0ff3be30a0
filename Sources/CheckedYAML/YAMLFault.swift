/// One thing that is wrong with a YAML file, at its own place.
package struct YAMLFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's name as the caller gave it.
  package var file: String
  /// From 1; columns count Unicode scalars. 0 where the file as a whole is meant (it can't be read, say).
  package var line: Int
  package var column: Int
  /// The dotted path, lists from 0: `modes[2].onset.count`. Empty for the document itself.
  package var key: String
  /// What was expected and what was found, for the person who wrote the file.
  package var message: String

  package init(file: String, line: Int = 0, column: Int = 0, key: String = "", message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
  }

  /// `file:line:column: key: message`, without the parts that aren't there.
  package var description: String {
    (line > 0 ? "\(file):\(line):\(column): " : "\(file): ") + (key.isEmpty ? "" : "\(key): ") + message
  }
}

/// Everything that is wrong, at once, sorted by file and place.
package struct YAMLFaults: Error, Hashable, Sendable, CustomStringConvertible {
  package let faults: [YAMLFault]

  package init(_ faults: [YAMLFault]) {
    self.faults = faults.sorted { left, right in
      guard left.file == right.file else { return left.file.utf8.lexicographicallyPrecedes(right.file.utf8) }
      guard (left.line, left.column) == (right.line, right.column) else {
        return (left.line, left.column) < (right.line, right.column)
      }
      return (left.key, left.message) < (right.key, right.message)
    }
  }

  /// One fault a line.
  package var description: String { faults.map(\.description).joined(separator: "\n") }
}
