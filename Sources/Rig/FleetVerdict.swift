package import FleetSimulation
import Vocabulary

/// What a gateway made of a simulated fleet, held against what was planted in it.
package struct FleetVerdict: Sendable {
  /// One question with its answer.
  package struct Line: Sendable, Equatable {
    package var question: String
    package var answer: String
    package var isGood: Bool
  }

  package private(set) var lines: [Line] = []
  package var isGood: Bool { lines.allSatisfy(\.isGood) }

  /// - Parameter published: how many messages the fleet published.
  package init(
    truth: FleetTruth, findings: [SeenFinding], tickets: [SeenTicket], messages: DaemonStatus.Messages, published: Int
  ) {
    for defect in truth.defects { judge(defect, findings: findings, tickets: tickets) }
    judgeFalseFindings(truth, findings)
    judgeFalseTickets(truth, tickets)
    judgeOutages(truth, tickets)
    judge(messages, published: published)
  }

  private mutating func judge(_ defect: FleetTruth.Defect, findings: [SeenFinding], tickets: [SeenTicket]) {
    let cohort = [defect.batch, defect.firmware].compactMap(\.self).joined(separator: " × ")
    let name = "\(defect.product) \(defect.failureMode), \(defect.cause.rawValue) \(cohort)"
    let found = findings.first { $0.isAsserted && Self.isRight($0, about: defect) }
    let near = findings.filter { $0.product == defect.product && $0.failureMode == defect.failureMode }.map(\.words)
    let missed = near.isEmpty ? "missed" : "missed; instead " + near.joined(separator: "; ")
    add("planted: \(name)", found.map { "\($0.id) \($0.state)" } ?? missed, found != nil)

    guard let kind = Self.remedy(for: defect) else { return }
    let cared = tickets.filter { $0.kind == kind && $0.finding != nil && $0.finding == found?.id }
    add("\(kind) tickets for it", "\(cared.count)", !cared.isEmpty)
  }

  /// What is planted and nothing else: a further cohort in the finding would name devices that are sound.
  private static func isRight(_ finding: SeenFinding, about defect: FleetTruth.Defect) -> Bool {
    finding.product == defect.product && finding.failureMode == defect.failureMode
      && finding.cause == defect.cause.rawValue && finding.batch == defect.batch && finding.firmware == defect.firmware
  }

  /// The kind of ticket that a defect must lead to; `nil` where that depends on its size.
  private static func remedy(for defect: FleetTruth.Defect) -> String? {
    switch defect.kind {
    case .badBatch: "replacement"
    case .badFirmware: "patch"
    case .batchAndFirmware, .firmwareAndHumidity, .batchAndHumidity, .earlyWearOut: nil
    }
  }

  private mutating func judgeFalseFindings(_ truth: FleetTruth, _ findings: [SeenFinding]) {
    let wrong = findings.filter { finding in
      finding.isAsserted && !truth.defects.contains { Self.isRight(finding, about: $0) }
    }
    add("findings of what isn't there", Self.list(wrong.map(\.words)), wrong.isEmpty)
  }

  private mutating func judgeFalseTickets(_ truth: FleetTruth, _ tickets: [SeenTicket]) {
    let wrong = Self.falseTickets(truth, tickets)
    let words = wrong.map { "\($0.id) \($0.kind) \($0.device) \($0.failureMode)" }
    add("tickets for devices without a planted defect", Self.list(words), wrong.isEmpty)
  }

  private mutating func judgeOutages(_ truth: FleetTruth, _ tickets: [SeenTicket]) {
    let wrong = Self.falseTickets(truth, tickets)
    for outage in truth.outages {
      let here = wrong.filter { $0.region == outage.region }
      let name = "\(outage.isAnnounced ? "announced" : "unannounced") outage of \(outage.carrier) in \(outage.region)"
      add("tickets from the \(name)", Self.list(here.map(\.id)), here.isEmpty)
    }
  }

  private static func falseTickets(_ truth: FleetTruth, _ tickets: [SeenTicket]) -> [SeenTicket] {
    let affected = truth.defects.map { (mode: $0.failureMode, product: $0.product, devices: Set($0.affectedDevices)) }
    return tickets.filter { ticket in
      !affected.contains {
        $0.mode == ticket.failureMode && $0.product == ticket.product && $0.devices.contains(ticket.device)
      }
    }
  }

  private mutating func judge(_ messages: DaemonStatus.Messages, published: Int) {
    add(
      "messages received of \(published) published", "\(messages.received)", messages.received == published)
    let fates =
      "\(messages.applied) applied, \(messages.duplicate) duplicate, \(messages.quarantined) quarantined, "
      + "\(messages.unconsented) unconsented, \(messages.late) late"
    add("each received message has one fate", fates, messages.isBalanced && messages.applied > 0)
  }

  private mutating func add(_ question: String, _ answer: String, _ isGood: Bool) {
    lines.append(Line(question: question, answer: answer, isGood: isGood))
  }

  private static func list(_ words: [String]) -> String {
    guard !words.isEmpty else { return "none" }
    let rest = words.count > 5 ? " and \(words.count - 5) more" : ""
    return words.prefix(5).joined(separator: "; ") + rest
  }
}
