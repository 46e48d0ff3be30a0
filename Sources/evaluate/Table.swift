import CZlib
import Foundation

/// The rows of a CSV file without quotation marks, plain or packed with gzip.
struct Table {
  let rows: [[String]]

  init(_ url: URL, columns: [String]) throws {
    let text = String(decoding: try Self.bytes(of: url.path), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.first.map(String.init) == columns.joined(separator: ",") else {
      throw EvaluationError("\(url.path): expected the columns \(columns.joined(separator: ","))")
    }
    rows = try lines.dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == columns.count else { throw EvaluationError("\(url.path): \(line)") }
      return fields
    }
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    guard let file = gzopen(path, "rb") else {
      throw EvaluationError("can't read \(path): \(String(cString: strerror(errno)))")
    }
    defer { gzclose_r(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Int(gzread(file, &chunk, UInt32(chunk.count)))
      guard count >= 0 else { throw EvaluationError("\(path) is damaged") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}
