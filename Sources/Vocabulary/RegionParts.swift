/// A region's name and those of the greater regions that it is a part of, the nearest first: `DE-BY`, `DE`.
package struct RegionParts: Sequence, IteratorProtocol {
  private var rest: Substring?

  package init(of region: String) { rest = Substring(region) }

  package mutating func next() -> Substring? {
    defer { rest = rest.flatMap { name in name.lastIndex(of: "-").map { name[..<$0] } } }
    return rest
  }
}
