import CheckedYAML
import Triage
import Vocabulary

/// The configuration's `care`.
struct CareReader {
  let keys: YAMLMapping
  /// An owner is a team, not a story.
  private static let mostNameBytes = 128

  func take(into result: inout Configuration) {
    if let mode = keys.optional("mode")?.choice(of: TriagePolicy.CareMode.self) { result.careMode = mode }
    if let waves = keys.optional("waves")?.mapping({ waves(result.waves, $0) }) { result.waves = waves }
    if let value = keys.optional("answer_hours")?.double(in: 0.1...8760) { result.clocks.answerHours = value }
    _ = keys.optional("owners")?.mapping { owners -> Bool? in
      for word in Cause.allCases.map(\.rawValue) + [ClockPolicy.ownRecord] {
        guard let entry = owners.optional(word) else { continue }
        let owner = entry.mapping { keys -> ClockPolicy.Owner? in
          let owner = keys.required("owner")?.string(maximumBytes: Self.mostNameBytes)
          let queue = keys.required("queue")?.string(maximumBytes: Self.mostNameBytes)
          guard let owner, let queue else { return nil }
          return ClockPolicy.Owner(owner: owner, queue: queue)
        }
        if let owner { result.clocks.owners[word] = owner }
      }
      return true
    }
  }

  private func waves(_ defaults: WavePolicy, _ keys: YAMLMapping) -> WavePolicy? {
    var waves = defaults
    if let value = keys.optional("enabled")?.bool() { waves.isOn = value }
    if let value = keys.optional("canary_share")?.double(in: 0...1) { waves.canaryShare = value }
    if let value = keys.optional("canary_devices")?.integer(in: 1...100_000) { waves.canaryDevices = value }
    if let value = keys.optional("growth")?.double(in: 1...100) { waves.growth = value }
    if let value = keys.optional("observation_days")?.double(in: 0...365) { waves.observationDays = value }
    if let value = keys.optional("judged_share")?.double(in: 0...1) { waves.judgedShare = value }
    if let value = keys.optional("most_bad_share")?.double(in: 0...1) { waves.mostBadShare = value }
    if let value = keys.optional("limit_a_day")?.integer(in: 0...10_000_000) { waves.limitADay = value }
    if let value = keys.optional("spread_devices")?.integer(in: 1...100_000) { waves.spreadDevices = value }
    return waves
  }
}
