import Vocabulary

/// Reads what is known of a device, of the state topic and of an import alike.
enum FactsReading {
  /// The fields that are text in both; consent is nested in the state topic.
  enum Field: String, CaseIterable {
    case batch, factory, manufactured, activated, firmware, region, carrier, customer, locale
    case retired = "retired_at"

    /// The kind of name that the field makes known; `nil`: its text is the device's own.
    var name: NameGate.Kind? {
      switch self {
      case .batch: .batch
      case .factory: .factory
      case .firmware: .firmware
      case .region: .region
      case .carrier: .carrier
      case .manufactured, .activated, .customer, .locale, .retired: nil
      }
    }
  }

  static func facts(
    _ fields: JSONFields, of product: Symbol, admittedBy names: NameGate
  ) throws(Rejection) -> Facts {
    var facts = Facts()
    facts.time = try fields.time("ts")
    for (name, field) in [
      ("batch" as StaticString, Field.batch), ("factory", .factory), ("manufactured", .manufactured),
      ("activated", .activated), ("firmware", .firmware), ("region", .region), ("carrier", .carrier),
      ("customer", .customer), ("locale", .locale), ("retired_at", .retired),
    ] {
      guard let value = fields[name] else { continue }
      guard value.isString, let text = value.string else { throw .mismatch(name, "text", value) }
      if let kind = field.name, isName(text, kind) { try names.admit(text, as: kind, of: product) }
      do throws(Fault) {
        try set(field, to: text, in: &facts)
      } catch {
        throw Rejection(.schema, "\(name): \(error.message)")
      }
    }
    if let value = fields["consent"] {
      let consent = try JSONFields(value, in: "consent")
      facts.telemetryConsent = try consent.bool("telemetry")
      facts.contactConsent = try consent.bool("contact")
    }
    return facts
  }

  /// Consent alone, of a state of which nothing else can be trusted. Said twice, a refusal wins.
  static func consent(_ root: JSONNode) -> Facts? {
    var facts = Facts()
    for key in root.keys where key.string == "consent" && key.value.isObject {
      for choice in key.value.keys {
        // A refusal that was written as text or number is one all the same.
        let isNo = choice.value.string == "false" || choice.value.integer == 0
        guard let said = choice.value.bool ?? (isNo ? false : nil) else { continue }
        switch choice.string {
        case "telemetry": facts.telemetryConsent = said && facts.telemetryConsent ?? true
        case "contact": facts.contactConsent = said && facts.contactConsent ?? true
        default: break
        }
      }
    }
    guard facts.telemetryConsent != nil else { return nil }
    for key in root.keys where key.string == "ts" {
      if case .success(let time) = PlausibleTime.read(key.value) { facts.time = time }
    }
    return facts
  }

  /// What isn't sound is refused as such further on: only what would become a symbol counts as a name.
  private static func isName(_ text: String, _ kind: NameGate.Kind) -> Bool {
    kind == .firmware ? FirmwareText.isValid(utf8: text.utf8) : Identifier.isValid(text)
  }

  struct Fault: Error {
    var message: String
  }

  static func set(_ field: Field, to text: String, in facts: inout Facts) throws(Fault) {
    switch field {
    case .batch: facts.batch = try symbol(text)
    case .factory: facts.factory = try symbol(text)
    case .region: facts.region = try symbol(text)
    case .carrier: facts.carrier = try symbol(text)
    case .manufactured: facts.manufactured = try date(text)
    case .activated: facts.activated = try date(text)
    case .retired: facts.retired = try date(text)
    case .firmware:
      guard FirmwareText.isValid(utf8: text.utf8) else {
        throw mismatch("a version (\(FirmwareText.rule))", text)
      }
      facts.firmware = Symbol(text)
    case .customer:
      guard (1...DecodingLimits.customerBytes).contains(text.utf8.count), !text.holdsControls else {
        throw mismatch("1 to \(DecodingLimits.customerBytes) bytes without control characters", text)
      }
      facts.customer = text
    case .locale:
      guard isLocale(text) else { throw mismatch("a language tag such as en-US", text) }
      facts.locale = text
    }
  }

  private static func symbol(_ text: String) throws(Fault) -> Symbol {
    guard Identifier.isValid(text) else { throw mismatch("an id (\(Identifier.rule))", text) }
    return Symbol(text)
  }

  private static func date(_ text: String) throws(Fault) -> EventTime {
    switch PlausibleTime.read(text) {
    case .success(let time): return time
    case .failure: throw mismatch("a date such as 2024-06-11 or an RFC 3339 time, from 2000 to 2100", text)
    }
  }

  /// The shape of BCP 47: subtags of 1–8 letters or digits joined by hyphens (also by `_`, as POSIX writes them); the
  /// first of letters.
  private static func isLocale(_ text: String) -> Bool {
    guard text.utf8.count <= DecodingLimits.localeBytes else { return false }
    let subtags = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
    guard let language = subtags.first, (2...8).contains(language.utf8.count),
      language.utf8.allSatisfy({ ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") })
    else { return false }
    return subtags.allSatisfy { subtag in
      (1...8).contains(subtag.utf8.count)
        && subtag.utf8.allSatisfy {
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            || ((UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20))
        }
    }
  }

  private static func mismatch(_ expected: String, _ found: String) -> Fault {
    Fault(message: "expected \(expected), found \"\(found.escaped(maximum: 40))\"")
  }
}

extension String {
  var holdsControls: Bool {
    unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }
  }
}
