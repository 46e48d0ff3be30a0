import Vocabulary

/// Births and sequences as bytes, in the wire format of protocol buffers: names (1), nodes (2).
extension SparkplugSessions {
  package var isEmpty: Bool { nodes.isEmpty }

  package func written() -> [UInt8] {
    var state = WireWriter()
    for name in names { state.text(1, name) }
    // Sorted, so that equal states are equal bytes.
    for (key, node) in nodes.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      var writer = WireWriter()
      writer.text(1, key)
      if let sequence = node.birthSequence { writer.varint(2, sequence) }
      if let sequence = node.lastSequence { writer.varint(3, UInt64(sequence)) }
      writer.varint(4, node.isOnline ? 1 : 0)
      writer.bytes(5, Self.bytes(node.own))
      for (device, born) in node.devices.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
        var entry = WireWriter()
        entry.text(1, device)
        entry.bytes(2, Self.bytes(born))
        writer.bytes(6, entry.bytes)
      }
      if let time = node.askedAt { writer.varint(7, UInt64(max(0, time.milliseconds))) }
      if node.isOwedRebirth { writer.varint(8, 1) }
      state.bytes(2, writer.bytes)
    }
    return state.bytes
  }

  /// What can't be read is begun anew: the next message of each node has it born again.
  package init(restoring bytes: [UInt8]) {
    do throws(Rejection) {
      var names: [String] = []
      var nodes: [String: Node] = [:]
      var reader = WireReader(bytes, 0..<bytes.count)
      while let field = try reader.next() {
        guard case .bytes(let range) = field.value else { continue }
        if field.number == 1 { names.append(try WireReader.text(bytes, range)) }
        if field.number == 2 {
          let (key, node) = try Self.node(bytes, range)
          nodes[key] = node
        }
      }
      let known = UInt32(names.count)
      let isSound = nodes.values.allSatisfy { node in
        ([node.own] + node.devices.values).allSatisfy { $0.aliases.values.allSatisfy { $0.name < known } }
      }
      self = isSound ? SparkplugSessions(nodes: nodes, names: names) : SparkplugSessions()
    } catch {
      self.init()
    }
  }

  private static func bytes(_ born: Born) -> [UInt8] {
    var writer = WireWriter()
    for (alias, metric) in born.aliases.sorted(by: { $0.key < $1.key }) {
      var entry = WireWriter()
      entry.varint(1, alias)
      entry.varint(2, UInt64(metric.name))
      entry.varint(3, UInt64(metric.datatype))
      writer.bytes(1, entry.bytes)
    }
    for (name, datatype) in born.datatypes.sorted(by: { $0.key < $1.key }) {
      var entry = WireWriter()
      entry.varint(2, UInt64(name))
      entry.varint(3, UInt64(datatype))
      writer.bytes(2, entry.bytes)
    }
    return writer.bytes
  }

  private static func node(_ bytes: [UInt8], _ range: Range<Int>) throws(Rejection) -> (String, Node) {
    var key = ""
    var node = Node()
    var reader = WireReader(bytes, range)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let range)): key = try WireReader.text(bytes, range)
      case (2, .varint(let value)): node.birthSequence = value
      case (3, .varint(let value)): node.lastSequence = UInt8(truncatingIfNeeded: value)
      case (4, .varint(let value)): node.isOnline = value != 0
      case (5, .bytes(let range)): node.own = try born(bytes, range)
      case (6, .bytes(let range)):
        let (device, born) = try device(bytes, range)
        node.devices[device] = born
      case (7, .varint(let value)): node.askedAt = EventTime(milliseconds: Int64(truncatingIfNeeded: value))
      case (8, .varint(let value)): node.isOwedRebirth = value != 0
      default: break
      }
    }
    return (key, node)
  }

  private static func device(_ bytes: [UInt8], _ range: Range<Int>) throws(Rejection) -> (String, Born) {
    var name = ""
    var metrics = Born()
    var reader = WireReader(bytes, range)
    while let field = try reader.next() {
      guard case .bytes(let range) = field.value else { continue }
      if field.number == 1 { name = try WireReader.text(bytes, range) }
      if field.number == 2 { metrics = try born(bytes, range) }
    }
    return (name, metrics)
  }

  private static func born(_ bytes: [UInt8], _ range: Range<Int>) throws(Rejection) -> Born {
    var born = Born()
    var reader = WireReader(bytes, range)
    while let field = try reader.next() {
      guard case .bytes(let range) = field.value else { continue }
      var numbers: [UInt64: UInt64] = [:]
      var entry = WireReader(bytes, range)
      while let part = try entry.next() {
        if case .varint(let value) = part.value { numbers[part.number] = value }
      }
      let name = UInt32(truncatingIfNeeded: numbers[2] ?? 0)
      let datatype = UInt8(truncatingIfNeeded: numbers[3] ?? 0)
      if field.number == 1 {
        born.aliases[numbers[1] ?? 0] = Metric(name: name, datatype: datatype)
      } else {
        born.datatypes[name] = datatype
      }
    }
    return born
  }
}
