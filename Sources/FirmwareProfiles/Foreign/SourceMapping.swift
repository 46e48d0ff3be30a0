/// A stream of messages in a form that isn't forewarn's own: its format, its topics, whose devices speak there, and what
/// their metrics are called in the firmware profiles. Written under `sources` in the configuration; see `SourceReader`.
package struct SourceMapping: Sendable, Hashable {
  package enum Format: String, Sendable, CaseIterable {
    case sparkplug, thingsboard, awsDefender = "aws_defender", senml, json
  }

  package var format: Format
  package var topics: [TopicPattern]
  /// The product of all devices here, where neither topic nor payload names one.
  package var product: String?
  /// A metric whose text names the product.
  package var productMetric: String?
  /// The one device that speaks here, where neither topic nor payload names one.
  package var device: String?
  /// Foreign names of products and devices, with ours.
  package var products: [String: String] = [:]
  package var devices: [String: String] = [:]
  package var signals: [String: SignalRule] = [:]
  package var events: [String: EventRule] = [:]
  package var facts: [String: FactsField] = [:]
  package var naming = SenMLNaming.base
  package var nodes = SparkplugNodes.auto
  package var ids = SparkplugIDs.device
  /// Sparkplug's name of this host application: `nil` is the broker's client id, empty is none, and no STATE is published.
  package var hostID: String?
  package var paths = MessagePaths()

  /// A foreign metric that is a signal: value × scale + offset in the profile's unit.
  package struct SignalRule: Sendable, Hashable {
    package var name: String
    package var scale = 1.0
    package var offset = 0.0
  }

  /// A foreign metric that is an event: a number is how often it happened since the last report, `true` is once; with
  /// `equals` it happened where the metric has that value.
  package struct EventRule: Sendable, Hashable {
    package var name: String
    package var equals: String?
  }

  /// Which facts a metric may carry.
  package enum FactsField: String, Sendable, CaseIterable {
    case batch, factory, manufactured, activated, firmware, region, carrier, customer, locale
  }

  /// How a SenML name falls apart into device and metric.
  package enum SenMLNaming: String, Sendable, CaseIterable {
    /// The base name is the device's, what a record adds is the metric's; without a base name, as `last`.
    case base
    /// The last `:` or `/` of the whole name parts the two.
    case last
    /// The whole name is the metric's; the topic or the configuration names the device.
    case whole
  }

  /// Whether Sparkplug edge nodes are devices themselves.
  package enum SparkplugNodes: String, Sendable, CaseIterable {
    /// A node that has a metric of ours is.
    case auto
    case devices, gateways
  }

  /// What Sparkplug's devices are told apart by, joined by `:`. Their own names need be unique within a node alone.
  package enum SparkplugIDs: String, Sendable, CaseIterable {
    case device
    case node = "node:device"
    case group = "group:node:device"
  }

  /// Where a mapped JSON message says what.
  package struct MessagePaths: Sendable, Hashable {
    package var reports: JSONPath?
    package var time: JSONPath?
    package var timeUnit = TimeUnit.milliseconds
    package var sequence: JSONPath?
    package var boot: JSONPath?
    package var firmware: JSONPath?
    package var device: JSONPath?
    package var product: JSONPath?
    /// Of `signals`, `events` and `facts`, by the text that the configuration has for them.
    package var metrics: [NamedPath] = []
    package init() {}
  }

  package struct NamedPath: Sendable, Hashable {
    var name: String
    var path: JSONPath
  }

  package enum TimeUnit: String, Sendable, CaseIterable {
    case milliseconds = "ms", seconds = "s", microseconds = "us", nanoseconds = "ns"
    var perMillisecond: Double {
      switch self {
      case .milliseconds: 1
      case .seconds: 0.001
      case .microseconds: 1000
      case .nanoseconds: 1e6
      }
    }
  }
}

extension SourceMapping {
  /// In our words.
  package func device(named foreignName: String) -> String { devices.value(exactly: foreignName) ?? foreignName }
}

/// The source that a topic belongs to, and what the topic says.
package struct ForeignAddress: Sendable, Hashable {
  package var source: Int
  package var captures: TopicPattern.Captures

  /// The device, in our words, where the topic names it: consent is looked at before the payload.
  package func device(in source: SourceMapping) -> String? {
    guard let device = captures.device, source.format != .thingsboard || device != Self.unnamed else { return nil }
    return source.device(named: device)
  }

  /// The same, of Sparkplug as well, whose data must be read all the same: whom a message concerns that can't be read.
  func speaker(in source: SourceMapping) -> String? {
    guard source.format == .sparkplug, let topic = SparkplugTopic(levels: captures.levels) else {
      return device(in: source)
    }
    return source.device(named: topic.name.text(source.ids))
  }

  /// Sparkplug's node or device, for whose birth a message may wait.
  package var waitingKey: String? { SparkplugTopic(levels: captures.levels)?.key }

  /// What whoever publishes to ThingsBoard calls itself.
  static let unnamed = "me"
}

extension [SourceMapping] {
  /// The first source with a pattern that matches.
  package func address(of topic: String) -> ForeignAddress? {
    guard !isEmpty else { return nil }
    let levels = topic.split(separator: "/", maxSplits: TopicPattern.mostLevels, omittingEmptySubsequences: false)
    for (index, source) in enumerated() {
      for pattern in source.topics {
        if let captures = pattern.captures(of: levels) { return ForeignAddress(source: index, captures: captures) }
      }
    }
    return nil
  }
}

extension Dictionary where Key == String {
  /// Swift takes two spellings of a letter (é in one scalar or two) for one; names of devices and metrics are bytes.
  func value(exactly key: String) -> Value? {
    guard let index = index(forKey: key), self[index].key.utf8.elementsEqual(key.utf8) else { return nil }
    return self[index].value
  }
}
