import DeviceHistory
import FirmwareProfiles
package import Vocabulary

/// Messages of the configured sources: each comes to reports and facts of one device or several, each with its own fate.
///
/// Quarantine keeps a foreign message's exact bytes, and what can't be used of it is one entry there: a foreign format has
/// no way to say one report alone. When such an entry is taken again, what was taken before comes out as a duplicate and
/// isn't counted again.
extension StageLine {
  mutating func takeForeign(_ delivery: Delivery, _ address: ForeignAddress, wall: EventTime?) {
    let source = settings.sources[address.source]
    // Sparkplug's data are read all the same: what the next message means depends on them.
    if source.format != .sparkplug, let device = address.device(in: source), !history.mayHear(device) {
      return count(.unconsented)
    }
    let message = foreign.read(
      delivery, address, source, catalogue: catalogue, sessions: &sessions, isRetaken: isRetaking)
    if let request = message.request { yield.requests.append(request) }
    var hasChanged = message.changesState
    var isOfUnconsenting = false
    var refused: [(rejection: Rejection, device: String?, dueAt: EventTime?)] = []
    for item in message.items {
      switch item {
      case .noted: count(.applied)
      case .outdated: count(.late)
      case .rejected(_, let device?) where !history.mayHear(device):
        count(.unconsented)
        isOfUnconsenting = true
      case .rejected(let rejection, let device):
        // Worth another try without an operator's word: the daemon finds it by that.
        refused.append((rejection, device, message.waitsFor == nil ? nil : delivery.receivedAt))
      case .word(let identity, let report, let facts):
        let (fate, hasLearned) = take(delivery, identity, report, facts, wall: wall)
        hasChanged = hasChanged || hasLearned
        if case .quarantined(let rejection) = fate {
          let dueAt = rejection.reason == .future ? report?.time ?? facts?.time : nil
          refused.append((rejection, identity.device, dueAt))
        } else {
          count(fate)
          isOfUnconsenting = isOfUnconsenting || fate == .unconsented
        }
      }
    }
    if hasChanged { yield.taken.append(Yield.Taken(delivery: delivery, device: message.onlyDevice)) }
    quarantine(delivery, refused, isOfUnconsenting: isOfUnconsenting)
    if let key = message.waitsFor, !isRetaking, !isOfUnconsenting { sessions.hold(delivery, for: key) }
    if let key = message.releases { release(key, wall: wall) }
  }

  private mutating func take(
    _ delivery: Delivery, _ identity: DeviceIdentity, _ report: Report?, _ facts: Facts?, wall: EventTime?
  ) -> (Fate, hasChanged: Bool) {
    guard history.mayHear(identity.device) else { return (.unconsented, false) }
    let isKnown = history.knows(identity.device)
    if !isKnown,
      let rejection = admission.refusalOfNewDevice(isReport: facts == nil, devices: history.deviceCount)
    {
      return (.quarantined(rejection), false)
    }
    defer { if !isKnown, facts == nil, history.knows(identity.device) { admission.countUnknown(1) } }
    var charge = DeviceShares.Charge.free
    if !isRetaking {
      // Of a gateway's message each device pays for itself, whatever else is in it.
      var part = delivery
      part.payload = []
      switch admission.charge(part, identity.device) {
      case .success(let taken): charge = taken
      case .failure(let rejection): return (.quarantined(rejection), false)
      }
    }
    var fate = Fate.duplicate
    var hasChanged = false
    if let facts {
      (fate, hasChanged) = learnNews(facts, of: identity)
    }
    guard let report else { return (fate, hasChanged) }
    // A vote moves the clock even if its report is refused.
    hasChanged = history.hear(report.time, of: identity) || hasChanged
    takeEarly(wall: wall)
    runDuePasses(wall: wall)
    fate = history.admit(report, of: identity)
    if fate == .applied { witness?(report, identity) }
    if fate == .applied, charge == .taken { admission.credit(identity.device, report.time) }
    return (fate, hasChanged || fate == .applied)
  }

  /// All that is refused of one message, as one entry: with the first reason, and due when the last of it is. Of a message
  /// that speaks of a device without consent as well only the topic is kept, and it can't be taken again.
  private mutating func quarantine(
    _ delivery: Delivery, _ refused: [(rejection: Rejection, device: String?, dueAt: EventTime?)],
    isOfUnconsenting: Bool
  ) {
    guard let first = refused.first(where: { $0.dueAt != nil }) ?? refused.first else { return }
    var rejection = first.rejection
    if refused.count > 1 { rejection.detail += " (and \(refused.count - 1) more of this message)" }
    var kept = delivery
    var dueAt = refused.compactMap(\.dueAt).max()
    if isOfUnconsenting {
      rejection.detail += "; its bytes aren't kept, since it speaks of a device without consent, too"
      (kept.payload, dueAt) = ([], nil)
    }
    quarantine(kept, rejection, device: first.device, dueAt: dueAt)
    yield.counts.quarantined += refused.count - 1
  }

  // MARK: Taken again

  /// Whether the entry in quarantine stands for a part of a foreign message: its form was understood then, and what was
  /// good of it was counted.
  func isPartOfForeign(_ delivery: Delivery, _ reason: RejectionReason?) -> Bool {
    guard let reason, [.future, .identity, .unknownProduct, .rate].contains(reason) else { return false }
    let address = Address.parse(
      topic: delivery.topic, root: settings.root, catalogue: catalogue, sources: settings.sources)
    if case .success(.foreign) = address { return true }
    return false
  }

  /// Moves what was taken this time out of the count of quarantined; what was known or refused again isn't counted again.
  mutating func settleParts(_ counted: FateCounts, refusedFrom first: Int) -> Fate {
    let refusal = yield.quarantined[first...].first
    yield.quarantined.removeSubrange(first...)
    var moved = counted
    (moved.duplicate, moved.quarantined) = (0, 0)
    yield.counts -= counted
    yield.counts += moved
    yield.counts.quarantined -= moved.received
    if let refusal { return .quarantined(refusal.rejection) }
    guard moved.received == 0 else { return moved.best }
    // It came another way meanwhile.
    yield.counts.duplicate += 1
    yield.counts.quarantined -= 1
    return .duplicate
  }

  /// Data that waited for this birth.
  private mutating func release(_ key: String, wall: EventTime?) {
    for var delivery in sessions.takeWaiting(key) {
      let original = delivery
      delivery.receivedAt = wall ?? history.now ?? delivery.receivedAt
      if case .quarantined = retake(delivery, wall: wall, after: .schema) {
        sessions.hold(original, for: key)
      } else if let own = yield.quarantined.firstIndex(where: { $0.delivery == original }) {
        forgetRefusal(at: own)
      } else {
        yield.readmitted.append(original)
      }
    }
  }

  // MARK: Kept over a restart

  mutating func forgetSessions(of devices: Set<String>) {
    let sparkplug = settings.sources.filter { $0.format == .sparkplug }
    guard !devices.isEmpty, !sparkplug.isEmpty else { return }
    sessions.forget { name in sparkplug.contains { devices.contains($0.device(named: name.text($0.ids))) } }
  }

  /// Sparkplug's births and sequences, to be kept with the history's state.
  package func writeSessions() -> [UInt8] { sessions.written() }

  /// A message of an earlier run that waits in quarantine for a birth.
  package mutating func waitAgain(_ delivery: Delivery) {
    let address = Address.parse(
      topic: delivery.topic, root: settings.root, catalogue: catalogue, sources: settings.sources)
    guard case .success(.foreign(let foreign)) = address, let key = foreign.waitingKey else { return }
    sessions.hold(delivery, for: key)
  }

  package mutating func restoreSessions(_ bytes: [UInt8]) { sessions = SparkplugSessions(restoring: bytes) }
}

extension ForeignMessage {
  /// The device whose erasure takes the message with it; of several devices there is none.
  fileprivate var onlyDevice: String? {
    var devices: Set<String> = []
    for case .word(let identity, _, _) in items { devices.insert(identity.device) }
    return devices.count == 1 ? devices.first : nil
  }
}
