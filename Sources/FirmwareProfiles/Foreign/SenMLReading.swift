import Vocabulary

/// SenML, RFC 8428, JSON and CBOR: a pack of records, each with what the base fields before it say. The records of one
/// device and one time are one saying.
///
/// Check: `[{"bn": "urn:dev:ow:10e2:", "bt": 1276020076, "u": "A", "n": "current", "t": -5, "v": 1.2}]` is 1.2 of
/// `current`, said by `urn:dev:ow:10e2` at 1276020071.
struct SenMLReading {
  let naming: SourceMapping.SenMLNaming
  /// `nil`: of a retained message nobody knows when it was said.
  let receivedAt: EventTime?

  /// Section 4.4: what is below is seconds from now.
  static let firstAbsoluteTime = 0x1p28
  /// Section 4.4: the version of the RFC; a pack of a later one may mean other things by the same words.
  static let version: Int64 = 10
  private static let separators = ":/"

  private struct Base {
    var name = ""
    var unit = ""
    var time = 0.0
    var value: Double?
    var sum: Double?
    var version: Int64?
  }

  func sayings(_ pack: JSONNode) throws(Rejection) -> [Saying] {
    guard pack.isArray else {
      throw Rejection(.schema, "expected an array of SenML records, found \(pack.description)")
    }
    var base = Base()
    var sayings: [Saying] = []
    var places: [Place: Int] = [:]
    var count = 0
    for record in pack.elements {
      count += 1
      guard record.isObject else {
        throw Rejection(.schema, "record \(count): expected an object, found \(record.description)")
      }
      let fields = try Fields(record, number: count)
      try adopt(fields, into: &base, isFirst: count == 1)
      let (metrics, unknown) = try metrics(fields, base)
      let (device, name) = try split(base: base.name, name: fields.text(.name) ?? "", number: count)
      // A device that measures one thing gives it no name; one that measures a few may tell them by their units alone.
      let metric = name.isEmpty ? try fields.text(.unit) ?? base.unit : name
      if metrics.isEmpty, unknown == 0 { continue }
      let seconds = base.time + (try fields.number(.time) ?? 0)
      let place = Place(device: device.map { Array($0.utf8) }, milliseconds: try milliseconds(seconds, number: count))
      if places[place] == nil {
        guard sayings.count < DecodingLimits.reports else {
          throw Rejection(.tooLarge, "more than \(DecodingLimits.reports) devices and times in one pack: split it")
        }
        places[place] = sayings.count
        let time = place.milliseconds.map { EventTime(milliseconds: $0) }
        sayings.append(Saying(device: device, time: time))
      }
      guard let index = places[place] else { continue }
      for (suffix, value) in metrics { sayings[index].metrics.append((metric + suffix, value)) }
      sayings[index].unknownItems += unknown
    }
    guard count > 0 else { throw Rejection(.schema, "an empty array holds no SenML record") }
    guard !sayings.isEmpty else { throw Rejection(.schema, "no record has a value") }
    return sayings
  }

  private struct Place: Hashable {
    var device: [UInt8]?
    /// `nil`: now.
    var milliseconds: Int64?
  }

  private func adopt(_ fields: Fields, into base: inout Base, isFirst: Bool) throws(Rejection) {
    if let name = try fields.text(.baseName) { base.name = name }
    if let time = try fields.number(.baseTime) { base.time = time }
    if let value = try fields.number(.baseValue) { base.value = value }
    if let sum = try fields.number(.baseSum) { base.sum = sum }
    if let value = fields[.baseVersion] {
      guard let version = value.integer, version > 0 else {
        throw Rejection(.schema, "bver: expected a whole number ≥ 1, found \(value.description)")
      }
      guard version <= Self.version else {
        throw Rejection(.unsupported, "bver \(version): versions up to \(Self.version) (RFC 8428) are understood")
      }
      // Where the first record names none it is the default.
      guard isFirst || (base.version ?? Self.version) == version else {
        throw Rejection(.schema, "bver: all records must have the same")
      }
      base.version = version
    }
    if let unit = try fields.text(.baseUnit) { base.unit = unit }
    // Read for its form alone.
    _ = try fields.number(.updateTime)
  }

  /// The record's value, and its sum under a name of its own.
  private func metrics(_ fields: Fields, _ base: Base) throws(Rejection) -> ([(String, MetricValue)], unknown: Int) {
    var values: [MetricValue] = []
    if let value = try fields.number(.value) { values.append(.number(value + (base.value ?? 0))) }
    if let text = try fields.text(.text) { values.append(.text(text)) }
    if let flag = fields[.flag] {
      guard let bool = flag.bool else {
        throw Rejection(.schema, "record \(fields.number): vb: expected true or false, found \(flag.description)")
      }
      values.append(.flag(bool))
    }
    if let data = fields[.data] { values.append(.other(data.digest().value)) }
    guard values.count <= 1 else {
      throw Rejection(.schema, "record \(fields.number): has more than one of v, vs, vb, vd")
    }
    let sum = try fields.number(.sum)
    // Section 4.5.3: of a value and its base, or a sum and its base, one may be missing and counts as zero. A record
    // that only sets bases (it has neither name nor time) says nothing.
    let isNamed = fields[.name] != nil || fields[.time] != nil
    if values.isEmpty, sum == nil, isNamed, let value = base.value { values.append(.number(value)) }
    var metrics = values.map { ("", $0) }
    if let sum {
      metrics.append((".sum", .number(sum + (base.sum ?? 0))))
    } else if isNamed, let sum = base.sum {
      metrics.append((".sum", .number(sum)))
    }
    for case (_, .number(let number)) in metrics where !number.isFinite {
      throw Rejection(.schema, "record \(fields.number): its value is no finite number")
    }
    return (metrics, fields.unknown)
  }

  private func milliseconds(_ seconds: Double, number: Int) throws(Rejection) -> Int64? {
    if seconds == 0 { return nil }
    // Times of RFC 8428 go far beyond those of devices; a double keeps them whole.
    guard abs(seconds) < 0x1p53 / 1000 else { throw Rejection(.schema, "record \(number): t is no time") }
    let whole = Int64((seconds * 1000).rounded())
    var time = EventTime(milliseconds: whole)
    if seconds < Self.firstAbsoluteTime {
      guard let receivedAt else { return nil }
      time = receivedAt + whole
    }
    switch PlausibleTime.check(time, found: "\(seconds) s") {
    case .success(let time): return time.milliseconds
    case .failure(let fault): throw Rejection(.schema, "record \(number): t: \(fault.message)")
    }
  }

  private func split(base: String, name: String, number: Int) throws(Rejection) -> (device: String?, metric: String) {
    let whole = base + name
    guard Self.isName(whole) else {
      throw Rejection(
        .schema, "record \(number): the name \"\(whole.escaped(maximum: 60))\" is none of RFC 8428, section 4.5.1")
    }
    switch naming {
    case .whole: return (nil, whole)
    case .base where !base.isEmpty: return (Self.trimmed(base), name)
    case .base where whole.hasPrefix("urn:dev:"):
      // RFC 9039: urn:dev:<kind>:<id>, and what belongs to the device behind it.
      let parts = whole.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
      guard parts.count >= 4 else { return (nil, whole) }
      return (parts.prefix(4).joined(separator: ":"), parts.count > 4 ? String(parts[4]) : "")
    case .base, .last:
      guard let place = whole.lastIndex(where: { Self.separators.contains($0) }) else { return (nil, whole) }
      return (Self.trimmed(String(whole[..<place])), String(whole[whole.index(after: place)...]))
    }
  }

  /// A base name mostly ends in the separator of what follows.
  private static func trimmed(_ base: String) -> String {
    var device = Substring(base)
    while let last = device.last, ":/-._".contains(last) { device.removeLast() }
    return device.isEmpty ? base : String(device)
  }

  /// Letters, digits, `-`, `:`, `.`, `/`, `_`; the first a letter or digit; not empty.
  private static func isName(_ name: String) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) && byte != 0x40
    }
    guard let first = name.utf8.first, isAlphanumeric(first) else { return false }
    return name.utf8.allSatisfy { isAlphanumeric($0) || "-:./_".utf8.contains($0) }
  }
}

/// One record's fields, whichever of the two ways they are labelled in.
private struct Fields {
  /// Names in JSON and labels in CBOR, sections 5 and 6.
  enum Field: Int, CaseIterable {
    case name, unit, value, text, flag, sum, time, updateTime, data
    case baseVersion = -1
    case baseName = -2
    case baseTime = -3
    case baseUnit = -4
    case baseValue = -5
    case baseSum = -6

    var key: String {
      switch self {
      case .name: "n"
      case .unit: "u"
      case .value: "v"
      case .text: "vs"
      case .flag: "vb"
      case .sum: "s"
      case .time: "t"
      case .updateTime: "ut"
      case .data: "vd"
      case .baseVersion: "bver"
      case .baseName: "bn"
      case .baseTime: "bt"
      case .baseUnit: "bu"
      case .baseValue: "bv"
      case .baseSum: "bs"
      }
    }
  }

  let number: Int
  private var nodes: [Field: JSONNode] = [:]
  /// Fields that nobody knows, and that may be passed over.
  private(set) var unknown = 0

  init(_ record: JSONNode, number: Int) throws(Rejection) {
    self.number = number
    for key in record.keys {
      let name = key.string ?? ""
      let field: Field? =
        if let label = key.label {
          Int(exactly: label).flatMap(Field.init(rawValue:))
        } else {
          Field.allCases.first { $0.key.utf8.elementsEqual(name.utf8) }
        }
      if let field {
        guard nodes[field] == nil else { throw Rejection(.schema, "record \(number): \(field.key) stands twice") }
        nodes[field] = key.value
      } else if name.hasSuffix("_") {
        // Section 4.4: a pack that must be understood, and can't be, is refused whole.
        throw Rejection(
          .unsupported,
          "record \(number): \"\(name.escaped(maximum: 40))\" must be understood (it ends in _), and isn't")
      } else {
        unknown += 1
      }
    }
  }

  subscript(_ field: Field) -> JSONNode? { nodes[field] }

  func number(_ field: Field) throws(Rejection) -> Double? {
    guard let node = nodes[field] else { return nil }
    guard let value = node.number else {
      throw Rejection(.schema, "record \(number): \(field.key): expected a number, found \(node.description)")
    }
    return value
  }

  func text(_ field: Field) throws(Rejection) -> String? {
    guard let node = nodes[field] else { return nil }
    guard node.isString, let value = node.string else {
      throw Rejection(.schema, "record \(number): \(field.key): expected text, found \(node.description)")
    }
    return value
  }
}
