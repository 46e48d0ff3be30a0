import CZlib
import ControlProtocol
import Glibc

/// The lines of a captured stream: a plain file, one packed with gzip, or standard input (either of both).
struct CaptureFile {
  let path: String
  private static let chunkBytes = 1 << 18
  /// A line holds one message: a megabyte of payload in base 64, and room for its envelope.
  private static let lineBytes = 4 << 20

  /// Calls `body` for each line that isn't blank, with its number from 1, and `read` with how much of the file, as it lies on
  /// the disk, was read.
  func forEachLine(
    read: (Int64) -> Void = { _ in }, _ body: (_ number: Int, _ line: [UInt8]) throws -> Void
  ) throws {
    let file = path == "-" ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb")
    guard let file else {
      throw Failure(
        .failed, "can't read \(path): \(String(cString: strerror(errno)))",
        advice: "name a capture as `mosquitto_sub -F %J` writes it, plain or .gz; - is standard input")
    }
    defer { gzclose_r(file) }
    gzbuffer(file, UInt32(Self.chunkBytes))
    var line: [UInt8] = []
    var number = 0
    var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
    func finishLine() throws {
      number += 1
      defer { line.removeAll(keepingCapacity: true) }
      if line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }) { try body(number, line) }
    }
    while true {
      let count = Int(gzread(file, &chunk, UInt32(chunk.count)))
      guard count >= 0 else {
        var code: Int32 = 0
        let reason = gzerror(file, &code).map { String(cString: $0) } ?? "unknown"
        throw Failure(.failed, "can't read \(path) after line \(number): \(reason)", advice: "is the file complete?")
      }
      if count == 0 { break }
      read(Int64(gzoffset(file)))
      try chunk.withUnsafeBufferPointer { chunk in
        var rest = UnsafeBufferPointer(rebasing: chunk[..<count])
        while let start = rest.baseAddress, let found = memchr(start, 0x0a, rest.count) {
          let length = UnsafeRawPointer(found) - UnsafeRawPointer(start)
          line.append(contentsOf: rest[..<length])
          try finishLine()
          rest = UnsafeBufferPointer(rebasing: rest[(length + 1)...])
        }
        line.append(contentsOf: rest)
      }
      guard line.count <= Self.lineBytes else {
        throw Failure(
          .failed, "\(path):\(number + 1): the line is longer than \(Self.lineBytes >> 20) MiB",
          advice: "a capture has one JSON object a line")
      }
    }
    if !line.isEmpty { try finishLine() }
  }
}
