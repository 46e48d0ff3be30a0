import DeviceHistory
package import Vocabulary

/// Messages that were refused once and are taken again: those of the future by themselves, others when an operator says so.
extension StageLine {
  /// A message from the future that waits in quarantine since an earlier run. Without it a start would let a bucket close
  /// before the message is taken, where no start would not.
  package mutating func waitForClock(
    _ delivery: Delivery, _ rejection: Rejection, device: String?, dueAt: EventTime?
  ) {
    early.add(Yield.Quarantined(delivery: delivery, rejection: rejection, device: device, dueAt: dueAt))
  }

  /// Whether a message from the future waits here for the clock.
  package func isWaiting(_ delivery: Delivery) -> Bool { early.contains(delivery) }

  /// What the clock has caught up with.
  mutating func takeEarly(wall: EventTime?) {
    let wasTaking = isTakingEarly
    isTakingEarly = true
    defer { isTakingEarly = wasTaking }
    while let latest = history.latest, let message = early.next(dueBy: latest + HistorySettings.ahead) {
      var delivery = message.delivery
      delivery.receivedAt = wall ?? history.now ?? delivery.receivedAt
      let fate = retake(delivery, wall: wall, after: message.rejection.reason)
      let own = yield.quarantined.firstIndex {
        $0.dueAt == message.dueAt && $0.delivery.isSameMessage(as: message.delivery)
      }
      if case .quarantined(let rejection) = fate {
        // No longer early, but refused for something else: that is what an operator should read.
        if let own {
          yield.quarantined[own].rejection = rejection
          yield.quarantined[own].dueAt = nil
        }
      } else if let own {
        yield.quarantined.remove(at: own)
      } else {
        yield.readmitted.append(message.delivery)
      }
    }
  }

  /// Takes a message from quarantine again, as if it came now. If all of it is refused again, all counts stay where they
  /// were; of an array that is partly good the bad elements are quarantined anew, each by itself.
  ///
  /// - Parameter reason: why it is in quarantine; of a foreign message this says whether all of it is.
  package mutating func retake(_ delivery: Delivery, wall: EventTime?, after reason: RejectionReason? = nil) -> Fate {
    let before = yield
    // What comes due meanwhile is taken again inside of this.
    let wasRetaking = isRetaking
    isRetaking = true
    take(delivery, wall: wall)
    isRetaking = wasRetaking
    if isPartOfForeign(delivery, reason) { return settleParts(since: before) }
    let refused = yield.quarantined.dropFirst(before.quarantined.count)
    let accepted = yield.counts.received - before.counts.received - refused.count
    if let refusal = refused.first, accepted == 0 {
      yield.counts = before.counts
      yield.quarantined = before.quarantined
      return .quarantined(refusal.rejection)
    }
    let fate = yield.counts.lastRise(since: before.counts)
    yield.counts.quarantined -= 1
    return fate
  }
}

extension FateCounts {
  /// The fate that rose; an array that was refused as a whole may hold several: the best of them.
  func lastRise(since before: FateCounts) -> Fate {
    if applied > before.applied { return .applied }
    if duplicate > before.duplicate { return .duplicate }
    return late > before.late ? .late : .unconsented
  }
}
