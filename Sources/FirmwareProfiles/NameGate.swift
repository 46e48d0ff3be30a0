package import Vocabulary

/// How many names of each kind a stream may make up between two starts. Names are kept for as long as the daemon runs, and
/// each is one more cohort to be judged. Names that the profiles, the store or an import brought are free.
package struct NameLimits: Sendable, Hashable {
  /// Firmware versions of one product: ten years of weekly releases, twice.
  package var firmwares = 1000
  /// Of one product: a batch a day for fifty years.
  package var batches = 20_000
  package var factories = 2000
  package var regions = 10_000
  package var carriers = 5000

  package init() {}
}

/// Lets names become symbols, which are never forgotten, up to the limits. Owned by the one pipeline that decodes.
package final class NameGate {
  package enum Kind: String, Sendable, CaseIterable, Hashable {
    case firmware, batch, factory, region, carrier
  }

  private struct Place: Hashable {
    var kind: Kind
    /// `nil` for what isn't a product's own.
    var product: Symbol?
  }

  private let limits: NameLimits
  private var made: [Place: Int] = [:]
  package private(set) var refused: [Kind: Int] = [:]
  /// False while a start reads what was let in before.
  package var isJudging = true

  private var firmwares = KnownWords()

  package init(_ limits: NameLimits = NameLimits()) { self.limits = limits }

  /// The symbol of a version, which every report names.
  func firmware(_ bytes: UnsafeBufferPointer<UInt8>, of product: Symbol) throws(Rejection) -> Symbol {
    if let known = firmwares[bytes] { return known }
    let text = String(decoding: bytes, as: UTF8.self)
    if Symbol(known: text) == nil { try admit(text, as: .firmware, of: product) }
    let symbol = Symbol(text)
    firmwares[bytes] = symbol
    return symbol
  }

  /// Throws where a name is new and one too many; counts it where it is new. To be asked before the text becomes a
  /// symbol.
  package func admit(_ text: String, as kind: Kind, of product: Symbol? = nil) throws(Rejection) {
    guard Symbol(known: text) == nil else { return }
    let place = Place(kind: kind, product: kind == .firmware || kind == .batch ? product : nil)
    let count = made[place] ?? 0
    guard count < limit(of: kind) || !isJudging else {
      refused[kind, default: 0] += 1
      throw Rejection(
        .rate,
        "\(kind.rawValue) \"\(text.escaped(maximum: 40))\" is new, and \(count) new ones were named"
          + (place.product.map { " for \($0)" } ?? "")
          + " since the start: if it is real, restart the daemon, then retry")
    }
    made[place] = count + 1
  }

  private func limit(of kind: Kind) -> Int {
    switch kind {
    case .firmware: limits.firmwares
    case .batch: limits.batches
    case .factory: limits.factories
    case .region: limits.regions
    case .carrier: limits.carriers
    }
  }
}
