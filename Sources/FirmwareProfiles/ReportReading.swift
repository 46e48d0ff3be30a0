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
    guard node.isObject else {
      throw Rejection(.schema, "expected a report to be an object, found \(node.description)")
    }
    if let key = node.doubleKey() { throw .doubleKey(key) }
    let fields = try JSONFields(node, in: "a report")
    let members = Members(node)
    if members.repeatsIdentity { try fields.checkIdentity(identity) }
    var report = Report(time: try fields.time(members.time, "ts"))
    report.sequence = try sequence(members.sequence)
    report.boot = try boot(members.boot)
    report.firmware = try members.firmware.map { (value) throws(Rejection) in
      try fields.firmware(value, "firmware", of: identity.product, admittedBy: names)
    }
    // The identity of a report that has no number.
    if report.sequence == nil || report.boot == nil { report.digest = node.digest().value }
    try readSignals(members.signals, into: &report)
    try readEvents(members.events, into: &report)
    report.unknownItems += members.unknown
    return report
  }

  /// A report's members by name, found in one go; `null` counts as not said.
  private struct Members {
    private(set) var time: JSONNode?
    private(set) var sequence: JSONNode?
    private(set) var boot: JSONNode?
    private(set) var firmware: JSONNode?
    private(set) var signals: JSONNode?
    private(set) var events: JSONNode?
    private(set) var repeatsIdentity = false
    private(set) var unknown = 0

    init(_ node: JSONNode) {
      for key in node.keys {
        let value = key.value.isNull ? nil : key.value
        if key.isText("ts") {
          time = value
        } else if key.isText("signals") {
          signals = value
        } else if key.isText("events") {
          events = value
        } else if key.isText("seq") {
          sequence = value
        } else if key.isText("boot") {
          boot = value
        } else if key.isText("firmware") {
          firmware = value
        } else if key.isText("device") || key.isText("product") {
          repeatsIdentity = true
        } else {
          unknown += 1
        }
      }
    }
  }

  private func sequence(_ value: JSONNode?) throws(Rejection) -> Int64? {
    guard let value else { return nil }
    guard let number = value.integer, number >= 0 else { throw .mismatch("seq", "a whole number ≥ 0", value) }
    return number
  }

  private func boot(_ value: JSONNode?) throws(Rejection) -> String? {
    guard let value else { return nil }
    if let number = value.integer { return String(number) }
    guard value.isString, let text = value.utf8, (1...DecodingLimits.bootBytes).contains(text.count) else {
      throw .mismatch("boot", "1 to \(DecodingLimits.bootBytes) bytes of text or a whole number", value)
    }
    return value.string
  }

  private func readSignals(_ value: JSONNode?, into report: inout Report) throws(Rejection) {
    guard let value else { return }
    guard value.isObject else { throw .mismatch("signals", "an object", value) }
    report.signals.reserveCapacity(16)
    var count = 0
    for key in value.keys {
      count += 1
      guard count <= DecodingLimits.signals else { throw Self.tooMany("signals") }
      guard let text = key.utf8, let gate = declarations.gate(named: text),
        let number = gate.number(key.value, lists: declarations.wordLists)
      else {
        report.unknownItems += 1
        continue
      }
      report.signals.append(Report.Signal(name: gate.name, value: number))
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
