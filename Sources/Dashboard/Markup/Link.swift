/// An address on the dashboard, put together from a path and a query whose parts are escaped as RFC 3986 wants it.
package struct Link: Hashable, Sendable {
  package var path: [String]
  package var query: [(name: String, value: String)] = []

  package init(_ path: String..., query: [(name: String, value: String)] = []) {
    self.path = path
    self.query = query
  }

  package static func == (left: Link, right: Link) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// The same with these fields of the query set anew; `nil` takes one out.
  package func with(_ changes: (name: String, value: String?)...) -> Link {
    var link = self
    for change in changes {
      link.query.removeAll { $0.name == change.name }
      if let value = change.value { link.query.append((change.name, value)) }
    }
    return link
  }

  package var text: String {
    let address = "/" + path.map(Self.escaped).joined(separator: "/")
    guard !query.isEmpty else { return address }
    return address + "?" + query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&")
  }

  private static func escaped(_ part: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in part.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: ":"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func around(_ text: String) -> HTML { "<a href=\"\(self.text)\">\(text)</a>" }

  package static let overview = Link("")
  package static func ticket(_ id: String) -> Link { Link("tickets", id) }
  package static func finding(_ id: String) -> Link { Link("findings", id) }
  package static func device(_ id: String) -> Link { Link("devices", id) }
  package static func mode(_ product: String, _ mode: String) -> Link { Link("model", product, mode) }
}
