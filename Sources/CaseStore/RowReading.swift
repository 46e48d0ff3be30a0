import Foundation
import GRDB
import Vocabulary

/// Reading columns without trusting the file: GRDB's own subscripts end the program on a value that doesn't fit.
extension Row {
  func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
    guard let value: Value = try optional(column) else { throw misfit(column) }
    return value
  }

  func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    guard let stored = self[column] as DatabaseValue? else { throw misfit(column) }
    guard !stored.isNull else { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw misfit(column) }
    return value
  }

  func symbol(_ column: String) throws -> Symbol { Symbol(try value(column) as String) }

  func optionalSymbol(_ column: String) throws -> Symbol? { (try optional(column) as String?).map { Symbol($0) } }

  func time(_ column: String) throws -> EventTime { EventTime(milliseconds: try value(column)) }

  func optionalTime(_ column: String) throws -> EventTime? {
    (try optional(column) as Int64?).map(EventTime.init(milliseconds:))
  }

  func bytes(_ column: String) throws -> [UInt8] { [UInt8](try value(column) as Data) }

  func word<Word: RawRepresentable<String>>(_ column: String) throws -> Word {
    guard let word = Word(rawValue: try value(column)) else { throw misfit(column) }
    return word
  }

  func optionalWord<Word: RawRepresentable<String>>(_ column: String) throws -> Word? {
    guard let text: String = try optional(column) else { return nil }
    guard let word = Word(rawValue: text) else { throw misfit(column) }
    return word
  }

  func json<Value: Decodable>(_ column: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data((try value(column) as String).utf8))
  }

  func optionalJSON<Value: Decodable>(_ column: String) throws -> Value? {
    guard let text: String = try optional(column) else { return nil }
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  func identity() throws -> DeviceIdentity {
    DeviceIdentity(product: try symbol("product"), device: try value("device"))
  }

  func mode() throws -> ModeKey {
    ModeKey(product: try symbol("product"), mode: try symbol("failure_mode"))
  }

  private func misfit(_ column: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: "column \(column) holds what it can't")
  }
}

/// The JSON text of a column; keys sorted, so that equal values are equal texts.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension [UInt8] {
  /// GRDB binds an empty `Data` as NULL: statements say `IFNULL(?, x'')` where a blob may be empty.
  var blob: DatabaseValue { Data(self).databaseValue }
}
