import Vocabulary

/// Reads what others than devices say, and the results of remote checks.
enum ContextReading {
  static func weather(_ fields: JSONFields, region: Symbol) throws(Rejection) -> WeatherReading {
    let reading = WeatherReading(
      region: region, time: try fields.requiredTime("ts"),
      // The coldest and hottest air measured on Earth are −89.2 and 56.7 °C (WMO).
      temperatureC: try fields.number("temperature_c", in: -95...65),
      relativeHumidityPct: try fields.number("relative_humidity_pct", in: 0...100))
    guard reading.temperatureC != nil || reading.relativeHumidityPct != nil else {
      throw Rejection(.schema, "expected temperature_c, relative_humidity_pct or both")
    }
    return reading
  }

  static func outage(_ fields: JSONFields, carrier: Symbol, region: Symbol) throws(Rejection) -> Outage {
    let from = try fields.requiredTime("ts")
    let until = try fields.requiredTime("until")
    guard until > from else { throw Rejection(.schema, "expected until (\(until)) to be after ts (\(from))") }
    return Outage(carrier: carrier, region: region, from: from, until: until)
  }

  static func contact(_ fields: JSONFields, _ catalogue: Catalogue) throws(Rejection) -> Contact {
    let time = try fields.requiredTime("ts")
    guard let device = fields["device"] else { throw Rejection(.schema, "device is missing") }
    guard device.isString, let text = device.utf8, Identifier.isValid(utf8: text) else {
      throw Rejection(.identity, "device: expected an id (\(Identifier.rule)), found \(device.description)")
    }
    var mode: Symbol?
    if let value = fields["failure_mode"] {
      mode = value.string.flatMap { catalogue.mode(named: $0) }
      if mode == nil { throw .mismatch("failure_mode", "a mode of a firmware profile", value) }
    }
    return Contact(
      time: time, device: String(decoding: text, as: UTF8.self), failureMode: mode,
      text: try fields.text("text", maximumBytes: DecodingLimits.textBytes),
      customer: try fields.text("customer", maximumBytes: DecodingLimits.customerBytes))
  }

  static func diagnosis(
    _ fields: JSONFields, _ product: Symbol, _ catalogue: Catalogue
  ) throws(Rejection) -> Diagnosis {
    let time = try fields.requiredTime("ts")
    guard let modeValue = fields["failure_mode"] else { throw Rejection(.schema, "failure_mode is missing") }
    guard let mode = modeValue.string.flatMap({ catalogue.mode(named: $0, of: product) }) else {
      throw .mismatch("failure_mode", "a mode of \(product)'s firmware profile", modeValue)
    }
    guard let resultValue = fields["result"] else { throw Rejection(.schema, "result is missing") }
    guard let result = resultValue.string.flatMap(Diagnosis.Result.init(rawValue:)) else {
      throw .mismatch("result", "fault, no_fault or inconclusive", resultValue)
    }
    return Diagnosis(
      time: time, failureMode: mode, result: result,
      detail: try fields.text("detail", maximumBytes: DecodingLimits.textBytes))
  }
}
