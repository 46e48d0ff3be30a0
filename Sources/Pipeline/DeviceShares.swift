import Vocabulary

/// A token bucket a device, kept as the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371):
/// a message costs 1/rate seconds, and is refused when that would put the device more than burst/rate seconds in debt.
/// With 10 messages a second and a burst of 3 000: up to 300 s of debt.
///
/// Debt is paid off by the time at which messages are received, and **by the time that the device's own reports cover**: a
/// backlog comes at full speed after an absence of the daemon, the broker or the device, but its reports are as far apart
/// as ever, so that a sound device never runs into debt, however long the absence was. A hostile device gains little by
/// naming made-up times: only reports that were applied count, these lie between `lateness` before and a day after the
/// clock, and only a new latest time pays; so it gets at most rate × (lateness + 1 day) messages over its share, once.
///
/// Only devices in debt are remembered. As each message costs 0.1 s of debt, that is a tenth of the messages a second:
/// 7 000 devices at 70 000 messages a second, in a fleet of any size.
package struct DeviceShares: Sendable {
  private struct Debt: Sendable {
    /// When it is paid off, on `elapsed`.
    var until: Int64
    /// The latest time of a report since the device got into debt.
    var latest: EventTime?
    var refused = 0
  }

  private var debts: [String: Debt] = [:]
  /// Milliseconds of receive time: never goes back, whatever the wall clock does.
  private var elapsed: Int64 = 0
  private var lastReceived: EventTime?
  private var sweepAt = 1024
  private let costMilliseconds: Double
  private let mostDebt: Int64
  /// Debt from which the device's own times are looked at: most messages are spared the second look-up.
  private let notableDebt: Int64

  init(_ limits: AdmissionLimits) {
    costMilliseconds = 1000 / limits.deviceMessagesPerSecond
    mostDebt = Int64(costMilliseconds * Double(limits.deviceBurst))
    notableDebt = mostDebt / 100
  }

  enum Charge: Sendable {
    case free
    /// The message is taken; what its reports tell of time should be credited.
    case taken
    case refused
  }

  /// Devices that are in debt now.
  package var count: Int { debts.count }
  /// Of these, the ones that were refused something since they got into it.
  package var throttled: Int { debts.values.count { $0.refused > 0 && $0.until > elapsed } }

  mutating func advance(to received: EventTime) {
    if let lastReceived { elapsed += max(0, received.milliseconds - lastReceived.milliseconds) }
    lastReceived = received
  }

  /// Charges a message to the device. `isJudging` is false where the message was let in before: it is charged all the same.
  mutating func charge(_ device: String, bytes: Int, isJudging: Bool) -> Charge {
    let messages = max(1, (bytes + AdmissionLimits.bytesOfOneMessage - 1) / AdmissionLimits.bytesOfOneMessage)
    let cost = Int64(costMilliseconds * Double(messages))
    let place = debts.index(forKey: device)
    let known = place.map { debts.values[$0].until }
    let until = max(known ?? elapsed, elapsed) + cost
    // A message that costs more than a whole burst must still be taken from a device without debts.
    if isJudging, until - elapsed > max(mostDebt, cost) {
      debts[device, default: Debt(until: elapsed)].refused += 1
      return .refused
    }
    if let place {
      if known.map({ $0 <= elapsed }) ?? true {
        debts.values[place] = Debt(until: until)
      } else {
        debts.values[place].until = until
      }
    } else {
      debts[device] = Debt(until: until)
      sweep()
    }
    return until - elapsed > notableDebt ? .taken : .free
  }

  /// A report of the device that was applied: the time it covers since the one before pays off debt.
  mutating func credit(_ device: String, _ time: EventTime) {
    guard var debt = debts[device] else { return }
    guard let latest = debt.latest else {
      debts[device]?.latest = time
      return
    }
    guard time > latest else { return }
    debt.latest = time
    debt.until = max(elapsed, debt.until - (time.milliseconds - latest.milliseconds))
    debts[device] = debt
  }

  mutating func forget(_ device: String) { debts[device] = nil }

  /// Paid-off debts are forgotten when the table has doubled since the last time: a constant cost a message.
  private mutating func sweep() {
    guard debts.count >= sweepAt else { return }
    debts = debts.filter { $0.value.until > elapsed }
    sweepAt = max(1024, debts.count * 2)
    debts.reserveCapacity(sweepAt)
  }
}
