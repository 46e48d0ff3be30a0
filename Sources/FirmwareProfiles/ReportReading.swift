import Vocabulary

/// Reads one report of one device (section 2 of the contract).
///
/// What the profile doesn't declare, and values of the wrong type or outside their range, are kept out and counted: one
/// broken sensor must not cost the rest of the report. What makes the report itself doubtful (its time, its identity,
/// its form) rejects it.
struct ReportReading {
  let identity: DeviceIdentity
  let declarations: ProductDeclarations
  let names: NameGate

  func report(_ node: JSONNode) throws(Rejection) -> Report {
    let fields = try JSONFields(node, in: "a report")
    let (digest, doubleKey) = node.digest()
    if let doubleKey { throw .doubleKey(doubleKey) }
    try fields.checkIdentity(identity)
    var report = Report(time: try fields.requiredTime("ts"), digest: digest)
    report.sequence = try sequence(fields)
    report.boot = try boot(fields)
    report.firmware = try fields.firmware("firmware", of: identity.product, admittedBy: names)
    try readSignals(fields["signals"], into: &report)
    try readEvents(fields["events"], into: &report)
    report.unknownItems += fields.countKeys(
      notIn: ["ts", "seq", "boot", "firmware", "signals", "events", "device", "product"])
    return report
  }

  private func sequence(_ fields: JSONFields) throws(Rejection) -> Int64? {
    guard let value = fields["seq"] else { return nil }
    guard let number = value.integer, number >= 0 else { throw .mismatch("seq", "a whole number ≥ 0", value) }
    return number
  }

  private func boot(_ fields: JSONFields) throws(Rejection) -> String? {
    guard let value = fields["boot"] else { return nil }
    if let number = value.integer { return String(number) }
    guard value.isString, let text = value.utf8, (1...DecodingLimits.bootBytes).contains(text.count) else {
      throw .mismatch("boot", "1 to \(DecodingLimits.bootBytes) bytes of text or a whole number", value)
    }
    return value.string
  }

  private func readSignals(_ value: JSONNode?, into report: inout Report) throws(Rejection) {
    guard let value else { return }
    guard value.isObject else { throw .mismatch("signals", "an object", value) }
    var count = 0
    for key in value.keys {
      count += 1
      guard count <= DecodingLimits.signals else { throw Self.tooMany("signals") }
      guard let name = key.string, let signal = declarations.signal(named: name),
        let number = Self.number(key.value, as: signal.declaration)
      else {
        report.unknownItems += 1
        continue
      }
      report.signals.append(Report.Signal(name: signal.name, value: number))
    }
  }

  /// `nil` where the value isn't what was declared.
  private static func number(_ value: JSONNode, as declaration: SignalDeclaration) -> Double? {
    switch declaration.kind {
    case .gauge, .count:
      guard let number = value.number, abs(number) <= DecodingLimits.signalMagnitude else { return nil }
      if case .count = declaration.kind, number < 0 { return nil }
      if let range = declaration.range, !range.contains(number) { return nil }
      return number
    case .flag: return value.bool.map { $0 ? 1 : 0 }
    case .word(let words):
      guard value.isString, let text = value.utf8 else { return nil }
      return words.firstIndex { $0.utf8.elementsEqual(text) }.map(Double.init)
    }
  }

  private func readEvents(_ value: JSONNode?, into report: inout Report) throws(Rejection) {
    guard let value else { return }
    guard value.isArray else { throw .mismatch("events", "an array of {\"type\", \"count\"}", value) }
    var number = 0
    for element in value.elements {
      number += 1
      guard number <= DecodingLimits.signals else { throw Self.tooMany("events") }
      let fields = try JSONFields(element, in: "an entry of events")
      guard let typeValue = fields["type"] else { throw Rejection(.schema, "an entry of events has no type") }
      guard typeValue.isString, let type = typeValue.string else { throw .mismatch("events type", "text", typeValue) }
      let count = try Self.count(fields)
      report.unknownItems += fields.countKeys(notIn: ["type", "count"])
      if let symbol = declarations.event(named: type) {
        report.events.append(Report.Event(type: symbol, count: count))
      } else {
        report.unknownItems += 1
      }
    }
  }

  private static func count(_ fields: JSONFields) throws(Rejection) -> Int32 {
    guard let value = fields["count"] else { return 1 }
    guard let count = value.integer, (1...DecodingLimits.eventCount).contains(count) else {
      throw .mismatch("events count", "a whole number from 1 to \(DecodingLimits.eventCount)", value)
    }
    return Int32(count)
  }

  private static func tooMany(_ what: String) -> Rejection {
    Rejection(.tooLarge, "more than \(DecodingLimits.signals) \(what) in one report")
  }
}
