/// An MQTT topic filter with names for some levels: `plant/{product}/{device}/data` is subscribed to as `plant/+/+/data`.
package struct TopicPattern: Sendable, Hashable {
  enum Level: Sendable, Hashable {
    case literal(String)
    case any
    case capture(Capture)
    /// `#`: this level and all below.
    case rest
  }

  package enum Capture: String, Sendable, CaseIterable {
    case product, device, group, node
  }

  /// What a topic's levels say.
  package struct Captures: Sendable, Hashable {
    package var product: String?
    package var device: String?
    package var group: String?
    package var node: String?
    /// The levels, for formats that have a meaning for them.
    package var levels: [String]
  }

  /// Topics have at most 65 535 bytes; nobody's has so many levels.
  static let mostLevels = 32

  let levels: [Level]

  /// What to subscribe to.
  package var filter: String {
    levels.map { level in
      switch level {
      case .literal(let text): text
      case .any, .capture: "+"
      case .rest: "#"
      }
    }.joined(separator: "/")
  }

  package func has(_ capture: Capture) -> Bool { levels.contains(.capture(capture)) }

  struct Fault: Error {
    var message: String
  }

  init(_ text: String) throws(Fault) {
    guard !text.isEmpty else { throw Fault(message: "expected a topic such as plant/{product}/{device}/data") }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= Self.mostLevels else { throw Fault(message: "has more than \(Self.mostLevels) levels") }
    var levels: [Level] = []
    for (index, part) in parts.enumerated() {
      if part == "#" {
        guard index == parts.count - 1 else { throw Fault(message: "# may only stand at the end") }
        levels.append(.rest)
      } else if part == "+" {
        levels.append(.any)
      } else if part.first == "{", part.last == "}" {
        guard let capture = Capture(rawValue: String(part.dropFirst().dropLast())) else {
          throw Fault(message: "\(part) is none of {product}, {device}, {group}, {node}; + is any level")
        }
        guard !levels.contains(.capture(capture)) else { throw Fault(message: "\(part) stands twice") }
        levels.append(.capture(capture))
      } else {
        guard !part.contains(where: { "+#{}".contains($0) }) else {
          throw Fault(message: "+, # and {…} each take a whole level; found \"\(part)\"")
        }
        levels.append(.literal(String(part)))
      }
    }
    self.levels = levels
  }

  init(levels: [Level]) { self.levels = levels }

  func captures(of topic: [Substring]) -> Captures? {
    let hasRest = levels.last == .rest
    let fixed = hasRest ? levels.count - 1 : levels.count
    // `a/#` is `a`, too.
    guard hasRest ? topic.count >= fixed : topic.count == fixed else { return nil }
    // As for a broker: what begins with $ is matched by name only.
    if topic.first?.utf8.first == UInt8(ascii: "$") {
      guard case .literal? = levels.first else { return nil }
    }
    for (level, text) in zip(levels.prefix(fixed), topic) {
      if case .literal(let literal) = level, !literal.utf8.elementsEqual(text.utf8) { return nil }
    }
    var captures = Captures(levels: topic.map(String.init))
    for (level, text) in zip(levels.prefix(fixed), topic) {
      guard case .capture(let capture) = level else { continue }
      switch capture {
      case .product: captures.product = String(text)
      case .device: captures.device = String(text)
      case .group: captures.group = String(text)
      case .node: captures.node = String(text)
      }
    }
    return captures
  }
}
