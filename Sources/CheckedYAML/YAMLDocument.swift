import Yams

/// A composed document whose size, depth and form are known to be harmless.
///
/// Yams refuses a mapping with a double key as a whole, naming the first place of one of them. To report each one at
/// its own place, and the file's other faults with it, a refused key's first scalar is replaced by a private-use one
/// (which moves no column) and the document composed again; `YAMLMapping` reads the key under its own name.
struct YAMLDocument {
  /// Deeper than any schema here; libyaml itself stops at 1 000.
  static let maximumDepth = 32
  static let maximumNodes = 100_000
  static let maximumDoubleKeys = 64

  let root: YAMLValue

  /// `nil` after a fault.
  init?(_ file: YAMLFile, _ faults: FaultCollector) {
    let start = YAMLPosition(line: 1, column: 1)
    guard file.bytes.count <= YAMLFile.maximumBytes else {
      faults.add(
        YAMLPosition(line: 0, column: 0), key: "", "is larger than \(YAMLFile.maximumBytes >> 10) KiB, the limit")
      return nil
    }
    guard var text = String(validating: file.bytes, as: UTF8.self) else {
      faults.add(Self.firstInvalidUTF8(in: file.bytes), key: "", "isn't UTF-8 here: save the file as UTF-8")
      return nil
    }
    var renamed: [YAMLPosition: String] = [:]
    while true {
      do {
        let parser = try Parser(yaml: text, encoding: .utf8)
        // An anchor lives as long as its parser.
        let node = try withExtendedLifetime(parser) { () throws -> Node? in
          guard let node = try parser.singleRoot() else { return nil }
          var budget = Self.maximumNodes
          return Self.isPlain(node, depth: 0, budget: &budget, faults) ? node : nil
        }
        guard let node else {
          if faults.isEmpty { faults.add(start, key: "", "is empty: expected keys and values") }
          return nil
        }
        root = YAMLValue(
          node: node, key: "", position: start, context: ReadingContext(faults: faults, renamed: renamed))
        return
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let position = YAMLPosition(line: context.mark.line, column: context.mark.column)
        guard let key = keys.first, renamed.count < Self.maximumDoubleKeys,
          let changed = Self.marking(key, at: position, in: text, number: renamed.count)
        else {
          faults.add(position, key: keys.first ?? "", "is given more than once in its mapping")
          return nil
        }
        renamed[position] = key
        text = changed
      } catch {
        let (position, message) = Self.explain(error, in: text)
        faults.add(position, key: "", message)
        return nil
      }
    }
  }

  /// Anchors and aliases let a small file unfold to a huge one, and nothing here needs them.
  private static func isPlain(_ node: Node, depth: Int, budget: inout Int, _ faults: FaultCollector) -> Bool {
    let position = node.position ?? YAMLPosition(line: 1, column: 1)
    budget -= 1
    if node.anchor != nil || node.isAlias {
      faults.add(position, key: "", "anchors (&) and aliases (*) aren't taken: write the value out")
      return false
    }
    if depth > maximumDepth || budget < 0 {
      faults.add(
        position, key: "",
        budget < 0 ? "holds more than \(maximumNodes) values" : "is nested deeper than \(maximumDepth) levels")
      return false
    }
    switch node {
    case .scalar, .alias: return true
    case .sequence(let items):
      for item in items where !isPlain(item, depth: depth + 1, budget: &budget, faults) { return false }
    case .mapping(let pairs):
      for (key, value) in pairs {
        guard isPlain(key, depth: depth + 1, budget: &budget, faults),
          isPlain(value, depth: depth + 1, budget: &budget, faults)
        else { return false }
      }
    }
    return true
  }

  private static func marking(_ key: String, at position: YAMLPosition, in text: String, number: Int) -> String? {
    guard let mark = Unicode.Scalar(UInt32(0xe000 + number)) else { return nil }
    var scalars = text.unicodeScalars
    var index = scalars.startIndex
    var line = 1
    var column = 1
    while index < scalars.endIndex, (line, column) < (position.line, position.column) {
      let scalar = scalars[index]
      index = scalars.index(after: index)
      if scalar == "\n" || (scalar == "\r" && (index == scalars.endIndex || scalars[index] != "\n")) {
        line += 1
        column = 1
      } else {
        // libyaml doesn't count a byte order mark.
        column += scalar == "\u{feff}" && index == scalars.index(after: scalars.startIndex) ? 0 : 1
      }
    }
    if index < scalars.endIndex, scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
    guard !key.isEmpty, scalars[index...].starts(with: key.unicodeScalars) else { return nil }
    scalars.replaceSubrange(index..<scalars.index(after: index), with: CollectionOfOne(mark))
    return String(scalars)
  }

  private static func explain(_ error: any Error, in text: String) -> (YAMLPosition, String) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      let began = context.map { " (\($0.text) that begins at \($0.mark.line):\($0.mark.column))" } ?? ""
      return (YAMLPosition(line: mark.line, column: mark.column), "isn't YAML: \(problem)\(began)")
    case YamlError.reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let lines = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      let column = (lines.last?.unicodeScalars.count ?? 0) + 1
      return (YAMLPosition(line: max(lines.count, 1), column: column), "isn't YAML: \(problem)")
    default:
      return (YAMLPosition(line: 1, column: 1), "isn't YAML: \(error)")
    }
  }

  private static func firstInvalidUTF8(in bytes: [UInt8]) -> YAMLPosition {
    var position = YAMLPosition(line: 1, column: 1)
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      if scalar == "\n" {
        position = YAMLPosition(line: position.line + 1, column: 1)
      } else {
        position.column += 1
      }
    }
    return position
  }
}

extension Node {
  var position: YAMLPosition? { mark.map { YAMLPosition(line: $0.line, column: $0.column) } }

  fileprivate var isAlias: Bool {
    if case .alias = self { true } else { false }
  }
}

/// What the readers of one document share.
final class ReadingContext {
  let faults: FaultCollector
  /// Keys that stand under a private-use scalar, by their place.
  let renamed: [YAMLPosition: String]

  init(faults: FaultCollector, renamed: [YAMLPosition: String]) {
    self.faults = faults
    self.renamed = renamed
  }
}
