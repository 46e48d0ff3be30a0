import Vocabulary

/// ThingsBoard's device API (`v1/devices/me/…`) and gateway API (`v1/gateway/…`), JSON.
///
/// A subscriber doesn't see the MQTT user that says which device `me` is: the configuration names it, or the topic has
/// been given a level for it.
struct ThingsBoardReading {
  enum Topic {
    case telemetry, attributes, gatewayTelemetry, gatewayAttributes, gatewayConnect, gatewayDisconnect

    init?(levels: [String]) {
      let isGateway = levels.dropLast().last == "gateway"
      switch (isGateway, levels.last) {
      case (false, "telemetry"): self = .telemetry
      case (false, "attributes"): self = .attributes
      case (true, "telemetry"): self = .gatewayTelemetry
      case (true, "attributes"): self = .gatewayAttributes
      case (true, "connect"): self = .gatewayConnect
      case (true, "disconnect"): self = .gatewayDisconnect
      default: return nil
      }
    }
  }

  /// A gateway speaks of many devices: what is wrong with one of them is none of the others'.
  enum Said {
    case says(Saying)
    case faulty(device: String, Rejection)
  }

  func sayings(_ root: JSONNode, _ topic: Topic) throws(Rejection) -> [Said] {
    switch topic {
    case .telemetry: return try telemetry(root, of: nil).map { .says($0) }
    case .attributes: return [.says(try attributes(root, of: nil))]
    case .gatewayTelemetry:
      return try devices(root) { (device, value) throws(Rejection) in try telemetry(value, of: device) }
    case .gatewayAttributes:
      return try devices(root) { (device, value) throws(Rejection) in [try attributes(value, of: device)] }
    case .gatewayConnect, .gatewayDisconnect:
      guard let device = root.member("device"), device.isString else {
        throw Rejection(.schema, "expected {\"device\": name}, found \(root.description)")
      }
      return []
    }
  }

  private func devices(
    _ root: JSONNode, _ read: (String, JSONNode) throws(Rejection) -> [Saying]
  ) throws(Rejection) -> [Said] {
    guard root.isObject else {
      throw Rejection(.schema, "expected an object with a key for each device, found \(root.description)")
    }
    var sayings: [Said] = []
    for key in root.keys {
      let device = key.string ?? ""
      do throws(Rejection) {
        sayings += try read(device, key.value).map { .says($0) }
      } catch {
        sayings.append(.faulty(device: device, error))
      }
      try check(sayings.count)
    }
    guard !sayings.isEmpty else { throw Rejection(.schema, "an empty object names no device") }
    return sayings
  }

  /// `{"k": v}`, `{"ts", "values"}`, or an array of both.
  private func telemetry(_ node: JSONNode, of device: String?) throws(Rejection) -> [Saying] {
    guard node.isArray else { return [try entry(node, of: device)] }
    var sayings: [Saying] = []
    for element in node.elements {
      sayings.append(try entry(element, of: device))
      try check(sayings.count)
    }
    guard !sayings.isEmpty else { throw Rejection(.schema, "an empty array holds no telemetry") }
    return sayings
  }

  private func entry(_ node: JSONNode, of device: String?) throws(Rejection) -> Saying {
    guard node.isObject else {
      throw Rejection(.schema, "expected telemetry such as {\"temperature\": 42}, found \(node.description)")
    }
    var saying = Saying(device: device)
    var values = node
    // A device may well have a metric `ts` or `values`: together they are the form with a time.
    if let inner = node.member("values"), inner.isObject {
      values = inner
      if let time = node.member("ts"), !time.isNull {
        switch PlausibleTime.read(time) {
        case .success(let time): saying.time = time
        case .failure(let fault): throw Rejection(.schema, "ts: \(fault.message)")
        }
      }
      saying.unknownItems = node.keys.reduce(0) { count, key in
        ["ts", "values"].contains(key.string ?? "") ? count : count + 1
      }
    }
    for key in values.keys { saying.metrics.append((key.string ?? "", MetricValue(key.value))) }
    return saying
  }

  private func attributes(_ node: JSONNode, of device: String?) throws(Rejection) -> Saying {
    guard node.isObject else {
      throw Rejection(.schema, "expected attributes such as {\"firmware\": \"1.0\"}, found \(node.description)")
    }
    var saying = Saying(device: device, tense: .attributes)
    for key in node.keys { saying.metrics.append((key.string ?? "", MetricValue(key.value))) }
    return saying
  }

  private func check(_ count: Int) throws(Rejection) {
    guard count <= DecodingLimits.reports else {
      throw Rejection(
        .tooLarge, "more than \(DecodingLimits.reports) devices and times in one message: send smaller ones")
    }
  }
}
