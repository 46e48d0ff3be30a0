import Vocabulary

/// One Sparkplug message's metrics, as sayings: the current values at the message's own time, historical ones each at
/// theirs.
struct SparkplugMessage {
  let payload: SparkplugPayload
  let topic: SparkplugTopic
  private let nodes: SourceMapping.SparkplugNodes
  private let ids: SourceMapping.SparkplugIDs

  init(_ payload: SparkplugPayload, _ topic: SparkplugTopic, _ source: SourceMapping) {
    self.payload = payload
    self.topic = topic
    nodes = source.nodes
    ids = source.ids
  }

  private static let good: Int64 = 192

  /// - Parameter resolve: a metric's name and datatype; `nil`: it has none.
  func sayings(
    _ resolve: (SparkplugPayload.Metric) -> (String, UInt8)?
  ) throws(Rejection) -> [Saying] {
    if !topic.kind.isOfDevice, nodes == .gateways { return [] }
    let isBirth = topic.kind == .nodeBirth || topic.kind == .deviceBirth
    var now = try time(payload.timestamp)
    if now == nil { now = try newest() }
    var current = saying(at: now, isBirth ? .standing : .happening)
    var names: Set<String> = []
    var earlier: [Saying] = []
    var places: [EventTime?: Int] = [:]
    for metric in payload.metrics {
      guard let (name, datatype) = resolve(metric), !Self.isBookkeeping(name) else { continue }
      let value = metric.value(datatype: datatype)
      let isBad = metric.quality.map { $0 != Self.good } ?? false
      let at = try time(metric.timestamp)
      // A client that has kept several values of a metric sends them at once, each with its time.
      let isAnother = names.contains(name) && at != nil && at != now
      guard metric.isHistorical || !isBirth && (isAnother || isEarlier(at, now)) else {
        names.insert(name)
        if isBad { current.unknownItems += 1 } else { current.metrics.append((name, value)) }
        continue
      }
      let index = places[at ?? now] ?? earlier.count
      if index == earlier.count {
        guard earlier.count < DecodingLimits.reports else {
          throw Rejection(.tooLarge, "values of more than \(DecodingLimits.reports) times in one message")
        }
        places[at ?? now] = index
        earlier.append(saying(at: at ?? now, .happening))
      }
      // Of one time: what is marked as history moves nothing that is known.
      if metric.isHistorical { earlier[index].tense = .past }
      if isBad { earlier[index].unknownItems += 1 } else { earlier[index].metrics.append((name, value)) }
    }
    earlier.sort { ($0.time ?? .distantPast) < ($1.time ?? .distantPast) }
    // A message of history alone says nothing of now.
    return current.metrics.isEmpty && !earlier.isEmpty && current.unknownItems == 0 ? earlier : earlier + [current]
  }

  /// Clients stamp the metrics of one message a little apart; what lies further back is a value of its own time.
  private func isEarlier(_ time: EventTime?, _ now: EventTime?) -> Bool {
    guard let time, let now else { return false }
    return abs(time.milliseconds - now.milliseconds) > SparkplugSessions.Limits.sameTimeMilliseconds
  }

  private func saying(at time: EventTime?, _ tense: Saying.Tense) -> Saying {
    Saying(
      device: topic.name.text(ids), time: time, tense: tense,
      mustBeKnown: !topic.kind.isOfDevice && nodes == .auto)
  }

  private func newest() throws(Rejection) -> EventTime? {
    var newest: EventTime?
    for metric in payload.metrics where !metric.isHistorical {
      if let time = try time(metric.timestamp) { newest = max(newest ?? time, time) }
    }
    return newest
  }

  private func time(_ milliseconds: UInt64?) throws(Rejection) -> EventTime? {
    // Encoders that write every field write 0 for one that isn't set.
    guard let milliseconds, milliseconds != 0 else { return nil }
    guard let exact = Int64(exactly: milliseconds) else {
      throw Rejection(.schema, "timestamp: \(milliseconds) is no time")
    }
    switch PlausibleTime.check(EventTime(milliseconds: exact), found: "\(milliseconds)") {
    case .success(let time): return time
    case .failure(let fault): throw Rejection(.schema, "timestamp: \(fault.message)")
    }
  }

  /// Metrics of the protocol's own.
  private static func isBookkeeping(_ name: String) -> Bool {
    name == "bdSeq" || name.hasPrefix("Node Control/") || name.hasPrefix("Device Control/")
  }
}
