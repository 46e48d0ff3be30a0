extension [SourceMapping] {
  /// What sources map to and no profile of their product declares: it would be kept out of the model and counted, which
  /// nobody writes down on purpose. One line each, sorted.
  package func undeclared(in catalogue: Catalogue) -> [String] {
    var lines: [String] = []
    for (index, source) in enumerated() {
      // Products that topics and payloads name aren't known before they speak.
      guard let product = source.product else { continue }
      guard let symbol = catalogue.product(named: product), let declarations = catalogue.declarations(of: symbol) else {
        lines.append("sources[\(index)].product: no firmware profile describes \"\(product)\"")
        continue
      }
      for (name, rule) in source.signals where declarations.signal(named: rule.name) == nil {
        lines.append("sources[\(index)].signals.\(name): \(product) declares no signal \"\(rule.name)\"")
      }
      for (name, rule) in source.events where declarations.event(named: rule.name) == nil {
        lines.append("sources[\(index)].events.\(name): \(product) declares no event \"\(rule.name)\"")
      }
    }
    return lines.sorted()
  }
}
