import Foundation

/// A private temporary folder that goes away with its owner.
///
/// Its path is kept short: a Unix socket in it must fit into the 107 bytes of `sun_path`.
package final class ScratchFolder: Sendable {
  package let path: String

  package init() throws {
    let wanted = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    let parent = wanted.utf8.count <= 60 && wanted.hasPrefix("/") ? wanted : "/tmp"
    var template = Array("\(parent)/fw-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw RigError.system(errno, "no temporary folder in \(parent)") }
    path = template.withUnsafeBufferPointer { bytes in
      String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// The path of `name` inside the folder.
  package func path(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    let file = path(name)
    do {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      throw RigError("cannot write \(file): \(error)")
    }
    return file
  }

  @discardableResult
  package func makeFolder(_ name: String) throws -> String {
    let folder = path(name)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw RigError("cannot make \(folder): \(error)")
    }
    return folder
  }

  package func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  package func remove() {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch CocoaError.fileNoSuchFile {
      return
    } catch {
      FileHandle.standardError.write(Data("left behind: \(path) (\(error))\n".utf8))
    }
  }

  deinit { remove() }
}
