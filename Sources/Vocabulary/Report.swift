/// A message as the broker handed it over.
package struct Delivery: Sendable, Hashable {
  package var topic: String
  package var payload: [UInt8]
  package var isRetained: Bool
  package var receivedAt: EventTime

  package init(topic: String, payload: [UInt8], isRetained: Bool = false, receivedAt: EventTime) {
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
    self.receivedAt = receivedAt
  }
}

/// Which device, and of what product; from the topic, which the broker's ACL guards.
package struct DeviceIdentity: Hashable, Sendable, Comparable {
  package var product: Symbol
  package var device: String

  package init(product: Symbol, device: String) {
    self.product = product
    self.device = device
  }

  package static func < (left: DeviceIdentity, right: DeviceIdentity) -> Bool {
    left.product == right.product ? left.device < right.device : left.product < right.product
  }
}

/// What a device said at one moment. Only signals and events that its product's profiles declare are here.
package struct Report: Sendable, Hashable {
  package var time: EventTime
  package var sequence: Int64?
  package var boot: String?
  package var firmware: Symbol?
  /// Numbers in the profile's unit; a flag is 0 or 1; a word is its index in the profile's `words`.
  package var signals: [Signal]
  package var events: [Event]
  /// Signals and events that no profile of the product declares, or whose value lies outside the declared range.
  package var unknownItems: Int
  /// 64-bit digest of the report's content, independent of the order of keys: the identity of a report without `seq`.
  package var digest: UInt64

  /// Of reports whose numbers rise, but may leave some out: none of them is missing.
  package static let leapingBoot = "report_id"

  package struct Signal: Sendable, Hashable {
    package var name: Symbol
    package var value: Double
    package init(name: Symbol, value: Double) {
      self.name = name
      self.value = value
    }
  }

  package struct Event: Sendable, Hashable {
    package var type: Symbol
    package var count: Int32
    package init(type: Symbol, count: Int32) {
      self.type = type
      self.count = count
    }
  }

  package init(
    time: EventTime, sequence: Int64? = nil, boot: String? = nil, firmware: Symbol? = nil, signals: [Signal] = [],
    events: [Event] = [], unknownItems: Int = 0, digest: UInt64 = 0
  ) {
    self.time = time
    self.sequence = sequence
    self.boot = boot
    self.firmware = firmware
    self.signals = signals
    self.events = events
    self.unknownItems = unknownItems
    self.digest = digest
  }
}
