import Rig

/// Messages by fate, to be compared whole.
struct Tally: Equatable, CustomStringConvertible {
  var applied = 0
  var duplicate = 0
  var quarantined = 0
  var unconsented = 0
  var late = 0

  var received: Int { applied + duplicate + quarantined + unconsented + late }

  var description: String {
    "\(applied) applied, \(duplicate) duplicate, \(quarantined) quarantined, \(unconsented) unconsented, \(late) late"
  }
}

extension Tally {
  init(_ messages: DaemonStatus.Messages) {
    self.init(
      applied: messages.applied, duplicate: messages.duplicate, quarantined: messages.quarantined,
      unconsented: messages.unconsented, late: messages.late)
  }
}
