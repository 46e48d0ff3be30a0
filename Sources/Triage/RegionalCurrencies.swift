package import Vocabulary

/// In which currency the desk of a region counts. A profile's costs are in one currency; what a unit of that is worth in the
/// region's is the region's word, and where it has none the costs stay as they are.
package struct RegionalCurrencies: Sendable, Hashable {
  package struct Currency: Sendable, Hashable {
    /// Three capital letters.
    package var code: String
    /// What one unit of another currency is worth in this one: `["USD": 0.92]` of EUR.
    package var rates: [String: Double]

    package init(code: String, rates: [String: Double]) {
      self.code = code
      self.rates = rates
    }
  }

  /// By region; a region's holds for its parts.
  private let currencies: [String: Currency]

  package init(_ currencies: [String: Currency] = [:]) { self.currencies = currencies }

  /// 45 USD in a region of EUR at 0.92 are 41.40 EUR. The break-even probability is the same in every currency.
  package func local(_ costs: FailureMode.Costs, in region: Symbol?) -> FailureMode.Costs {
    guard !currencies.isEmpty, let region,
      let currency = RegionParts(of: region.text).lazy.compactMap({ currencies[String($0)] }).first,
      let rate = currency.rates[costs.currency]
    else { return costs }
    return FailureMode.Costs(
      failure: costs.failure * rate, patch: costs.patch * rate, replacement: costs.replacement * rate,
      diagnose: costs.diagnose * rate, currency: currency.code)
  }
}
