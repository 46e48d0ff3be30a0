package import Vocabulary

/// What a host application knows of Sparkplug edge nodes: who is born, what the aliases mean, which message comes next.
///
/// A message of data may name its metrics by the aliases of the birth alone. One whose birth was missed can't be read: a
/// rebirth is asked for, and the message waits. Belongs to the pipeline, and is kept over a restart; what is lost of it
/// heals itself by a rebirth.
package struct SparkplugSessions: Sendable {
  /// A metric of a birth: its name's place in `names`, and its datatype, which data leave out.
  struct Metric: Sendable, Hashable {
    var name: UInt32
    var datatype: UInt8
  }

  /// What a node's or device's birth said.
  struct Born: Sendable, Hashable {
    var aliases: [UInt64: Metric] = [:]
    /// By name, where data need it: of signed integers.
    var datatypes: [UInt32: UInt8] = [:]
    var count: Int { aliases.count + datatypes.count }
  }

  struct Node: Sendable, Hashable {
    /// Pairs a death with its birth.
    var birthSequence: UInt64?
    var lastSequence: UInt8?
    var isOnline = false
    var own = Born()
    var devices: [String: Born] = [:]
    var askedAt: EventTime?
    /// A rebirth is needed, and was asked for too lately to ask again: the next message after that does.
    var isOwedRebirth = false
  }

  /// What one message came to.
  struct Outcome {
    enum Kind {
      case says([Saying]), noted, outdated
      case waits(Rejection)
    }
    var kind = Kind.noted
    var asksRebirth = false
    /// Births and deaths: what the next messages mean depends on them.
    var changesState = false
  }

  enum Limits {
    /// Edge nodes; those beyond are read as far as their data carry names.
    static let nodes = 100_000
    static let devicesOfNode = 10_000
    /// Entries of all births together: 40 bytes each.
    static let entries = 2_000_000
    /// Distinct names of metrics.
    static let names = 1 << 16
    /// Messages that wait for a birth, and their bytes; the rest wait in quarantine alone.
    static let waiting = 10_000
    static let waitingBytes = 16 << 20
    /// A node that never answers isn't asked more often.
    static let rebirthMilliseconds: Int64 = 10_000
    /// Requests to all nodes in that time: after a broker's loss everyone has a gap.
    static let rebirths = 500
    /// A current value this far from its message's own time is an earlier one.
    static let sameTimeMilliseconds: Int64 = 60_000
  }

  private(set) var nodes: [String: Node] = [:]
  private(set) var names: [String] = []
  private var numbers: [String: UInt32] = [:]
  private var entries = 0
  private var waiting: [String: [Delivery]] = [:]
  private var waitingCount = 0
  private var waitingBytes = 0
  private var asked = (since: EventTime.distantPast, count: 0)

  package init() {}

  // MARK: Messages

  /// - Parameter isRetaken: it comes from quarantine, long after its place in the sequence.
  mutating func take(
    _ bytes: [UInt8], _ topic: SparkplugTopic, _ source: SourceMapping, at now: EventTime, isRetaken: Bool
  ) throws(Rejection) -> Outcome {
    let payload = try SparkplugPayload(bytes)
    let message = SparkplugMessage(payload, topic, source)
    var outcome = Outcome()
    switch topic.kind {
    case .nodeBirth:
      var node = Node(askedAt: nodes[topic.nodeKey]?.askedAt)
      node.birthSequence = payload.birthSequence
      node.lastSequence = payload.sequence.map { UInt8(truncatingIfNeeded: $0) }
      node.isOnline = true
      forget(nodes[topic.nodeKey])
      node.own = learn(payload.metrics)
      if nodes[topic.nodeKey] != nil || nodes.count < Limits.nodes { nodes[topic.nodeKey] = node }
      outcome.changesState = true
      outcome.kind = .says(try message.sayings { metric in metric.name.map { ($0, metric.datatype) } })
    case .deviceBirth:
      outcome.asksRebirth = !follows(payload, topic, isRetaken, now) && mayAsk(topic, now)
      let born = learn(payload.metrics)
      if let device = topic.device, nodes[topic.nodeKey] != nil {
        forget(nodes[topic.nodeKey]?.devices[device])
        let isFull = (nodes[topic.nodeKey]?.devices.count ?? 0) >= Limits.devicesOfNode
        if !isFull { nodes[topic.nodeKey]?.devices[device] = born } else { forget(born) }
      } else {
        forget(born)
      }
      outcome.changesState = true
      outcome.kind = .says(try message.sayings { metric in metric.name.map { ($0, metric.datatype) } })
    case .nodeData, .deviceData:
      let isInOrder = follows(payload, topic, isRetaken, now)
      let born = born(topic)
      outcome.asksRebirth = (!isInOrder || born == nil) && mayAsk(topic, now)
      if let alias = payload.metrics.first(where: { $0.name == nil && known($0, born) == nil })?.alias {
        outcome.asksRebirth = outcome.asksRebirth || mayAsk(topic, now)
        outcome.kind = .waits(Self.unknownAlias(alias, topic))
      } else if payload.metrics.contains(where: { $0.name == nil && $0.alias == nil }) {
        throw Rejection(.schema, "a metric has neither name nor alias")
      } else {
        outcome.kind = .says(try message.sayings { metric in known(metric, born) })
      }
    case .deviceDeath:
      let isInOrder = follows(payload, topic, isRetaken, now)
      outcome.asksRebirth = !isInOrder && nodes[topic.nodeKey] != nil && mayAsk(topic, now)
      if let device = topic.device {
        forget(nodes[topic.nodeKey]?.devices[device])
        nodes[topic.nodeKey]?.devices[device] = nil
      }
      outcome.changesState = true
    case .nodeDeath:
      guard isCurrent(payload, nodes[topic.nodeKey]) else {
        outcome.kind = .outdated
        return outcome
      }
      forget(nodes[topic.nodeKey])
      // What it was asked stays known: a node that dies and is born every second isn't asked every second.
      nodes[topic.nodeKey] = nodes[topic.nodeKey].map { Node(askedAt: $0.askedAt) }
      outcome.changesState = true
    }
    return outcome
  }

  /// A death that was published late, by a broker for a session that has been replaced, changes nothing. Numbers count to
  /// 255 and begin anew; a death that is ahead of the birth is of a session whose birth was missed.
  private func isCurrent(_ payload: SparkplugPayload, _ node: Node?) -> Bool {
    guard let born = node?.birthSequence, let death = payload.birthSequence else { return true }
    return UInt8(truncatingIfNeeded: death) &- UInt8(truncatingIfNeeded: born) < 128
  }

  /// Whether it is the next message of its node, and nothing before it is missing still. The sequence goes on from what came.
  private mutating func follows(
    _ payload: SparkplugPayload, _ topic: SparkplugTopic, _ isRetaken: Bool, _ now: EventTime
  ) -> Bool {
    if isRetaken { return true }
    guard let node = nodes[topic.nodeKey], node.isOnline else { return false }
    let isOwed = node.isOwedRebirth && !wasAskedLately(node, now)
    guard let sequence = payload.sequence.map({ UInt8(truncatingIfNeeded: $0) }) else { return !isOwed }
    nodes[topic.nodeKey]?.lastSequence = sequence
    guard let last = node.lastSequence else { return !isOwed }
    // The same again is a redelivery.
    return !isOwed && (sequence == last &+ 1 || sequence == last)
  }

  private func wasAskedLately(_ node: Node, _ now: EventTime) -> Bool {
    node.askedAt.map { now >= $0 && now.milliseconds - $0.milliseconds < Limits.rebirthMilliseconds } ?? false
  }

  private mutating func mayAsk(_ topic: SparkplugTopic, _ now: EventTime) -> Bool {
    guard nodes[topic.nodeKey] != nil || nodes.count < Limits.nodes else { return false }
    if let node = nodes[topic.nodeKey], wasAskedLately(node, now) {
      nodes[topic.nodeKey]?.isOwedRebirth = true
      return false
    }
    if now < asked.since || now.milliseconds - asked.since.milliseconds >= Limits.rebirthMilliseconds {
      asked = (now, 0)
    }
    guard asked.count < Limits.rebirths else {
      nodes[topic.nodeKey]?.isOwedRebirth = true
      return false
    }
    asked.count += 1
    nodes[topic.nodeKey, default: Node()].askedAt = now
    nodes[topic.nodeKey]?.isOwedRebirth = false
    return true
  }

  private static func unknownAlias(_ alias: UInt64, _ topic: SparkplugTopic) -> Rejection {
    Rejection(
      .schema,
      "alias \(alias) is of no birth that was heard: a rebirth is requested of \(topic.nodeKey.escaped(maximum: 80)); "
        + "the message is taken by itself after it")
  }

  // MARK: Births

  private func born(_ topic: SparkplugTopic) -> Born? {
    guard let node = nodes[topic.nodeKey], node.isOnline else { return nil }
    return topic.device.map { node.devices[$0] } ?? node.own
  }

  /// The metric's name and datatype.
  private func known(_ metric: SparkplugPayload.Metric, _ born: Born?) -> (String, UInt8)? {
    if let name = metric.name {
      guard metric.datatype == 0, let number = numbers.value(exactly: name) else { return (name, metric.datatype) }
      return (name, born?.datatypes[number] ?? 0)
    }
    guard let known = metric.alias.flatMap({ born?.aliases[$0] }) else { return nil }
    return (names[Int(known.name)], metric.datatype == 0 ? known.datatype : metric.datatype)
  }

  private mutating func learn(_ metrics: [SparkplugPayload.Metric]) -> Born {
    var born = Born()
    for metric in metrics {
      guard let name = metric.name, entries + born.count < Limits.entries else { continue }
      let isSigned = (1...4).contains(metric.datatype)
      guard metric.alias != nil || isSigned, let number = number(of: name) else { continue }
      if let alias = metric.alias { born.aliases[alias] = Metric(name: number, datatype: metric.datatype) }
      if isSigned { born.datatypes[number] = metric.datatype }
    }
    entries += born.count
    return born
  }

  private mutating func number(of name: String) -> UInt32? {
    if let number = numbers.value(exactly: name) { return number }
    // A look-alike of a known name is left out: it would be taken for it.
    guard names.count < Limits.names, numbers[name] == nil else { return nil }
    numbers[name] = UInt32(names.count)
    names.append(name)
    return UInt32(names.count - 1)
  }

  private mutating func forget(_ born: Born?) { entries -= born?.count ?? 0 }

  private mutating func forget(_ node: Node?) {
    guard let node else { return }
    entries -= node.own.count + node.devices.values.reduce(0) { $0 + $1.count }
  }

  /// Births and waiting messages of those names: their bytes are kept over a restart, and an erased device must not be in
  /// them. Should it speak again, it is asked for a birth as if it were new.
  package mutating func forget(where isErased: (SparkplugName) -> Bool) {
    for (key, node) in nodes {
      let name = SparkplugName(key: key)
      if isErased(name) {
        forget(node)
        nodes[key] = nil
        continue
      }
      for (device, born) in node.devices where isErased(SparkplugName(name.group, name.node, device)) {
        forget(born)
        nodes[key]?.devices[device] = nil
      }
    }
    let erased = waiting.keys.filter { key in
      let name = SparkplugName(key: key)
      return isErased(name) || isErased(SparkplugName(name.group, name.node, nil))
    }
    for key in erased { _ = takeWaiting(key) }
  }

  // MARK: Waiting

  /// A message that waits for a birth; bounded: what isn't held here stays in quarantine until somebody retries it.
  package mutating func hold(_ delivery: Delivery, for key: String) {
    guard waitingCount < Limits.waiting, waitingBytes + delivery.payload.count <= Limits.waitingBytes else { return }
    waiting[key, default: []].append(delivery)
    waitingCount += 1
    waitingBytes += delivery.payload.count
  }

  package mutating func takeWaiting(_ key: String) -> [Delivery] {
    let released = waiting.removeValue(forKey: key) ?? []
    waitingCount -= released.count
    waitingBytes -= released.reduce(0) { $0 + $1.payload.count }
    return released
  }

  // MARK: Kept over a restart

  init(nodes: [String: Node], names: [String]) {
    self.nodes = nodes
    self.names = names
    for (place, name) in names.enumerated() { numbers[name] = UInt32(place) }
    entries = nodes.values.reduce(0) { $0 + $1.own.count + $1.devices.values.reduce(0) { $0 + $1.count } }
  }
}

extension SparkplugPayload {
  /// `bdSeq`, of a node's birth and death.
  var birthSequence: UInt64? {
    for metric in metrics where metric.name == "bdSeq" {
      if case .integer(let number) = metric.raw { return number }
    }
    return nil
  }
}
