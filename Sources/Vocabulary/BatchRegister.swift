/// What the supply chain knows of all batches.
package struct BatchRegister: Sendable, Hashable {
  private struct Key: Hashable {
    var product: Symbol
    var batch: Symbol
  }

  private var facts: [Key: BatchFacts] = [:]

  package init(_ batches: [BatchFacts] = []) {
    for batch in batches { facts[Key(product: batch.product, batch: batch.batch)] = batch }
  }

  package subscript(product: Symbol, batch: Symbol) -> BatchFacts? { facts[Key(product: product, batch: batch)] }

  /// Field by field; whether anything is new.
  package mutating func take(_ later: BatchFacts) -> Bool {
    let key = Key(product: later.product, batch: later.batch)
    var known = facts[key] ?? BatchFacts(product: later.product, batch: later.batch)
    known.take(later)
    guard known != facts[key] else { return false }
    facts[key] = known
    return true
  }

  /// What it knows otherwise than `earlier`, by product and id.
  package func changes(since earlier: BatchRegister) -> [BatchFacts] {
    facts.filter { earlier.facts[$0] != $1 }.map(\.value).sorted { ($0.product, $0.batch) < ($1.product, $1.batch) }
  }
}
