import Vocabulary

/// A table by a symbol's number: looked up for each signal of each report, where hashing would be most of the work. For
/// tables that are made once; the number of words bounds its size.
struct BySymbol<Value: Sendable>: Sendable {
  private var values: [Value?] = []

  init(_ entries: [Symbol: Value]) {
    for (symbol, value) in entries {
      let place = Int(symbol.number)
      while values.count <= place { values.append(nil) }
      values[place] = value
    }
  }

  @inline(__always)
  subscript(symbol: Symbol) -> Value? {
    let place = Int(symbol.number)
    return place < values.count ? values[place] : nil
  }
}
