package import ControlProtocol
package import Vocabulary

/// What a finding rests on, as the model has it now.
package struct FindingEvidence: Sendable {
  package struct Region: Sendable {
    package var region: String
    package var deviceDays: Double
    package var onsets: Int
    package var otherDeviceDays: Double
    package var otherOnsets: Int
    package var ratio: Estimate?

    package init(
      region: String, deviceDays: Double, onsets: Int, otherDeviceDays: Double, otherOnsets: Int, ratio: Estimate?
    ) {
      self.region = region
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.otherDeviceDays = otherDeviceDays
      self.otherOnsets = otherOnsets
      self.ratio = ratio
    }
  }

  package struct Day: Sendable {
    package var start: EventTime
    package var deviceDays: Double
    package var onsets: Int
    /// At the rate of the others.
    package var expected: Double

    package init(start: EventTime, deviceDays: Double, onsets: Int, expected: Double) {
      self.start = start
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.expected = expected
    }
  }

  package var regions: [Region]
  package var days: [Day]
  /// Of the finding's candidates, in their order; `nil` where the fit has no term of it.
  package var effects: [Estimate?]

  package init(regions: [Region], days: [Day], effects: [Estimate?]) {
    self.regions = regions
    self.days = days
    self.effects = effects
  }
}
