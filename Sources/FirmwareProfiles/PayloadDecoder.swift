package import Vocabulary

/// Reads the payloads of the gateway's own topics (foreign formats have readers of their own).
///
/// It owns the JSON parser's buffers, so it is used from one place at a time; what it answers doesn't point into them.
/// Every rejection's detail says what was expected and what was found, escaped and cut.
package final class PayloadDecoder {
  private let parser = JSONParser()
  private let names: NameGate

  package init(names: NameGate = NameGate()) { self.names = names }

  /// A report, or an array of reports that are judged one by one; never empty.
  package func reports(
    _ payload: [UInt8], of identity: DeviceIdentity, catalogue: Catalogue
  ) -> [DecodedReport] {
    guard let declarations = catalogue.declarations(of: identity.product) else {
      return [.rejected(Rejection(.unknownProduct, "no firmware profile describes \(identity.product)"), element: nil)]
    }
    let reading = ReportReading(identity: identity, declarations: declarations, names: names)
    do throws(Rejection) {
      let root = try parse(payload)
      guard root.isArray else { return [decoded(root, reading, element: nil)] }
      let elements = Array(root.elements)
      guard !elements.isEmpty else { throw Rejection(.schema, "an empty array holds no report") }
      guard elements.count <= DecodingLimits.reports else {
        throw Rejection(
          .tooLarge, "\(elements.count) reports in one message; at most \(DecodingLimits.reports): split the array")
      }
      return elements.enumerated().map { decoded($1, reading, element: $0) }
    } catch {
      return [.rejected(error, element: nil)]
    }
  }

  /// One element of the array that `reports` has just read, as JSON of its own; `nil` where the payload is a lone report.
  package func element(_ index: Int) -> [UInt8]? { parser.minifiedElement(index) }

  private func decoded(_ node: JSONNode, _ reading: ReportReading, element: Int?) -> DecodedReport {
    do throws(Rejection) {
      return .report(try reading.report(node))
    } catch {
      return .rejected(error, element: element.flatMap(parser.minifiedElement))
    }
  }

  /// What is known of a device; `nil` for the empty payload that clears it.
  package func facts(_ payload: [UInt8], of identity: DeviceIdentity) -> Result<Facts?, Rejection> {
    if payload.isEmpty { return .success(nil) }
    return object(payload) { (fields) throws(Rejection) in
      try fields.checkIdentity(identity)
      return try FactsReading.facts(fields, of: identity.product, admittedBy: names)
    }
  }

  /// What a state that can't be used says of consent, for a withdrawal must hold whatever else is wrong with the message.
  /// `nil`: nothing of telemetry; or it is no JSON, or names another device.
  package func consent(in payload: [UInt8], of identity: DeviceIdentity) -> Facts? {
    do throws(Rejection) {
      let root = try parse(payload)
      try JSONFields(root, in: "the payload").checkIdentity(identity)
      return FactsReading.consent(root)
    } catch {
      return nil
    }
  }

  /// The device that an unusable contact names, so that its erasure finds the message.
  package func deviceNamed(in payload: [UInt8]) -> String? {
    do throws(Rejection) {
      let name = try JSONFields(try parse(payload), in: "the payload")["device"]?.string
      return name.flatMap { Identifier.isValid($0) ? $0 : nil }
    } catch {
      return nil
    }
  }

  package func weather(_ payload: [UInt8], region: Symbol) -> Result<WeatherReading, Rejection> {
    object(payload) { (fields) throws(Rejection) in try ContextReading.weather(fields, region: region) }
  }

  package func outage(_ payload: [UInt8], carrier: Symbol, region: Symbol) -> Result<Outage, Rejection> {
    object(payload) { (fields) throws(Rejection) in
      try ContextReading.outage(fields, carrier: carrier, region: region)
    }
  }

  package func contact(_ payload: [UInt8], catalogue: Catalogue) -> Result<Contact, Rejection> {
    object(payload) { (fields) throws(Rejection) in try ContextReading.contact(fields, catalogue) }
  }

  package func diagnosis(
    _ payload: [UInt8], of identity: DeviceIdentity, catalogue: Catalogue
  ) -> Result<Diagnosis, Rejection> {
    object(payload) { (fields) throws(Rejection) in
      try fields.checkIdentity(identity)
      return try ContextReading.diagnosis(fields, identity.product, catalogue)
    }
  }

  private func object<Value>(
    _ payload: [UInt8], _ read: (JSONFields) throws(Rejection) -> Value
  ) -> Result<Value, Rejection> {
    do throws(Rejection) {
      let root = try parse(payload)
      if let key = root.digest().doubleKey { throw .doubleKey(key) }
      return .success(try read(try JSONFields(root, in: "the payload")))
    } catch {
      return .failure(error)
    }
  }

  private func parse(_ payload: [UInt8]) throws(Rejection) -> JSONNode {
    try parser.parse(inflated: try Gzip.inflated(payload))
  }
}

extension JSONParser {
  /// A message's payload, within its bounds.
  func parse(inflated payload: [UInt8]) throws(Rejection) -> JSONNode {
    do throws(JSONParser.Failure) {
      return try parse(payload)
    } catch {
      throw error.rejection(of: payload, format: "JSON in UTF-8")
    }
  }
}

extension JSONParser.Failure {
  func rejection(of payload: [UInt8], format: String) -> Rejection {
    switch self {
    case .tooDeep: return Rejection(.tooLarge, "nested deeper than \(DecodingLimits.depth) levels")
    case .tooMany: return Rejection(.tooLarge, "more than \(DecodingLimits.items) items in one message")
    case .noMemory: return Rejection(.tooLarge, "no memory left for \(payload.count) bytes of \(format)")
    case .syntax(let message):
      let hint = payload.isEmpty ? "the payload is empty" : "isn't \(format): \(message.escaped(maximum: 120))"
      return Rejection(.syntax, hint)
    }
  }
}

/// One report of a message.
package enum DecodedReport: Sendable, Hashable {
  case report(Report)
  /// `element`: the JSON of the array's element that alone can't be used; `nil` where that is the whole payload.
  case rejected(Rejection, element: [UInt8]?)
}

extension Rejection {
  static func doubleKey(_ key: String) -> Rejection {
    Rejection(.schema, "the key \"\(key.escaped(maximum: 40))\" stands twice in one object")
  }
}
