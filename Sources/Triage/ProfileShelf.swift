import Vocabulary

/// The profiles by product; which of a product's files speaks for a device depends on its firmware.
struct ProfileShelf: Sendable {
  private let byProduct: [Symbol: [FirmwareProfile]]

  init(_ profiles: [FirmwareProfile]) {
    byProduct = Dictionary(grouping: profiles.sorted { $0.source < $1.source }, by: \.product)
  }

  /// The mode and the profile that describes it for this firmware; where none fits it, any of the product that has the
  /// mode, so that a device on an undescribed version still has costs.
  func entry(for mode: ModeKey, firmware: Symbol?) -> ProfileEntry? {
    let entries = entries(for: mode)
    guard entries.count > 1, let firmware else { return entries.first }
    let version = FirmwareVersion(firmware.text)
    return entries.first { $0.profile.firmware.contains(version) } ?? entries.first
  }

  func entries(for mode: ModeKey) -> [ProfileEntry] {
    (byProduct[mode.product] ?? []).compactMap { profile in
      profile.modes.first { $0.id == mode.mode }.map { ProfileEntry(profile: profile, mode: $0) }
    }
  }
}

/// One failure mode with the profile that declares it.
struct ProfileEntry: Sendable {
  let profile: FirmwareProfile
  var mode: FailureMode

  /// Firmware that the profile says fixes the mode, without a word from the data.
  var claimedFixes: [CohortBelief.Fix] {
    profile.releases.filter { $0.fixes.contains(mode.id) }.map {
      CohortBelief.Fix(firmware: $0.version, probability: nil, isClaimedByProfile: true)
    }
  }
}
