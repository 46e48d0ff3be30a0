/// A device in the comparison of care with none, from when its care was due: by lot in one of two arms, for good.
package struct TrialEntry: Hashable, Sendable {
  package enum Arm: String, Sendable, Codable, CaseIterable { case care, holdout }

  package var identity: DeviceIdentity
  package var failureMode: Symbol
  package var finding: String
  package var arm: Arm
  package var at: EventTime
  /// That the device had had by then.
  package var onsets: Int

  package init(identity: DeviceIdentity, failureMode: Symbol, finding: String, arm: Arm, at: EventTime, onsets: Int) {
    self.identity = identity
    self.failureMode = failureMode
    self.finding = finding
    self.arm = arm
    self.at = at
    self.onsets = onsets
  }

  /// The lot: a number in [0, 1) that stays the device's own in this failure mode, whatever finding it is found by.
  package static func lot(_ identity: DeviceIdentity, _ failureMode: Symbol) -> Double {
    let parts = ["holdout", identity.product.text, identity.device, failureMode.text]
    return Double(Digest.of(parts: parts).value >> 11) * 0x1p-53
  }
}
