import Vocabulary

/// What each remedy of one device is expected to cost within the mode's horizon, failures that still happen included.
/// With a failure at 100, a replacement at 45 and a new unit's probability of 0.03, replacing costs 45 + 0.03 · 100 = 48:
/// it pays from a probability of 0.48 on.
struct CostComparison {
  let costs: FailureMode.Costs
  /// That the device fails within the horizon if nothing is done.
  let probability: Double

  var waiting: Double { probability * costs.failure }

  func replacement(probabilityOfNewUnit: Double) -> Double {
    costs.replacement + probabilityOfNewUnit * costs.failure
  }

  func patch(probabilityWithFix: Double) -> Double {
    costs.patch + probabilityWithFix * costs.failure
  }

  /// A remote check; what follows from it is decided when its result is known.
  var diagnose: Double { costs.diagnose }

  func pays(_ expectedCost: Double) -> Bool { expectedCost < waiting }

  /// The probability at which a remedy of this expected cost is as dear as waiting. Above 1 it never pays.
  func breakEven(_ expectedCost: Double) -> Double { expectedCost / costs.failure }

  func remedy(_ type: Ticket.Kind, expectedCost: Double, sku: String? = nil, firmware: Symbol? = nil) -> Ticket.Remedy {
    Ticket.Remedy(
      type: type, sku: sku, firmware: firmware, expectedCost: expectedCost.toSixDigits,
      costOfWaiting: waiting.toSixDigits, breakEvenProbability: breakEven(expectedCost).toSixDigits,
      currency: costs.currency)
  }
}

extension FailureMode.Costs {
  /// The smallest probability at which any remedy could pay, were it perfect; infinite where a failure costs nothing.
  var careThreshold: Double {
    failure > 0 ? min(patch, replacement, diagnose) / failure : .infinity
  }
}
