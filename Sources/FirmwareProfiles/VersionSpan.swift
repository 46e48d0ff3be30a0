import Vocabulary

/// A firmware range as one stretch of the order of versions, to see whether two of them overlap.
struct VersionSpan {
  struct Edge {
    var version: FirmwareVersion
    var isIncluded: Bool
  }

  /// `nil`: without end on that side.
  private(set) var lower: Edge?
  private(set) var upper: Edge?

  init(_ range: FirmwareRange) {
    for bound in range.bounds {
      switch bound.comparison {
      case .atLeast: raise(Edge(version: bound.version, isIncluded: true))
      case .above: raise(Edge(version: bound.version, isIncluded: false))
      case .atMost: cut(Edge(version: bound.version, isIncluded: true))
      case .below: cut(Edge(version: bound.version, isIncluded: false))
      case .exactly:
        raise(Edge(version: bound.version, isIncluded: true))
        cut(Edge(version: bound.version, isIncluded: true))
      }
    }
  }

  /// No version can lie in it.
  var isEmpty: Bool {
    guard let lower, let upper else { return false }
    if lower.version < upper.version { return false }
    return upper.version < lower.version || !(lower.isIncluded && upper.isIncluded)
  }

  func overlaps(_ other: VersionSpan) -> Bool {
    var common = self
    if let edge = other.lower { common.raise(edge) }
    if let edge = other.upper { common.cut(edge) }
    return !common.isEmpty
  }

  private mutating func raise(_ edge: Edge) {
    guard let old = lower else {
      lower = edge
      return
    }
    if old.version < edge.version {
      lower = edge
    } else if !(edge.version < old.version) {
      lower?.isIncluded = old.isIncluded && edge.isIncluded
    }
  }

  private mutating func cut(_ edge: Edge) {
    guard let old = upper else {
      upper = edge
      return
    }
    if edge.version < old.version {
      upper = edge
    } else if !(old.version < edge.version) {
      upper?.isIncluded = old.isIncluded && edge.isIncluded
    }
  }
}

extension FirmwareRange {
  /// Reads `>=3.0.0 <5.0.0`: comparisons joined by spaces or commas, all of which must hold; a bare version means `=`.
  /// `nil` where it is none. Versions must begin with a number, and have digits between their points.
  package init?(parsing text: String) {
    var bounds: [Bound] = []
    var pending: Comparison?
    for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
      var rest = word
      if pending == nil, let comparison = Comparison.allCases.first(where: { word.hasPrefix($0.rawValue) }) {
        pending = comparison
        rest = word.dropFirst(comparison.rawValue.count)
      }
      if rest.isEmpty { continue }
      guard let version = FirmwareVersion(numbered: rest) else { return nil }
      bounds.append(Bound(pending ?? .exactly, version))
      pending = nil
    }
    guard !bounds.isEmpty, pending == nil else { return nil }
    self.init(bounds: bounds)
  }

  /// `>=3.0.0 <5.0.0`, or `all`.
  package var text: String {
    bounds.isEmpty ? "all" : bounds.map { $0.comparison.rawValue + $0.version.text }.joined(separator: " ")
  }
}

extension FirmwareVersion {
  /// A version that ranges can order: `4.1.0`, `v4.1`, `4.1.0-beta.2`, `4.1.0+45`, but not `4.1.x`.
  package init?(numbered text: Substring) {
    guard FirmwareText.isValid(utf8: text.utf8) else { return nil }
    let bare = text.first == "v" || text.first == "V" ? text.dropFirst() : text
    let numbers = bare.prefix { $0 != "-" && $0 != "+" }
    guard
      numbers.split(separator: ".", omittingEmptySubsequences: false)
        .allSatisfy({ !$0.isEmpty && $0.utf8.count <= 18 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    self.init(String(text))
  }
}
