import Foundation
import Vocabulary

/// Whether a patch that was installed took hold on one device that has failed since. With p₁ the probability within the horizon
/// H that the patch was to end, p₂ what a device has where it took, λ = −ln(1 − p) / H, and q the share of devices on which
/// it doesn't take (1 − efficacy), an onset up to t₁ days after the installation and none in the t₂ days at risk since tell
///
///     L(λ) = (1 − e^(−λ t₁)) · e^(−λ t₂),   odds that it didn't = q / (1 − q) · L(λ₁) / L(λ₂)
///
/// and the device's probability is P(didn't) · p₁ + P(did) · p₂. Checkable: p₁ = 0.80, p₂ = 0.06, H = 30, q = 0.075, an onset
/// after 3 days, t₂ = 0: λ₁ = 0.05365, λ₂ = 0.002062, L₁ / L₂ = 0.1487 / 0.006168 = 24.1, odds 1.95, P = 0.66, probability 0.55.
struct PatchTrial {
  let before: Double
  let fixed: Double
  let shareThatFails: Double
  let horizonDays: Double

  /// What the ticket promised; `nil` where it names no figures, as of a mode whose failures cost nothing.
  init?(_ remedy: Ticket.Remedy, fixed: Double, horizonDays: Double) {
    guard remedy.expectedCost > 0, remedy.breakEvenProbability > 0, horizonDays > 0 else { return nil }
    // In shares, so that a change of the region's currency doesn't matter.
    let before = remedy.costOfWaiting * remedy.breakEvenProbability / remedy.expectedCost
    let residual = remedy.efficacy.map { 1 - $0.mean } ?? min(1, fixed / max(before, 1e-12))
    self.init(
      before: before, fixed: fixed, shareThatFails: min(max(residual, 0.01), 0.99), horizonDays: horizonDays)
  }

  init(before: Double, fixed: Double, shareThatFails: Double, horizonDays: Double) {
    (self.before, self.fixed) = (min(before, 0.999), min(fixed, 0.999))
    self.shareThatFails = shareThatFails
    self.horizonDays = horizonDays
  }

  func probability(onsetAfterDays first: Double, quietDays: Double) -> Double {
    guard before > fixed else { return fixed }
    func likelihood(_ probability: Double) -> Double {
      let hazard = max(1e-9, -log(1 - probability) / horizonDays)
      return (1 - exp(-hazard * max(first, 0))) * exp(-hazard * max(quietDays, 0))
    }
    let odds = shareThatFails / (1 - shareThatFails) * likelihood(before) / max(likelihood(fixed), 1e-300)
    let fails = odds / (1 + odds)
    return fails * before + (1 - fails) * fixed
  }
}
