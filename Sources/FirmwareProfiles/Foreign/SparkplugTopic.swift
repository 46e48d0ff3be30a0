/// `spBv1.0/<group>/<type>/<edge node>[/<device>]`.
package struct SparkplugTopic: Sendable, Hashable {
  enum Kind: String {
    case nodeBirth = "NBIRTH"
    case nodeDeath = "NDEATH"
    case nodeData = "NDATA"
    case deviceBirth = "DBIRTH"
    case deviceDeath = "DDEATH"
    case deviceData = "DDATA"

    var isOfDevice: Bool { rawValue.utf8.first == UInt8(ascii: "D") }

    static let all: [Kind] = [.nodeBirth, .nodeDeath, .nodeData, .deviceBirth, .deviceDeath, .deviceData]
  }

  static let namespace = "spBv1.0"

  let kind: Kind
  package let group: String
  package let node: String
  let device: String?

  /// `nil` for commands, STATE, and what is no Sparkplug.
  init?(levels: [String]) {
    // A bridge may have put levels of its own before it.
    guard let start = levels.firstIndex(of: Self.namespace), levels.count >= start + 4,
      let kind = Kind(rawValue: levels[start + 2]), levels.count == start + (kind.isOfDevice ? 5 : 4)
    else { return nil }
    self.kind = kind
    group = levels[start + 1]
    node = levels[start + 3]
    device = kind.isOfDevice ? levels[start + 4] : nil
  }

  var name: SparkplugName { SparkplugName(group, node, device) }

  /// An edge node, of all groups.
  var nodeKey: String { "\(group)/\(node)" }
  /// A node or device: whose metrics a birth names.
  var key: String { device.map { "\(group)/\(node)/\($0)" } ?? nodeKey }

  /// Where a host asks this node for its births.
  package var commandTopic: String { "\(Self.namespace)/\(group)/NCMD/\(node)" }

  /// The filters of what nodes and devices say: not of commands and STATE, which hosts do.
  static func filters(below levels: [TopicPattern.Level]) -> [TopicPattern] {
    Kind.all.map { kind in
      TopicPattern(levels: levels + [.literal(kind.rawValue), .any] + (kind.isOfDevice ? [.any] : []))
    }
  }
}
