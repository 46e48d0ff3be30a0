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
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for part in ["holdout", identity.product.text, identity.device, failureMode.text] {
      for byte in part.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
      state = (state ^ 0xff) &* 0x100_0000_01b3
    }
    // FNV mixes its high bits badly for short input: finish as splitmix64 does.
    state = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ state >> 27) &* 0x94d0_49bb_1331_11eb
    state ^= state >> 31
    return Double(state >> 11) * 0x1p-53
  }
}
