import Vocabulary

/// A fit's coefficients as exp(η) of each profile: the few thousand profiles are worked out once, the rows look them up.
struct ProfileEffects: Sendable {
  let ratios: ContiguousArray<Double>

  /// - Parameter isRemoved: terms that shall not count.
  init(
    terms: [Term], coefficients: ContiguousArray<Double>, without isRemoved: (Term) -> Bool = { _ in false },
    lexicon: Lexicon, factorCount: Int
  ) {
    var kept = coefficients
    for (number, term) in terms.enumerated() where isRemoved(term) { kept[number] = 0 }
    let used = terms.indices.filter { kept[$0] != 0 }
    guard !used.isEmpty else {
      ratios = ContiguousArray(repeating: 1, count: lexicon.profiles.count)
      return
    }
    let numbers = TermNumbers(terms: used.map { terms[$0] }, lexicon: lexicon, factorCount: factorCount)
    let values = ContiguousArray(used.map { kept[$0] })
    ratios = ContiguousArray(
      lexicon.profiles.map { profile in
        var sum = 0.0
        numbers.forEachTerm(of: profile) { sum += values[Int($0)] }
        return exponential(sum)
      })
  }

  init(_ fit: HierarchicalFit, without isRemoved: (Term) -> Bool = { _ in false }, lexicon: Lexicon, factorCount: Int) {
    self.init(
      terms: fit.terms, coefficients: fit.coefficients, without: isRemoved, lexicon: lexicon, factorCount: factorCount)
  }
}
