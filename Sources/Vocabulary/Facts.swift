/// What is known of a device besides its reports (the `state` topic, or a line of an import). `nil`: not said.
package struct Facts: Sendable, Hashable {
  package var time: EventTime?
  package var batch: Symbol?
  package var factory: Symbol?
  package var manufactured: EventTime?
  package var activated: EventTime?
  package var firmware: Symbol?
  package var region: Symbol?
  package var carrier: Symbol?
  package var customer: String?
  package var locale: String?
  package var telemetryConsent: Bool?
  package var contactConsent: Bool?
  package var retired: EventTime?

  package init(
    time: EventTime? = nil, batch: Symbol? = nil, factory: Symbol? = nil, manufactured: EventTime? = nil,
    activated: EventTime? = nil, firmware: Symbol? = nil, region: Symbol? = nil, carrier: Symbol? = nil,
    customer: String? = nil, locale: String? = nil, telemetryConsent: Bool? = nil, contactConsent: Bool? = nil,
    retired: EventTime? = nil
  ) {
    self.time = time
    self.batch = batch
    self.factory = factory
    self.manufactured = manufactured
    self.activated = activated
    self.firmware = firmware
    self.region = region
    self.carrier = carrier
    self.customer = customer
    self.locale = locale
    self.telemetryConsent = telemetryConsent
    self.contactConsent = contactConsent
    self.retired = retired
  }
}

/// A mean over an hour or a day of one region's weather.
package struct WeatherReading: Sendable, Hashable {
  package var region: Symbol
  package var time: EventTime
  package var temperatureC: Double?
  package var relativeHumidityPct: Double?

  package init(region: Symbol, time: EventTime, temperatureC: Double?, relativeHumidityPct: Double?) {
    self.region = region
    self.time = time
    self.temperatureC = temperatureC
    self.relativeHumidityPct = relativeHumidityPct
  }
}

/// A window in which no failure of a carrier's customers in a region is the device's fault.
package struct Outage: Sendable, Hashable {
  package var carrier: Symbol
  package var region: Symbol
  package var from: EventTime
  package var until: EventTime

  package init(carrier: Symbol, region: Symbol, from: EventTime, until: EventTime) {
    self.carrier = carrier
    self.region = region
    self.from = from
    self.until = until
  }
}

/// A customer got in touch with the support desk.
package struct Contact: Sendable, Hashable {
  package var time: EventTime
  package var device: String
  package var failureMode: Symbol?
  package var text: String?
  package var customer: String?
  /// Of the message that brought it: the same message counts once.
  package var digest: UInt64?

  package init(
    time: EventTime, device: String, failureMode: Symbol?, text: String?, customer: String?, digest: UInt64? = nil
  ) {
    self.digest = digest
    self.time = time
    self.device = device
    self.failureMode = failureMode
    self.text = text
    self.customer = customer
  }
}

/// The result of a remote check of one device.
package struct Diagnosis: Sendable, Hashable {
  package enum Result: String, Sendable, Codable {
    case fault, noFault = "no_fault", inconclusive
  }
  package var time: EventTime
  package var failureMode: Symbol
  package var result: Result
  package var detail: String?
  /// Of the message that brought it: the same message counts once.
  package var digest: UInt64?

  package init(time: EventTime, failureMode: Symbol, result: Result, detail: String?, digest: UInt64? = nil) {
    self.digest = digest
    self.time = time
    self.failureMode = failureMode
    self.result = result
    self.detail = detail
  }
}
