package import Vocabulary

/// What absent consent means can change: by a reload, or as a device turns out to live elsewhere.
extension FleetHistory {
  /// Another policy from now on. Answers whether devices were erased for it.
  @discardableResult
  package mutating func replaceConsent(_ policy: ConsentPolicy) -> Bool {
    settings.consent = policy
    return enforceConsent()
  }

  /// Devices that may not be heard any more: all that their reports gave is erased. Their facts stay, as those of a device
  /// that was never heard: without its region it would be heard again.
  @discardableResult
  package mutating func enforceConsent() -> Bool {
    putAway()
    var hasErased = false
    for number in numbers where mustForget(number) {
      forgetReports(of: number, keeping: records.facts(of: number))
      hasErased = true
    }
    return hasErased
  }

  /// Asked of each device at a start, so nothing is unpacked for it but the facts.
  func mustForget(_ number: Int) -> Bool {
    records.hasReports(number) && !settings.consent.allowsTelemetry(records.facts(of: number))
  }
}
