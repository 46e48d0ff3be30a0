import Yams

/// The keys of one mapping, each to be read at most once; what nobody asked for is a fault in the end.
package final class YAMLMapping {
  /// The mapping itself, for faults that concern several of its keys.
  package let value: YAMLValue
  private var pairs: [(name: String, position: YAMLPosition, value: YAMLValue)] = []
  private var asked: [String] = []

  init(_ mapping: Node.Mapping, of value: YAMLValue) {
    self.value = value
    for (key, node) in mapping {
      let position = key.position ?? value.position
      guard case .scalar(let scalar) = key else {
        value.context.faults.add(position, key: value.key, "expected a word as key")
        continue
      }
      let name = value.context.renamed[position] ?? scalar.string
      let path = value.key.isEmpty ? printable(name) : "\(value.key).\(printable(name))"
      if let first = pairs.first(where: { $0.name == name }) {
        value.context.faults.add(
          position, key: path, "is given twice, first in line \(first.position.line): remove one of them")
        continue
      }
      let place = node.position ?? position
      pairs.append((name, position, YAMLValue(node: node, key: path, position: place, context: value.context)))
    }
  }

  /// The value of a key, or `nil` where the key isn't there.
  package func optional(_ name: String) -> YAMLValue? {
    precondition(!asked.contains(name), "the key \(name) is read twice")
    asked.append(name)
    return pairs.first { $0.name == name }?.value
  }

  /// The value of a key that must be there; it isn't: a fault at the mapping's place.
  package func required(_ name: String) -> YAMLValue? {
    if let value = optional(name) { return value }
    let path = value.key.isEmpty ? name : "\(value.key).\(name)"
    value.context.faults.add(value.position, key: path, "is missing")
    return nil
  }

  /// Where the key itself stands (`optional` gives its value's place).
  package func position(ofKey name: String) -> YAMLPosition? {
    pairs.first { $0.name == name }?.position
  }

  /// Whether the key is there, without reading it.
  package func has(_ name: String) -> Bool {
    pairs.contains { $0.name == name }
  }

  /// Every key with its value, for a mapping whose keys are names of the writer's own.
  package func entries() -> [(name: String, position: YAMLPosition, value: YAMLValue)] {
    asked.append(contentsOf: pairs.map(\.name))
    return pairs
  }

  /// A fault at the place of a key.
  package func fault(at name: String, _ message: String) {
    let path = value.key.isEmpty ? name : "\(value.key).\(name)"
    value.context.faults.add(position(ofKey: name) ?? value.position, key: path, message)
  }

  func reportUnknownKeys() {
    for pair in pairs where !asked.contains(pair.name) {
      let hint = suggestion(for: pair.name, in: asked.filter { !has($0) })
      value.context.faults.add(
        pair.position, key: pair.value.key,
        "is no known key" + (hint.isEmpty ? "; known here: \(asked.sorted().joined(separator: ", "))" : hint))
    }
  }
}

/// `; did you mean "severity"?` for the nearest word that is near enough, else nothing.
package func suggestion(for word: String, in words: [String]) -> String {
  let limit = max(1, min(3, word.count / 3))
  let nearest = words.map { (distance: editDistance(word, $0), word: $0) }.min { $0 < $1 }
  guard let nearest, nearest.distance <= limit else { return "" }
  return "; did you mean \"\(nearest.word)\"?"
}

/// Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of
/// neighbours. `sevreity` to `severity` is 1.
private func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.lowercased().unicodeScalars.prefix(64))
  let right = Array(right.lowercased().unicodeScalars.prefix(64))
  var rows = [Array(0...right.count)]
  for i in 0..<left.count {
    var row = [i + 1]
    for j in 0..<right.count {
      var best = min(rows[i][j] + (left[i] == right[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
