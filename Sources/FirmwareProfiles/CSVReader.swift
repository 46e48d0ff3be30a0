/// Reads comma-separated values (RFC 4180): fields in quotes may hold commas, line breaks and doubled quotes; lines end
/// in LF or CRLF; a byte order mark is passed over, and so are empty lines.
struct CSVReader {
  struct Record {
    /// Where it begins, from 1.
    var line: Int
    var fields: [String]
    /// Why it can't be read.
    var fault: String?
  }

  private let bytes: [UInt8]
  private var index = 0
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
  }

  /// `nil` at the end. After a faulty record reading goes on in the next line.
  mutating func next() -> Record? {
    while let byte = peek(), byte == .lineFeed || (byte == .carriageReturn && peek(1) == .lineFeed) { skipLineEnd() }
    guard index < bytes.count else { return nil }
    var record = Record(line: line, fields: [])
    while true {
      let field = peek() == .quote ? quotedField() : plainField()
      switch field {
      case .success(let bytes):
        guard let text = String(validating: bytes, as: UTF8.self) else {
          return faulty(record, "isn't UTF-8")
        }
        record.fields.append(text)
      case .failure(let fault): return faulty(record, fault.message)
      }
      if peek() == .comma {
        index += 1
      } else {
        skipLineEnd()
        return record
      }
    }
  }

  private struct Fault: Error {
    var message: String
  }

  private mutating func plainField() -> Result<[UInt8], Fault> {
    let start = index
    while let byte = peek(), byte != .comma, byte != .lineFeed {
      if byte == .carriageReturn, peek(1) == .lineFeed || index + 1 == bytes.count { break }
      if byte == .quote {
        return .failure(Fault(message: "holds a quote inside a field: put the whole field in quotes and double it"))
      }
      index += 1
    }
    return .success(Array(bytes[start..<index]))
  }

  private mutating func quotedField() -> Result<[UInt8], Fault> {
    index += 1
    var field: [UInt8] = []
    while let byte = peek() {
      index += 1
      if byte == .quote {
        guard peek() == .quote else {
          if let after = peek(), after != .comma, after != .lineFeed, after != .carriageReturn {
            return .failure(Fault(message: "has text after a closing quote"))
          }
          return .success(field)
        }
        index += 1
      } else if byte == .lineFeed {
        line += 1
      }
      field.append(byte)
    }
    return .failure(Fault(message: "has a quote that is never closed"))
  }

  private mutating func faulty(_ record: Record, _ message: String) -> Record {
    while let byte = peek(), byte != .lineFeed { index += 1 }
    skipLineEnd()
    var record = record
    record.fault = message
    return record
  }

  private mutating func skipLineEnd() {
    if peek() == .carriageReturn { index += 1 }
    if peek() == .lineFeed {
      index += 1
      line += 1
    }
  }

  private func peek(_ offset: Int = 0) -> UInt8? {
    index + offset < bytes.count ? bytes[index + offset] : nil
  }
}

extension UInt8 {
  fileprivate static let comma = UInt8(ascii: ",")
  fileprivate static let quote = UInt8(ascii: "\"")
  fileprivate static let lineFeed = UInt8(ascii: "\n")
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
}
