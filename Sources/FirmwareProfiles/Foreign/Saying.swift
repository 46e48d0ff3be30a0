package import Vocabulary

/// A metric's value as a foreign payload has it.
enum MetricValue: Hashable {
  /// Finite.
  case number(Double)
  case flag(Bool)
  case text(String)
  /// Said to be nothing.
  case null
  /// An array, bytes, NaN: no signal takes it.
  case other(UInt64)

  init(_ node: JSONNode) {
    if let number = node.number {
      self = .number(number)
    } else if let flag = node.bool {
      self = .flag(flag)
    } else if node.isString, let text = node.string {
      self = .text(text)
    } else {
      self = node.isNull ? .null : .other(node.digest().value)
    }
  }

  var digest: UInt64 {
    switch self {
    case .number(let number): Digest.mix(number.bitPattern ^ 1)
    case .flag(let flag): flag ? 2 : 3
    case .text(let text): Digest.of(text.utf8).value &+ 4
    case .null: 5
    case .other(let digest): digest &+ 6
    }
  }
}

/// What one device says of one time, in its own words: what a format's reader gives, before names are mapped.
struct Saying {
  /// What a metric means for the model.
  enum Tense {
    /// News: all of it counts.
    case happening
    /// How things stand (a birth): levels and facts, but nothing that happened.
    case standing
    /// Of an earlier time than what is known: evidence, but no facts.
    case past
    /// Facts alone.
    case attributes
  }

  /// As the payload names them; `nil`: the topic or the configuration does.
  var device: String?
  var product: String?
  /// `nil`: when it was received.
  var time: EventTime?
  var tense = Tense.happening
  var sequence: Int64?
  var boot: String?
  var firmware: String?
  var metrics: [(name: String, value: MetricValue)] = []
  /// Items that are of no metric.
  var unknownItems = 0
  /// Tells this report from others of the same device and time, where not the content does.
  var digest: UInt64?
  /// A device without a metric that the profile knows isn't one (Sparkplug nodes).
  var mustBeKnown = false
}

/// What a message comes to, for one device.
package enum ForeignItem: Sendable {
  case word(DeviceIdentity, report: Report?, facts: Facts?)
  case rejected(Rejection, device: String?)
  /// What concerns no device's evidence: a death, a gateway's connect.
  case noted
  /// What was overtaken before it came: the death of an earlier session.
  case outdated
}
