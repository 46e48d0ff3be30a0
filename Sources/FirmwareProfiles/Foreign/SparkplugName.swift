/// A node or a device of one. A device's own name tells it from its node's others, a node's from its group's.
package struct SparkplugName: Sendable, Hashable {
  let group: String
  let node: String
  let device: String?

  init(_ group: String, _ node: String, _ device: String?) {
    (self.group, self.node, self.device) = (group, node, device)
  }

  /// `group/node` or `group/node/device`.
  init(key: String) {
    let levels = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    self.init(levels[0], levels.count > 1 ? levels[1] : "", levels.count > 2 ? levels[2] : nil)
  }

  /// What `devices` of the configuration calls it, and its id where that doesn't name it.
  package func text(_ ids: SourceMapping.SparkplugIDs) -> String {
    let levels =
      switch ids {
      case .device: [device ?? node]
      case .node: [node, device].compactMap { $0 }
      case .group: [group, node, device].compactMap { $0 }
      }
    return levels.joined(separator: ":")
  }
}
