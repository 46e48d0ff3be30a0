package import Vocabulary

/// How history is judged; from the configuration.
package struct HistorySettings: Sendable {
  package var clock: ClockKind
  package var clockQuorum: Int
  /// A report this far behind the clock still revises the evidence; older is late.
  package var latenessDays: Int
  /// What a device's silence about its consent means.
  package var consent: ConsentPolicy

  package init(
    clock: ClockKind = .wall, clockQuorum: Int = 10, latenessDays: Int = 7, consent: ConsentPolicy = ConsentPolicy()
  ) {
    self.clock = clock
    self.clockQuorum = clockQuorum
    self.latenessDays = latenessDays
    self.consent = consent
  }

  package var lateness: Int64 { Int64(latenessDays) * EventTime.day }
  /// A closed bucket takes reports this long after its end: an hour by the wall clock, else one bucket more.
  package func settle(_ length: BucketLength) -> Int64 { clock == .wall ? EventTime.hour : length.milliseconds }
  /// A report further ahead of the clock than this is from the future.
  package static let ahead = EventTime.day
  /// Digests of a device's reports without `seq` that are remembered within the lateness limit: one every half a minute for
  /// a week. A device that makes up more of them is over any share.
  package static let mostDigests = 20_000
  /// Moves of a device that are remembered: a registry that names another region with each state must not fill the memory.
  static let mostPlaces = 64
}
