/// How fast the care of one finding spreads. Every default works.
package struct WavePolicy: Sendable, Hashable {
  /// Off: all tickets are let out at once, up to the limit a day.
  package var isOn = true
  /// The first wave: this share of the finding's tickets,
  package var canaryShare = 0.01
  /// but at least so many, which tell something.
  package var canaryDevices = 10
  /// Each further wave is so many times as large as the last.
  package var growth = 5.0
  /// How long a wave is watched, from its last ticket on, before the next begins.
  package var observationDays = 3.0
  /// The share of a wave's tickets that must be judged, by a person or by the new firmware's running.
  package var judgedShare = 0.5
  /// The campaign stops for an operator where more of the judged than this didn't help or needed no care.
  package var mostBadShare = 0.25
  /// Tickets of one finding that are let out in a day, whatever the waves' size.
  package var limitADay = 1000
  /// So many devices must have failed in a place before an acknowledged finding is said to have spread there.
  package var spreadDevices = 5

  package init() {}

  /// More than any fleet; a wave's size stops growing there.
  static let largestWave = 10_000_000
  /// Places that a finding remembers, so that its record stays small.
  static let mostPlaces = 500
}
