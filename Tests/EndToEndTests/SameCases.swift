import Testing

/// Expects the same cases, compared field by field; what differs is told by its place, the first few of many.
func expectSame(
  _ found: [String: JSON], _ expected: [String: JSON], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(Set(found.keys) == Set(expected.keys), sourceLocation: sourceLocation)
  var differences: [String] = []
  for id in Set(found.keys).intersection(expected.keys).sorted() {
    guard let one = found[id], let other = expected[id], one != other else { continue }
    for key in one.keys.union(other.keys).sorted() where one[key] != other[key] {
      differences.append(
        "\(id) \(key): \(one[key].map { "\($0)" } ?? "none") instead of \(other[key].map { "\($0)" } ?? "none")")
    }
  }
  guard !differences.isEmpty else { return }
  let first = differences.prefix(4).joined(separator: "\n")
  Issue.record("\(differences.count) fields differ, such as:\n\(first)", sourceLocation: sourceLocation)
}
