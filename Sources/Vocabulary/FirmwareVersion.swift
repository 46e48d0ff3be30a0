/// A firmware version, ordered by its numbers: 4.10.0 is later than 4.9.2, 4.1.0-beta earlier than 4.1.0. Text that
/// doesn't begin with a number sorts before every version that does, by its bytes.
package struct FirmwareVersion: Hashable, Sendable, Comparable {
  package let text: String
  private let numbers: [UInt64]
  private let suffix: String

  package init(_ text: String) {
    self.text = text
    var numbers: [UInt64] = []
    var rest = Substring(text)
    if rest.first == "v" || rest.first == "V" { rest = rest.dropFirst() }
    while let end = rest.firstIndex(where: { !("0"..."9").contains($0) }) ?? Optional(rest.endIndex),
      end > rest.startIndex
    {
      guard let number = UInt64(rest[..<end]) else { break }
      numbers.append(number)
      rest = rest[end...]
      guard rest.first == ".", rest.dropFirst().first.map({ ("0"..."9").contains($0) }) == true else { break }
      rest = rest.dropFirst()
    }
    // 4.1 and 4.1.0 are the same version.
    while numbers.count > 1, numbers.last == 0 { numbers.removeLast() }
    self.numbers = numbers
    suffix = numbers.isEmpty ? text : String(rest)
  }

  package static func == (left: FirmwareVersion, right: FirmwareVersion) -> Bool {
    left.numbers == right.numbers && left.suffix == right.suffix
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(numbers)
    hasher.combine(suffix)
  }

  /// Whether the text begins with a number, so that a range can judge it.
  package var isNumbered: Bool { !numbers.isEmpty }

  package static func < (left: FirmwareVersion, right: FirmwareVersion) -> Bool {
    guard left.numbers == right.numbers else { return left.numbers.lexicographicallyPrecedes(right.numbers) }
    guard left.suffix != right.suffix else { return false }
    // A pre-release comes before its release; a build mark (+…) after it.
    if left.suffix.isEmpty { return !right.suffix.hasPrefix("-") }
    if right.suffix.isEmpty { return left.suffix.hasPrefix("-") }
    let (isEarly, isLate) = (left.suffix.hasPrefix("-"), right.suffix.hasPrefix("-"))
    return isEarly == isLate ? left.suffix < right.suffix : isEarly
  }
}

/// A conjunction of bounds such as `>=3.0.0 <5.0.0`; without bounds it holds every version.
package struct FirmwareRange: Hashable, Sendable {
  package enum Comparison: String, Sendable, CaseIterable {
    case atLeast = ">=", atMost = "<=", above = ">", below = "<", exactly = "="
  }
  package struct Bound: Hashable, Sendable {
    package var comparison: Comparison
    package var version: FirmwareVersion
    package init(_ comparison: Comparison, _ version: FirmwareVersion) {
      self.comparison = comparison
      self.version = version
    }
  }
  package var bounds: [Bound]

  package init(bounds: [Bound] = []) { self.bounds = bounds }

  package func contains(_ version: FirmwareVersion) -> Bool {
    guard !bounds.isEmpty else { return true }
    guard version.isNumbered else { return false }
    return bounds.allSatisfy { bound in
      switch bound.comparison {
      case .atLeast: version >= bound.version
      case .atMost: version <= bound.version
      case .above: version > bound.version
      case .below: version < bound.version
      case .exactly: version == bound.version
      }
    }
  }
}
