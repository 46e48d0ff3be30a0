package import FirmwareProfiles

/// How much of the gateway one device, strangers and made-up names may take at most; from the configuration's `limits`.
/// A sound fleet never meets any of these.
package struct AdmissionLimits: Sendable, Hashable {
  /// Messages that a device may send at once. A device that was cut off for a week and sends one report a message every
  /// five minutes comes back with 2 016; a test bench or a gateway that speaks for many, with more.
  package var deviceBurst = 20_000
  /// Messages a second that a device may send for ever, by the gateway's clock or by its own: far above what the busiest
  /// sound devices were seen to send, and a hundred such devices still leave most of the stream to the others.
  package var deviceMessagesPerSecond = 100.0
  /// A message counts as one for each started so many bytes: large ones cost more to read. A report of sixty signals is
  /// 2 KB.
  package static let bytesOfOneMessage = 4096
  /// Devices that only ever reported: no state, import or birth certificate told of them. At some 300 bytes each.
  package var unknownDevices = 1_500_000
  /// All devices that a stream can make up, states included; an import by an operator isn't held up.
  package var devices = 5_000_000
  package var names = NameLimits()
  /// What quarantine may write: a whole turnover of its bound at once, then one in so many seconds. Without this a flood of
  /// 2 000 messages of 64 KB a second would rewrite quarantine twice a second, and every commit would wait for it.
  package static let quarantineTurnoverSeconds = 600.0
  /// A turnover of quarantine: its bound in rows and bytes (`StoreLimits`).
  package static let quarantineRows = 10_000.0
  package static let quarantineBytes = Double(64 << 20)
  /// `rate` may take this share of it: a throttled device mustn't push out what others can still learn from.
  package static let quarantineShareOfRate = 0.25
  /// Devices over their share of which `status` and `doctor` can tell the names.
  package static let namedOffenders = 16

  package init() {}
}
