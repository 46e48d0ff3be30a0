import Vocabulary

/// A fit's coefficients laid out for the rows of a table.
struct RowEffects {
  private let numbers: TermNumbers
  private let coefficients: ContiguousArray<Double>

  /// - Parameter isRemoved: terms that shall not count.
  init(
    terms: [Term], coefficients: ContiguousArray<Double>, without isRemoved: (Term) -> Bool = { _ in false },
    lexicon: Lexicon, factorCount: Int
  ) {
    var kept = coefficients
    for (number, term) in terms.enumerated() where isRemoved(term) { kept[number] = 0 }
    // A term that says nothing needs no look-up in each row.
    let used = terms.indices.filter { kept[$0] != 0 }
    numbers = TermNumbers(terms: used.map { terms[$0] }, lexicon: lexicon, factorCount: factorCount)
    self.coefficients = ContiguousArray(used.map { kept[$0] })
  }

  init(_ fit: HierarchicalFit, without isRemoved: (Term) -> Bool = { _ in false }, lexicon: Lexicon, factorCount: Int) {
    self.init(
      terms: fit.terms, coefficients: fit.coefficients, without: isRemoved, lexicon: lexicon, factorCount: factorCount)
  }

  /// exp(η).
  @inline(__always)
  func ratio(_ row: CellRow) -> Double {
    guard !coefficients.isEmpty else { return 1 }
    var sum = 0.0
    numbers.forEachTerm(of: row) { sum += coefficients[Int($0)] }
    return exponential(sum)
  }
}
