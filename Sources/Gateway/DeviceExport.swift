import CaseStore
import ControlProtocol
import DeviceHistory
import Foundation
import Pipeline
import Vocabulary

/// `device export`: everything that is kept under a device's id, as JSON.
struct DeviceExport: Encodable, Sendable {
  struct FactsPart: Codable, Hashable, Sendable {
    @Known var saidAt: String?
    @Known var batch: String?
    @Known var factory: String?
    @Known var manufactured: String?
    @Known var activated: String?
    @Known var firmware: String?
    @Known var region: String?
    @Known var carrier: String?
    @Known var customer: String?
    @Known var locale: String?
    @Known var telemetryConsent: Bool?
    @Known var contactConsent: Bool?
    @Known var retiredAt: String?
    private enum CodingKeys: String, CodingKey {
      case saidAt = "said_at"
      case batch, factory, manufactured, activated, firmware, region, carrier, customer, locale
      case telemetryConsent = "consent_telemetry"
      case contactConsent = "consent_contact"
      case retiredAt = "retired_at"
    }
  }
  struct PlacePart: Codable, Hashable, Sendable {
    var from: String
    var region: String
    var carrier: String
  }
  struct SignalPart: Codable, Hashable, Sendable {
    var count: Int
    var mean: Double
    @Known var least: Double?
    @Known var greatest: Double?
  }
  struct TallyPart: Codable, Hashable, Sendable {
    var start: String
    var bucket: String
    var reports: Int
    @Known var firmware: String?
    var signals: [String: SignalPart]
    var events: [String: Int]
  }
  struct OnsetPart: Codable, Hashable, Sendable {
    var failureMode: String
    var count: Int
    @Known var last: String?
    private enum CodingKeys: String, CodingKey {
      case failureMode = "failure_mode"
      case count, last
    }
  }
  struct RecordPart: Codable, Hashable, Sendable {
    var reports: Int
    @Known var firstHeard: String?
    @Known var lastHeard: String?
    @Known var firmware: String?
    var missingReports: Int
    var undeclaredItems: Int
    var places: [PlacePart]
    var onsets: [OnsetPart]
    var tallies: [TallyPart]
    private enum CodingKeys: String, CodingKey {
      case reports
      case firstHeard = "first_heard"
      case lastHeard = "last_heard"
      case firmware
      case missingReports = "missing_reports"
      case undeclaredItems = "undeclared_items"
      case places, onsets, tallies
    }
  }
  struct MessagePart: Encodable, Sendable {
    var topic: String
    var receivedAt: String
    @Known var payload: String?
    var payloadBase64: String
    private enum CodingKeys: String, CodingKey {
      case topic
      case receivedAt = "received_at"
      case payload
      case payloadBase64 = "payload_b64"
    }
    init(_ topic: String, _ at: EventTime, _ payload: [UInt8]) {
      self.topic = topic
      receivedAt = at.description
      self.payload = String(validating: payload, as: UTF8.self)
      payloadBase64 = Data(payload).base64EncodedString()
    }
  }
  struct ContactPart: Encodable, Sendable {
    var at: String
    @Known var failureMode: String?
    @Known var text: String?
    @Known var customer: String?
    private enum CodingKeys: String, CodingKey {
      case at
      case failureMode = "failure_mode"
      case text, customer
    }
  }
  struct DiagnosisPart: Encodable, Sendable {
    var at: String
    var failureMode: String
    var result: String
    @Known var detail: String?
    private enum CodingKeys: String, CodingKey {
      case at
      case failureMode = "failure_mode"
      case result, detail
    }
  }

  var device: String
  var product: String
  @Known var facts: FactsPart?
  @Known var record: RecordPart?
  var tickets: [Ticket]
  var contacts: [ContactPart]
  var diagnoses: [DiagnosisPart]
  var quarantine: [QuarantineDetail]
  var predictions: [PredictionItem]
  var outbox: [MessagePart]
  /// Taken, and not yet folded into the record's page on disk.
  var journal: [MessagePart]
}

extension Engine {
  /// `nil`: nothing is kept under this id.
  func export(device id: String) async throws -> DeviceExport? {
    try await turn { () throws -> DeviceExport? in
      let disclosure = pipeline.history.disclosure(of: id)
      guard try disclosure != nil || store.holds(device: id) else { return nil }
      var filter = TicketFilter()
      filter.device = id
      filter.limit = Limits.listItems
      let tickets = try store.tickets(filter)
      let product = disclosure?.summary.identity.product ?? tickets.first?.product ?? .unknown
      let identity = DeviceIdentity(product: product, device: id)
      let contacts = try store.contacts(of: id, limit: Limits.listItems)
      let diagnoses = try store.diagnoses(of: identity, limit: Limits.listItems)
      let predictions = try store.predictions(PredictionFilter(device: id, limit: Limits.listItems))
      let prefix = "dt/\(pipeline.settings.root)/\(product)/\(id)/"
      return DeviceExport(
        device: id, product: product.text, facts: disclosure.map { .init($0.summary.facts) },
        record: disclosure.map(DeviceExport.RecordPart.init), tickets: tickets,
        contacts: contacts.map {
          .init(at: $0.time.description, failureMode: $0.failureMode?.text, text: $0.text, customer: $0.customer)
        },
        diagnoses: diagnoses.map {
          .init(
            at: $0.time.description, failureMode: $0.failureMode.text, result: $0.result.rawValue, detail: $0.detail)
        },
        quarantine: try store.quarantine(of: id, limit: Limits.listItems).map(QuarantineDetail.init),
        predictions: predictions.map(PredictionItem.init),
        outbox: try store.outbox(of: id, limit: Limits.listItems).map {
          .init($0.message.topic, $0.message.createdAt, $0.message.payload)
        },
        journal: try store.journal().filter { $0.topic.hasPrefix(prefix) }.map {
          .init($0.topic, $0.receivedAt, $0.payload)
        })
    }
  }
}

extension DeviceExport.FactsPart {
  init(_ facts: Facts) {
    self.init(
      saidAt: facts.time?.description, batch: facts.batch?.text, factory: facts.factory?.text,
      manufactured: facts.manufactured?.date, activated: facts.activated?.date, firmware: facts.firmware?.text,
      region: facts.region?.text, carrier: facts.carrier?.text, customer: facts.customer, locale: facts.locale,
      telemetryConsent: facts.telemetryConsent, contactConsent: facts.contactConsent,
      retiredAt: facts.retired?.description)
  }
}

extension DeviceExport.RecordPart {
  init(_ disclosure: DeviceDisclosure) {
    let summary = disclosure.summary
    self.init(
      reports: summary.reports, firstHeard: disclosure.firstHeard?.description,
      lastHeard: summary.lastHeard?.description, firmware: summary.firmware?.text,
      missingReports: Int(summary.sequenceGaps), undeclaredItems: summary.unknownItems,
      places: disclosure.places.map {
        .init(from: $0.from.description, region: $0.region.text, carrier: $0.carrier.text)
      },
      onsets: disclosure.onsets.map {
        .init(failureMode: $0.mode.text, count: $0.count, last: $0.last?.description)
      },
      tallies: disclosure.tallies.map { tally in
        let signals = tally.signals.map { signal in
          (
            signal.name.text,
            DeviceExport.SignalPart(
              count: signal.count, mean: signal.mean.toSixDigits,
              least: signal.least.isFinite ? signal.least : nil,
              greatest: signal.greatest.isFinite ? signal.greatest : nil)
          )
        }
        return .init(
          start: tally.bucket.start.description, bucket: tally.bucket.length.rawValue, reports: tally.reports,
          firmware: tally.firmware?.text, signals: Dictionary(signals, uniquingKeysWith: { first, _ in first }),
          events: Dictionary(tally.events.map { ($0.name.text, $0.count) }, uniquingKeysWith: +))
      })
  }
}
