package import FirmwareProfiles
package import Vocabulary

/// Who is let in, before anything is parsed: each device's share of the stream, how many devices and names a stream may
/// make up, and what quarantine keeps of the refused. A value that depends on nothing but the messages and the times at
/// which they were received, so that a replay refuses what the daemon refused.
///
/// A start that reads its own journal again doesn't judge (`isJudging`): what was let in once stays in, under limits that
/// were lowered meanwhile as well. Names are limited in every other case, a retry from quarantine included; a device's share
/// only for what newly comes from the broker.
package struct Admission {
  package let limits: AdmissionLimits
  package let names: NameGate
  package var isJudging = true { didSet { names.isJudging = isJudging } }
  package private(set) var shares: DeviceShares
  private var budget = QuarantineBudget()
  private var lastReceived: EventTime?
  package var counts = AdmissionCounts()
  /// Devices of which nothing was ever told but by their own reports.
  package private(set) var unknownDevices = 0
  /// The latest devices over their share, the newest last.
  package private(set) var offenders: [String] = []

  init(_ limits: AdmissionLimits) {
    self.limits = limits
    names = NameGate(limits.names)
    shares = DeviceShares(limits)
  }

  /// Receive time moves on: shares are paid off by it, without messages as well.
  package mutating func advance(to received: EventTime) {
    if let lastReceived { budget.refill(milliseconds: received.milliseconds - lastReceived.milliseconds) }
    lastReceived = received
    shares.advance(to: received)
  }

  /// Charges a message to the device's share; what it answers on refusal says what the share is.
  mutating func charge(_ delivery: Delivery, _ device: String) -> Result<DeviceShares.Charge, Rejection> {
    switch shares.charge(device, bytes: delivery.payload.count, isJudging: isJudging) {
    case .refused:
      counts.throttled += 1
      name(device)
      return .failure(
        Rejection(
          .rate,
          "over the device's share of \(limits.deviceMessagesPerSecond.plain) messages a second and \(limits.deviceBurst) "
            + "at once (limits.device_messages_per_second, limits.device_burst): mend the device, then retry"))
    case let charge: return .success(charge)
    }
  }

  mutating func credit(_ device: String, _ time: EventTime) { shares.credit(device, time) }

  /// Why a device that was never heard of can't be taken up; `nil`: it can.
  mutating func refusalOfNewDevice(isReport: Bool, devices: Int) -> Rejection? {
    guard isJudging else { return nil }
    if isReport, unknownDevices >= limits.unknownDevices {
      counts.newDevicesRefused += 1
      return Rejection(
        .rate,
        "\(limits.unknownDevices) devices have reported that no state or import tells of (limits.unknown_devices): "
          + "import this one, or raise the limit, then retry")
    }
    if devices >= limits.devices {
      counts.newDevicesRefused += 1
      return Rejection(
        .rate, "\(limits.devices) devices are known (limits.devices): raise the limit, then retry")
    }
    return nil
  }

  /// A device changed between known by its reports alone and known by more.
  mutating func countUnknown(_ change: Int) { unknownDevices = max(0, unknownDevices + change) }

  /// Whether quarantine writes a refused message, or only counts it.
  mutating func mayKeep(_ delivery: Delivery, _ rejection: Rejection, device: String?) -> Bool {
    let kind: QuarantineBudget.Kind = rejection.reason == .rate ? .rate : device == nil ? .stranger : .device
    guard isJudging else { return true }
    guard budget.mayKeep(kind, bytes: delivery.payload.count + delivery.topic.utf8.count) else {
      counts.unkept += 1
      return false
    }
    return true
  }

  mutating func forget(_ device: String) {
    shares.forget(device)
    offenders.removeAll { $0 == device }
  }

  private mutating func name(_ device: String) {
    guard offenders.last != device else { return }
    offenders.removeAll { $0 == device }
    offenders.append(device)
    if offenders.count > AdmissionLimits.namedOffenders { offenders.removeFirst() }
  }
}

/// What the limits have refused so far; kept with the fates.
package struct AdmissionCounts: Sendable, Hashable {
  /// Messages over a device's share.
  package var throttled = 0
  /// Messages of devices that were one too many.
  package var newDevicesRefused = 0
  /// Refused messages that quarantine counted, but didn't write.
  package var unkept = 0

  package init() {}
}

extension Admission {
  /// The devices known by their reports alone, as they stand in the snapshot that is written with it.
  package var stored: [UInt8] { Array(String(unknownDevices).utf8) }

  package mutating func restore(_ bytes: [UInt8]) {
    unknownDevices = Int(String(decoding: bytes, as: UTF8.self)) ?? 0
  }
}

extension Double {
  fileprivate var plain: String { self == rounded() ? String(Int64(self)) : String(self) }
}
