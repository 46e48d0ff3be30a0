/// A place in a JSON message: `$.data.readings[0].temp` from the message's root, `@.temp` (or `temp`) from the report's own
/// object, `$['a.b']` where a key holds dots.
package struct JSONPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case key(String)
    case index(Int)
  }

  /// Far more than messages nest.
  static let mostSteps = 32

  let isFromRoot: Bool
  let steps: [Step]

  package init?(_ text: String) {
    var rest = Substring(text)
    var steps: [Step] = []
    isFromRoot = rest.hasPrefix("$")
    let hasAnchor = isFromRoot || rest.hasPrefix("@")
    if hasAnchor {
      rest = rest.dropFirst()
    } else if !rest.hasPrefix("[") {
      rest = "." + rest
    }
    while let first = rest.first {
      guard steps.count < Self.mostSteps else { return nil }
      rest = rest.dropFirst()
      if first == "." {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty else { return nil }
        steps.append(.key(String(name)))
        rest = rest.dropFirst(name.count)
      } else if first == "[" {
        if let quote = rest.first, quote == "'" || quote == "\"" {
          let name = rest.dropFirst().prefix { $0 != quote }
          rest = rest.dropFirst(name.count + 1)
          guard rest.hasPrefix("\(quote)]") else { return nil }
          rest = rest.dropFirst(2)
          steps.append(.key(String(name)))
        } else {
          let digits = rest.prefix { $0 != "]" }
          guard rest.dropFirst(digits.count).first == "]", let index = Int(digits), (0...1_000_000).contains(index)
          else { return nil }
          steps.append(.index(index))
          rest = rest.dropFirst(digits.count + 1)
        }
      } else {
        return nil
      }
    }
    guard hasAnchor || !steps.isEmpty else { return nil }
    self.steps = steps
  }

  /// The first step, where it is a key of the report's own object: such a key isn't unknown.
  var firstKey: String? {
    if !isFromRoot, case .key(let name)? = steps.first { name } else { nil }
  }

  /// `nil` where there is nothing.
  func value(root: JSONNode, report: JSONNode) -> JSONNode? {
    var node = isFromRoot ? root : report
    for step in steps {
      switch step {
      case .key(let name):
        guard let member = node.member(name) else { return nil }
        node = member
      case .index(let index):
        var elements = node.elements
        for _ in 0..<index { guard elements.next() != nil else { return nil } }
        guard let element = elements.next() else { return nil }
        node = element
      }
    }
    return node
  }
}

extension JSONNode {
  /// The value of a key; `null` is a value.
  func member(_ name: String) -> JSONNode? {
    for key in keys {
      if let text = key.utf8, text.elementsEqual(name.utf8) { return key.value }
    }
    return nil
  }
}
