/// What was held of a device at a moment, kept to be judged against what came: P(at least one onset begins in
/// [`asOf`, `asOf` + `horizonDays`)), with its 90 % interval.
package struct Prediction: Sendable, Hashable {
  package var identity: DeviceIdentity
  package var failureMode: Symbol
  package var asOf: EventTime
  package var horizonDays: Double
  package var probability: Interval

  package init(
    identity: DeviceIdentity, failureMode: Symbol, asOf: EventTime, horizonDays: Double, probability: Interval
  ) {
    self.identity = identity
    self.failureMode = failureMode
    self.asOf = asOf
    self.horizonDays = horizonDays
    self.probability = probability
  }
}
