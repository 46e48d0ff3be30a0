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
        forgetRefusal(at: own)
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
    let before = yield.counts
    retakes.append(Retake(firstRefusal: yield.quarantined.count))
    take(delivery, wall: wall)
    let retake = retakes.removeLast()
    defer { if !retakes.isEmpty { retakes[retakes.count - 1].countedInside += yield.counts - before } }
    let counted = yield.counts - before - retake.countedInside
    if isPartOfForeign(delivery, reason) { return settleParts(counted, refusedFrom: retake.firstRefusal) }
    let refused = yield.quarantined[retake.firstRefusal...]
    if let refusal = refused.first, counted.received == refused.count {
      yield.counts -= counted
      yield.quarantined.removeSubrange(retake.firstRefusal...)
      return .quarantined(refusal.rejection)
    }
    yield.counts.quarantined -= 1
    return counted.best
  }

  var isRetaking: Bool { !retakes.isEmpty }

  /// What was refused since the yield was last taken, and was taken after all.
  mutating func forgetRefusal(at index: Int) {
    yield.quarantined.remove(at: index)
    for level in retakes.indices where index < retakes[level].firstRefusal { retakes[level].firstRefusal -= 1 }
  }
}

/// A message from quarantine that is being taken: its device paid for it when it came.
struct Retake {
  /// Where its own refusals begin in the yield's.
  var firstRefusal: Int
  /// What came due meanwhile and was taken inside of this is no part of its own fate.
  var countedInside = FateCounts()
}

extension FateCounts {
  /// An array that was refused as a whole may hold several fates: the best of them.
  var best: Fate {
    if applied > 0 { return .applied }
    if duplicate > 0 { return .duplicate }
    return late > 0 ? .late : .unconsented
  }
}
