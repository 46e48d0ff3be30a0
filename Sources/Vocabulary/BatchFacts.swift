/// What the supply chain knows of a batch: where, of what and when its devices were made. `nil`: not said.
package struct BatchFacts: Sendable, Hashable {
  package var product: Symbol
  package var batch: Symbol
  package var factory: String?
  package var line: String?
  package var supplier: String?
  package var manufactured: EventTime?
  package var componentLots: [String]

  package init(
    product: Symbol, batch: Symbol, factory: String? = nil, line: String? = nil, supplier: String? = nil,
    manufactured: EventTime? = nil, componentLots: [String] = []
  ) {
    self.product = product
    self.batch = batch
    self.factory = factory
    self.line = line
    self.supplier = supplier
    self.manufactured = manufactured
    self.componentLots = componentLots
  }

  /// Replaces field by field what `later` says.
  package mutating func take(_ later: BatchFacts) {
    factory = later.factory ?? factory
    line = later.line ?? line
    supplier = later.supplier ?? supplier
    manufactured = later.manufactured ?? manufactured
    if !later.componentLots.isEmpty { componentLots = later.componentLots }
  }
}
