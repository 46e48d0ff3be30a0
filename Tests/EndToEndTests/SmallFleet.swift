import FleetSimulation
import Rig
import Vocabulary

/// One product with a very bad batch. Nothing comes days late and nobody refuses: whether such a word meets a bucket's closing
/// before or after is a matter of order.
enum SmallFleet {
  /// Its states, and then day after day what it says.
  static func days(seed: UInt64) throws -> [[SimulatedMessage]] {
    guard let start = EventTime("2025-06-01") else { throw RigError("no start") }
    var plan = FleetPlan.null(devices: 300, days: 20, seed: seed, start: start)
    plan.products = plan.products.filter { $0.product == "fire-tv-stick-4k-max" }
    plan.batchesPerProduct = 5
    plan.lateShare = 0
    plan.withoutTelemetryConsentShare = 0
    plan.defects = [
      PlantedDefect(
        .badBatch, product: "fire-tv-stick-4k-max", mode: "hdmi-cec-failure", batch: 3, relativeRisk: 40)
    ]
    let fleet = Fleet(plan: plan)
    return [fleet.states()] + (0..<plan.days).map { fleet.messages(day: $0) }
  }
}
