import Vocabulary

/// From a device's own words to a report and facts in the profile's: the one place where foreign names are mapped.
///
/// A metric that no rule of the source and no declaration of the profile names is kept out and counted; one that has the
/// name of a declared signal or event is it.
struct SayingReader {
  let source: SourceMapping
  let address: ForeignAddress
  let catalogue: Catalogue
  let delivery: Delivery
  let names: NameGate

  func item(_ saying: Saying) -> ForeignItem {
    do throws(Rejection) {
      let identity = try identity(of: saying)
      if saying.time == nil, delivery.isRetained, saying.tense != .attributes {
        // The broker kept it for whoever subscribes: it may be a year old.
        throw Rejection(.schema, "a retained message that doesn't say when it was measured")
      }
      guard let declarations = catalogue.declarations(of: identity.product) else {
        return .rejected(Self.unknownProduct(identity.product.text), device: identity.device)
      }
      var collector = MetricCollector(source: source, declarations: declarations, tense: saying.tense, names: names)
      for (name, value) in saying.metrics { try collector.take(name, value) }
      if let firmware = saying.firmware, !collector.takeFact(.firmware, firmware) { collector.report.unknownItems += 1 }
      collector.report.unknownItems += saying.unknownItems
      if saying.mustBeKnown, !collector.hasMapped { return .noted }
      return collector.item(
        identity, time: saying.time, receivedAt: delivery.receivedAt, digest: saying.digest, sequence: saying.sequence,
        boot: saying.boot)
    } catch {
      return .rejected(error, device: saying.device ?? address.device(in: source))
    }
  }

  private func identity(of saying: Saying) throws(Rejection) -> DeviceIdentity {
    let device = try one(
      "device", payload: saying.device.map { source.devices.value(exactly: $0) ?? $0 },
      topic: address.device(in: source), otherwise: source.device)
    guard let device else {
      throw Rejection(
        .identity,
        "neither topic nor payload names the device: set `device:` in this source, or a topic pattern with {device}")
    }
    guard Identifier.isValid(device) else {
      throw Rejection(
        .identity,
        "the device \"\(device.escaped(maximum: 40))\" is no id (\(Identifier.rule)): map it under `devices:`")
    }
    var named = saying.product
    if named == nil, let metric = source.productMetric {
      for case (let name, .text(let text)) in saying.metrics where name.utf8.elementsEqual(metric.utf8) { named = text }
    }
    let product = try one(
      "product", payload: named.map { source.products.value(exactly: $0) ?? $0 },
      topic: address.captures.product.map { source.products.value(exactly: $0) ?? $0 }, otherwise: source.product)
    guard let product else {
      throw Rejection(.unknownProduct, "neither topic nor payload names the product: set `product:` in this source")
    }
    guard let symbol = catalogue.product(named: product) else { throw Self.unknownProduct(product) }
    return DeviceIdentity(product: symbol, device: device)
  }

  /// A payload may repeat what the topic says, never contradict it.
  private func one(
    _ what: String, payload: String?, topic: String?, otherwise: String?
  ) throws(Rejection) -> String? {
    if let payload, let topic, !payload.utf8.elementsEqual(topic.utf8) {
      throw Rejection(
        .identity,
        "the payload's \(what) is \"\(payload.escaped(maximum: 40))\", the topic's is \"\(topic.escaped(maximum: 40))\""
      )
    }
    return topic ?? payload ?? otherwise
  }

  private static func unknownProduct(_ name: String) -> Rejection {
    Rejection(
      .unknownProduct,
      "no firmware profile describes \"\(name.escaped(maximum: 40))\": add one, or map it under `products:`; then retry"
    )
  }
}

/// Collects one report's metrics.
struct MetricCollector {
  let source: SourceMapping
  let declarations: ProductDeclarations
  let tense: Saying.Tense
  let names: NameGate
  var report = Report(time: EventTime(milliseconds: 0))
  private var facts = Facts()
  private var hasFacts = false
  private(set) var hasMapped = false
  private var digest: UInt64 = 0

  init(source: SourceMapping, declarations: ProductDeclarations, tense: Saying.Tense, names: NameGate) {
    self.names = names
    self.source = source
    self.declarations = declarations
    self.tense = tense
  }

  mutating func take(_ name: String, _ value: MetricValue) throws(Rejection) {
    // Addition commutes: the order of metrics is no content.
    digest &+= Digest.mix(Digest.of(name.utf8).value ^ Digest.mix(value.digest))
    guard report.signals.count < DecodingLimits.signals, report.events.count < DecodingLimits.signals else {
      throw Rejection(.tooLarge, "more than \(DecodingLimits.signals) signals or events of one device and time")
    }
    if value == .null { return }
    let signal = source.signals.value(exactly: name)
    let event = source.events.value(exactly: name)
    let fact = source.facts.value(exactly: name)
    if signal == nil, event == nil, fact == nil { return takeByItsName(name, value) }
    if let signal { takeSignal(signal, value, isMapped: true) }
    if let event { takeEvent(event, value) }
    if let fact {
      guard case .text(let text) = value, takeFact(fact, text) else {
        report.unknownItems += 1
        return
      }
    }
  }

  private mutating func takeByItsName(_ name: String, _ value: MetricValue) {
    if declarations.signal(named: name) != nil {
      takeSignal(SourceMapping.SignalRule(name: name), value, isMapped: false)
    } else if declarations.event(named: name) != nil {
      takeEvent(SourceMapping.EventRule(name: name), value)
    } else if tense == .attributes || tense == .standing, let field = SourceMapping.FactsField(rawValue: name),
      case .text(let text) = value
    {
      if !takeFact(field, text) { report.unknownItems += 1 }
    } else {
      report.unknownItems += 1
    }
  }

  private mutating func takeSignal(_ rule: SourceMapping.SignalRule, _ value: MetricValue, isMapped: Bool) {
    guard tense != .attributes, let signal = declarations.signal(named: rule.name),
      let number = number(value, rule, signal.declaration, isMapped: isMapped)
    else {
      report.unknownItems += 1
      return
    }
    hasMapped = true
    if tense == .standing, case .count = signal.declaration.kind { return }
    report.signals.append(Report.Signal(name: signal.name, value: number))
  }

  /// `nil` where the value isn't what was declared.
  private func number(
    _ value: MetricValue, _ rule: SourceMapping.SignalRule, _ declaration: SignalDeclaration, isMapped: Bool
  ) -> Double? {
    switch (declaration.kind, value) {
    case (.gauge, .number(let number)), (.count, .number(let number)):
      let scaled = number * rule.scale + rule.offset
      guard abs(scaled) <= DecodingLimits.signalMagnitude else { return nil }
      if case .count = declaration.kind, scaled < 0 { return nil }
      if let range = declaration.range, !range.contains(scaled) { return nil }
      return scaled
    // Somebody has said so in the configuration: a door that is open, a failed check.
    case (.gauge, .flag(let flag)) where isMapped, (.count, .flag(let flag)) where isMapped:
      return number(.number(flag ? 1 : 0), rule, declaration, isMapped: true)
    case (.flag, .flag(let flag)): return flag ? 1 : 0
    // Many systems have no truth values.
    case (.flag, .number(let number)) where number == 0 || number == 1: return number
    case (.word(let words), .text(let text)):
      return words.firstIndex { $0.utf8.elementsEqual(text.utf8) }.map(Double.init)
    default: return nil
    }
  }

  private mutating func takeEvent(_ rule: SourceMapping.EventRule, _ value: MetricValue) {
    guard tense != .attributes, let event = declarations.event(named: rule.name), let count = count(value, rule) else {
      report.unknownItems += 1
      return
    }
    hasMapped = true
    guard count > 0, tense != .standing else { return }
    report.events.append(Report.Event(type: event, count: count))
  }

  private func count(_ value: MetricValue, _ rule: SourceMapping.EventRule) -> Int32? {
    if let equals = rule.equals {
      return switch value {
      case .text(let text): text.utf8.elementsEqual(equals.utf8) ? 1 : 0
      case .flag(let flag): String(flag) == equals ? 1 : 0
      case .number(let number): Double(equals) == number ? 1 : 0
      default: nil
      }
    }
    switch value {
    case .flag(let flag): return flag ? 1 : 0
    case .number(let number):
      guard number == number.rounded(), number >= 0, number <= Double(DecodingLimits.eventCount) else { return nil }
      return Int32(number)
    default: return nil
    }
  }

  /// Whether a name may become a symbol; one too many is kept out, and the gate counts it.
  private func isAdmitted(_ text: String, _ kind: NameGate.Kind?) -> Bool {
    guard let kind else { return true }
    do throws(Rejection) {
      try names.admit(text, as: kind, of: declarations.product)
      return true
    } catch {
      return false
    }
  }

  /// False where it isn't such a fact.
  mutating func takeFact(_ field: SourceMapping.FactsField, _ text: String) -> Bool {
    if field == .firmware {
      guard FirmwareText.isValid(utf8: text.utf8), isAdmitted(text, .firmware) else { return false }
      hasMapped = true
      switch tense {
      case .past: break
      case .attributes:
        facts.firmware = Symbol(text)
        hasFacts = true
      case .happening, .standing: report.firmware = Symbol(text)
      }
      return true
    }
    guard let known = FactsReading.Field(rawValue: field.rawValue),
      known.name == nil || Identifier.isValid(text) && isAdmitted(text, known.name)
    else { return false }
    do throws(FactsReading.Fault) {
      var changed = facts
      try FactsReading.set(known, to: text, in: &changed)
      hasMapped = true
      if tense != .past {
        facts = changed
        hasFacts = true
      }
      return true
    } catch {
      return false
    }
  }

  func item(
    _ identity: DeviceIdentity, time: EventTime?, receivedAt: EventTime, digest: UInt64?, sequence: Int64?,
    boot: String?
  ) -> ForeignItem {
    var facts = facts
    // A registry's state carries its own time and is newer or older; an attribute without one holds from now on.
    facts.time = time
    if tense == .attributes { return hasFacts ? .word(identity, report: nil, facts: facts) : .noted }
    var report = report
    report.time = time ?? receivedAt
    report.digest = digest ?? self.digest
    report.sequence = sequence
    report.boot = boot
    return .word(identity, report: report, facts: hasFacts ? facts : nil)
  }
}
