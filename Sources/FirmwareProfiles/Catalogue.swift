package import CheckedYAML
package import Vocabulary

/// The profiles in force: which product and firmware is described by which file. Immutable; a reload makes a new one.
package struct Catalogue: Sendable {
  /// Sorted by product, then by file name.
  package let profiles: [FirmwareProfile]
  /// Digest over all files: changes with any of them.
  package let revision: String
  private let products: [String: ProductDeclarations]
  private let declarations: [Symbol: ProductDeclarations]
  private let productsByBytes: BytesTable<Symbol>
  private let allModes: Set<String>

  /// Reads all files; the faults of all of them are thrown together.
  package init(files: [(name: String, bytes: [UInt8])]) throws(YAMLFaults) {
    var faults: [YAMLFault] = []
    var outputs: [ProfileReader.Output] = []
    for file in files {
      do throws(YAMLFaults) {
        outputs.append(try ProfileReader.read(YAMLFile(name: file.name, bytes: file.bytes)))
      } catch {
        faults += error.faults
      }
    }
    faults += CatalogueCheck.faults(outputs)
    guard faults.isEmpty else { throw YAMLFaults(faults) }

    profiles = outputs.map(\.profile).sorted {
      $0.product == $1.product ? $0.source < $1.source : $0.product < $1.product
    }
    revision = profiles.reduce(into: Digest()) { $0.combine($1.revision.utf8) }.hex
    products = Dictionary(grouping: profiles, by: \.product.text).mapValues(ProductDeclarations.init)
    productsByBytes = BytesTable(products.mapValues(\.product))
    declarations = Dictionary(uniqueKeysWithValues: products.values.map { ($0.product, $0) })
    allModes = Set(profiles.flatMap { $0.modes.map(\.id.text) })
  }

  private init() {
    profiles = []
    revision = Digest().hex
    products = [:]
    productsByBytes = BytesTable([:])
    declarations = [:]
    allModes = []
  }

  /// Knows no product: everything is quarantined as `unknown_product` until profiles are loaded.
  package static let empty = Catalogue()

  /// The product of that name, if a file describes it. Only known products become symbols.
  package func product(named text: String) -> Symbol? {
    // To Swift the Kelvin sign equals the letter K: only an id, which is ASCII, may be looked up.
    Identifier.isValid(text) ? products[text]?.product : nil
  }

  func product(named bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Symbol? {
    productsByBytes[UnsafeBufferPointer(rebasing: bytes)]
  }

  package func contains(product: Symbol) -> Bool { products[product.text] != nil }

  /// The file that describes a firmware of a product. For firmware that isn't known, or that doesn't begin with a
  /// number, it is the file without a range, else the one with the highest versions; for a numbered one outside all
  /// ranges there is none.
  package func profile(product: Symbol, firmware: Symbol?) -> FirmwareProfile? {
    guard let declarations = products[product.text] else { return nil }
    if let firmware {
      let version = FirmwareVersion(firmware.text)
      if version.isNumbered { return declarations.files.first { $0.firmware.contains(version) } }
    }
    return declarations.fallback
  }

  /// Signals of a product's reports, over all its files.
  package func signals(of product: Symbol) -> [Symbol: SignalDeclaration] {
    declarations(of: product).map {
      Dictionary(uniqueKeysWithValues: $0.signals.values.map { ($0.name, $0.declaration) })
    }
      ?? [:]
  }

  /// Events of a product's reports, over all its files.
  package func events(of product: Symbol) -> Set<Symbol> {
    declarations(of: product).map { Set($0.events.values) } ?? []
  }

  /// A failure mode of a product, in any of its files; `nil` where it has no such mode.
  package func mode(named text: String, of product: Symbol) -> Symbol? {
    guard let modes = declarations(of: product)?.modes, Identifier.isValid(text), modes.contains(text) else {
      return nil
    }
    return Symbol(text)
  }

  /// A failure mode of any product.
  package func mode(named text: String) -> Symbol? {
    Identifier.isValid(text) && allModes.contains(text) ? Symbol(text) : nil
  }

  func declarations(of product: Symbol) -> ProductDeclarations? { declarations[product] }
}

/// What the files of one product declare together, keyed by text so that looking a name up makes no symbol.
/// A class: each report's reading needs one, and a reference is cheaper to hand on than its tables.
final class ProductDeclarations: Sendable {
  struct Signal: Sendable {
    var name: Symbol
    var declaration: SignalDeclaration
  }

  let product: Symbol
  let files: [FirmwareProfile]
  let fallback: FirmwareProfile?
  fileprivate let signals: [String: Signal]
  private let gates: BytesTable<SignalGate>
  let wordLists: [[String]]
  fileprivate let events: [String: Symbol]
  fileprivate let modes: Set<String>

  func signal(named text: String) -> Signal? { Identifier.isValid(text) ? signals[text] : nil }
  /// By the bytes as they stand in a report: no text is made of them.
  @inline(__always)
  func gate(named text: UnsafeBufferPointer<UInt8>) -> SignalGate? { gates[text] }
  func event(named text: String) -> Symbol? { Identifier.isValid(text) ? events[text] : nil }

  init(_ files: [FirmwareProfile]) {
    product = files[0].product
    self.files = files
    fallback = files.max { $0.isLessGeneral(than: $1) }
    var signals: [String: Signal] = [:]
    var events: [String: Symbol] = [:]
    for file in files {
      for (name, declaration) in file.signals { signals[name.text] = Signal(name: name, declaration: declaration) }
      for name in file.events { events[name.text] = name }
    }
    self.signals = signals
    var wordLists: [[String]] = []
    gates = BytesTable(signals.mapValues { SignalGate($0.name, $0.declaration, lists: &wordLists) })
    self.wordLists = wordLists
    self.events = events
    modes = Set(files.flatMap { $0.modes.map(\.id.text) })
  }
}

extension FirmwareProfile {
  /// Orders by the highest version described; a file without a range comes last.
  fileprivate func isLessGeneral(than other: FirmwareProfile) -> Bool {
    if firmware.bounds.isEmpty || other.firmware.bounds.isEmpty {
      return !firmware.bounds.isEmpty && other.firmware.bounds.isEmpty
    }
    guard let mine = VersionSpan(firmware).upper else { return false }
    guard let theirs = VersionSpan(other.firmware).upper else { return true }
    return mine.version < theirs.version
  }
}

/// What can be wrong between files that are each right.
private enum CatalogueCheck {
  static func faults(_ outputs: [ProfileReader.Output]) -> [YAMLFault] {
    var faults: [YAMLFault] = []
    for (index, output) in outputs.enumerated() {
      let profile = output.profile
      for earlier in outputs[..<index] where earlier.profile.product == profile.product {
        if VersionSpan(profile.firmware).overlaps(VersionSpan(earlier.profile.firmware)) {
          faults.append(
            YAMLFault(
              file: profile.source, line: output.firmwarePosition.line, column: output.firmwarePosition.column,
              key: "firmware",
              message: "\(profile.product) \(profile.firmware.text) overlaps \(earlier.profile.source) "
                + "(\(earlier.profile.firmware.text)): each version may be described by one file"))
        }
        for (name, declaration) in profile.signals {
          guard let other = earlier.profile.signals[name], other != declaration,
            let place = output.signalPositions[name]
          else { continue }
          faults.append(
            YAMLFault(
              file: profile.source, line: place.line, column: place.column, key: "signals.\(name)",
              message: "is declared otherwise in \(earlier.profile.source): a product's files must agree on a signal"))
        }
      }
    }
    return faults
  }
}
