import CaseStore
import ControlProtocol
import Foundation
import Triage
import Vocabulary

/// How records of the gateway stand in the control API's words.
extension ProfileItem {
  init(_ profile: FirmwareProfile) {
    self.init(
      product: profile.product.text, title: profile.title,
      firmware: profile.firmware.bounds.map { $0.comparison.rawValue + $0.version.text }.joined(separator: " "),
      source: profile.source, revision: profile.revision, modes: profile.modes.map(\.id.text))
  }
}

extension QuarantineItem {
  init(_ entry: QuarantineSummary) {
    self.init(
      id: entry.id, topic: entry.topic, reason: entry.rejection.reason.rawValue, detail: entry.rejection.detail,
      receivedAt: entry.receivedAt.description, bytes: entry.bytes, device: entry.device)
  }

  init(_ entry: QuarantineEntry) {
    self.init(
      id: entry.id, topic: entry.delivery.topic, reason: entry.rejection.reason.rawValue,
      detail: entry.rejection.detail, receivedAt: entry.delivery.receivedAt.description, bytes: entry.bytes,
      device: entry.device)
  }
}

extension QuarantineDetail {
  init(_ entry: QuarantineEntry) {
    self.init(
      item: QuarantineItem(entry), payload: String(validating: entry.delivery.payload, as: UTF8.self),
      payloadBase64: Data(entry.delivery.payload).base64EncodedString())
  }
}

extension PredictionItem {
  init(_ prediction: Prediction) {
    self.init(
      device: prediction.identity.device, product: prediction.identity.product.text,
      failureMode: prediction.failureMode.text, asOf: prediction.asOf.description,
      horizonDays: prediction.horizonDays, probability: prediction.probability.mean,
      low: prediction.probability.low, high: prediction.probability.high)
  }
}

extension TicketAction {
  init(verb: String, body: ActionRequest) throws(ProblemDetails) {
    func required(_ value: String?, _ name: String) throws(ProblemDetails) -> String {
      guard let value, !value.isEmpty else {
        throw ProblemDetails(status: 400, title: "\(name) is missing", detail: "\(verb) needs a \(name)")
      }
      return value
    }
    switch verb {
    case "ack": self = .acknowledge
    case "open": self = .release
    case "hold":
      var until: EventTime?
      if let text = body.until {
        guard let time = EventTime(text) else {
          throw ProblemDetails(
            status: 400, title: "bad time", detail: "until is an RFC 3339 time such as 2026-01-31T12:00:00Z")
        }
        until = time
      }
      self = .hold(reason: try required(body.reason, "reason"), until: until)
    case "resolve":
      let word = try required(body.outcome, "outcome")
      guard let outcome = Ticket.Outcome(rawValue: word) else {
        let words = Ticket.Outcome.allCases.map(\.rawValue).joined(separator: ", ")
        throw ProblemDetails(status: 400, title: "unknown outcome", detail: "outcome is one of \(words)")
      }
      self = .resolve(outcome, note: body.note)
    case "reopen": self = .reopen(reason: body.reason)
    case "cancel": self = .cancel(reason: body.reason)
    case "note": self = .note(try required(body.note, "note"))
    default:
      throw ProblemDetails(
        status: 404, title: "no such action",
        detail: "a ticket takes ack, open, hold, resolve, reopen, cancel and note; not \(LogLines.escaped(verb))")
    }
  }
}

extension ActionRequest {
  /// What was said beside the action, where the action itself doesn't take it down: it becomes a note of its own.
  func remark(besides verb: String) -> String? {
    let texts =
      switch verb {
      case "hold", "reopen", "cancel": [note]
      case "resolve": [reason]
      case "note": [reason]
      default: [reason, note]
      }
    let said = texts.compactMap { $0 }.filter { !$0.isEmpty }
    return said.isEmpty ? nil : said.joined(separator: "; ")
  }
}

extension FindingAction {
  init(verb: String, body: ActionRequest) throws(ProblemDetails) {
    switch verb {
    case "confirm": self = .confirm(reason: body.reason)
    case "clear": self = .clear(reason: body.reason)
    case "ack": self = .acknowledge(reason: body.reason ?? body.note)
    case "pause": self = .pause(reason: body.reason ?? body.note)
    case "resume": self = .resume(reason: body.reason ?? body.note)
    case "limit":
      guard let limit = body.limit else {
        throw ProblemDetails(
          status: 400, title: "limit is missing", detail: "say how many tickets may be let out a day: {\"limit\": 50}")
      }
      self = .limit(limit, reason: body.reason ?? body.note)
    default:
      throw ProblemDetails(
        status: 404, title: "no such action",
        detail: "a finding takes confirm, clear, ack, pause, resume, limit and release; not \(LogLines.escaped(verb))")
    }
  }
}
