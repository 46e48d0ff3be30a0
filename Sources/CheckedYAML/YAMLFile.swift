import Glibc

/// A YAML file's bytes, and the reading of its content by a schema.
///
///     let port = try YAMLFile(name: "a.yaml", bytes: bytes).read { keys in
///       keys.required("port")?.integer(in: 1...65_535)
///     }
///
/// Faults are collected, never thrown one by one: the closure reads on after a fault (readers answer `nil`), and all of
/// them are thrown together.
package struct YAMLFile: Sendable {
  /// A profile or configuration of people's making is a few kilobytes.
  package static let maximumBytes = 1 << 20

  package let name: String
  package let bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Reads a file from disk; one that can't be read, is no regular file or is too big is a fault without a line.
  package init(path: String) throws(YAMLFaults) {
    func fault(_ message: String) -> YAMLFaults { YAMLFaults([YAMLFault(file: path, message: message)]) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw fault("can't be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw fault("can't be read: \(String(cString: strerror(errno)))") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw fault("is no regular file") }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= Self.maximumBytes {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw fault("can't be read: \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    self.init(name: path, bytes: bytes)
  }

  /// Reads the document, whose root must be a mapping. `schema` may only answer `nil` after a fault.
  package func read<Result>(_ schema: (YAMLMapping) -> Result?) throws(YAMLFaults) -> Result {
    let faults = FaultCollector(file: name)
    var result: Result?
    if let document = YAMLDocument(self, faults) {
      result = document.root.mapping(schema)
    }
    guard faults.isEmpty, let result else {
      precondition(!faults.isEmpty, "a schema must name the fault for which it gives no result")
      throw faults.all
    }
    return result
  }
}

/// Where the faults of one file gather while it is read.
final class FaultCollector {
  let file: String
  private var faults: Set<YAMLFault> = []

  init(file: String) { self.file = file }

  var isEmpty: Bool { faults.isEmpty }
  var all: YAMLFaults { YAMLFaults(Array(faults)) }

  func add(_ position: YAMLPosition, key: String, _ message: String) {
    faults.insert(
      YAMLFault(file: file, line: position.line, column: position.column, key: key, message: message))
  }
}

/// A place in a file, from 1; columns count Unicode scalars.
package struct YAMLPosition: Hashable, Sendable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
