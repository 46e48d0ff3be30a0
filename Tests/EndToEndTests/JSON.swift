import Foundation
import Rig

/// JSON as a test reads it: by key and index, apart from the program's own types, so that a mistake in those shows.
enum JSON: Equatable, Sendable, Decodable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  init(parsing text: String) throws {
    do {
      self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    } catch {
      throw RigError("no JSON: \(error)\n\(text.prefix(500))")
    }
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    // What it isn't is of no interest; the last one says why it is nothing at all.
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSON].self))
    }
  }

  /// `nil` where there is no such key; a key that holds null is `.null`.
  subscript(key: String) -> JSON? {
    guard case .object(let fields) = self else { return nil }
    return fields[key]
  }

  var items: [JSON] {
    guard case .list(let items) = self else { return [] }
    return items
  }

  var keys: Set<String> {
    guard case .object(let fields) = self else { return [] }
    return Set(fields.keys)
  }

  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  var number: Double? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  /// The same object with some of its fields left out.
  func without(_ names: String...) -> JSON {
    guard case .object(let fields) = self else { return self }
    return .object(fields.filter { !names.contains($0.key) })
  }
}
