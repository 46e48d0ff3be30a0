import Triage
import Vocabulary

/// A changed case as Alertmanager's webhook receivers know alerts (its format, version 4), one alert a message. Labels and
/// fingerprint say which case it is and never change; annotations say how it stands.
struct WebhookAlert: Encodable {
  struct Alert: Encodable {
    var status: String
    var labels: [String: String]
    var annotations: [String: String]
    var startsAt: String
    /// As Alertmanager writes it while an alert goes on: the year 1.
    var endsAt: String
    var generatorURL = ""
    /// 16 hexadecimal digits, as long as Alertmanager's own.
    var fingerprint: String
  }

  var version = "4"
  var groupKey: String
  var truncatedAlerts = 0
  var status: String
  var receiver: String
  var groupLabels: [String: String]
  var commonLabels: [String: String]
  var commonAnnotations: [String: String]
  var externalURL = ""
  var alerts: [Alert]

  static let endless = "0001-01-01T00:00:00Z"

  init(_ ticket: Ticket, receiver: String) {
    let labels = [
      "alertname": "ForewarnTicket", "ticket": ticket.id, "severity": ticket.severity.rawValue,
      "product": ticket.product.text, "device": ticket.device, "failure_mode": ticket.failureMode.text,
    ]
    let percent = (ticket.probability.mean * 100).toSixDigits
    var annotations = [
      "summary": "\(ticket.kind.rawValue) \(ticket.state.rawValue): \(ticket.failureMode) of \(ticket.device)",
      "description": ticket.explanation, "state": ticket.state.rawValue, "kind": ticket.kind.rawValue,
      "batch": ticket.batch.text, "firmware": ticket.firmware.text, "region": ticket.region.text,
      "probability_percent": "\(percent)", "horizon_days": "\(ticket.probability.horizonDays)",
    ]
    annotations["finding"] = ticket.finding
    annotations["kb"] = ticket.kb
    annotations["outcome"] = ticket.outcome?.rawValue
    annotations["last_change"] = Self.words(ticket.history.last)
    annotations["remedy_firmware"] = ticket.remedy.firmware?.text
    annotations["remedy_sku"] = ticket.remedy.sku
    self.init(
      id: ticket.id, isFiring: ticket.state.isOpen, labels: labels, annotations: annotations,
      from: ticket.openedAt, until: ticket.updatedAt, receiver: receiver)
  }

  init(_ finding: Finding, receiver: String) {
    var labels = [
      "alertname": "ForewarnFinding", "finding": finding.id, "product": finding.product.text,
      "failure_mode": finding.failureMode.text, "cause": finding.cohort.cause.rawValue,
    ]
    labels["batch"] = finding.cohort.batch?.text
    labels["firmware"] = finding.cohort.firmware?.text
    labels["region"] = finding.cohort.region?.text
    let ratio = finding.rateRatio
    var annotations = [
      "summary": "\(finding.failureMode) of \(finding.product): \(finding.state.rawValue)",
      "description": finding.explanation, "state": finding.state.rawValue, "probability": "\(finding.probability)",
      "rate_ratio": "\(ratio.mean)", "devices_affected": "\(finding.devicesAffected)",
    ]
    annotations["kb"] = finding.kb
    annotations["last_change"] = Self.words(finding.history.last)
    self.init(
      id: finding.id, isFiring: finding.state.isLive, labels: labels, annotations: annotations, from: finding.openedAt,
      until: finding.updatedAt, receiver: receiver)
  }

  private init(
    id: String, isFiring: Bool, labels: [String: String], annotations: [String: String], from: EventTime,
    until: EventTime, receiver: String
  ) {
    status = isFiring ? "firing" : "resolved"
    groupKey = "forewarn/\(id)"
    self.receiver = receiver
    groupLabels = ["alertname": labels["alertname"] ?? ""]
    commonLabels = labels
    commonAnnotations = annotations
    alerts = [
      Alert(
        status: status, labels: labels, annotations: annotations, startsAt: from.description,
        endsAt: isFiring ? Self.endless : until.description, fingerprint: Digest.of(id.utf8).hex)
    ]
  }

  private static func words(_ change: Ticket.Change?) -> String? {
    change.map { change in [change.change, change.reason].compactMap(\.self).joined(separator: ": ") }
  }
}
