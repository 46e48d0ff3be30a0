import ControlProtocol
import Foundation
import Gateway
import Pipeline
import Terminal
import Vocabulary

/// What a replay has raised, gathered pass by pass and printed at its end.
struct ReplayResult {
  private var tickets: [String: Ticket] = [:]
  private var findings: [String: Finding] = [:]
  private var counts = FateCounts()
  private var predictions: [Prediction] = []

  mutating func add(_ yield: Yield) {
    for change in yield.changes {
      switch change {
      case .ticket(let ticket): tickets[ticket.id] = ticket
      case .finding(let finding): findings[finding.id] = finding
      }
    }
    counts.applied += yield.counts.applied
    counts.duplicate += yield.counts.duplicate
    counts.quarantined += yield.counts.quarantined
    counts.unconsented += yield.counts.unconsented
    counts.late += yield.counts.late
    predictions += yield.predictions
  }

  mutating func add(_ outcome: Backfill.Outcome) {
    for ticket in outcome.tickets { tickets[ticket.id] = ticket }
    for finding in outcome.findings { findings[finding.id] = finding }
    counts = outcome.counts
  }

  func text(_ output: OutputOptions) throws -> [UInt8] {
    let reply = Reply(
      findings: findings.values.sorted { $0.id < $1.id }.map { finding in
        let own = tickets.values.filter { $0.finding == finding.id }
        return FindingItem(
          finding: finding, open: own.count { $0.state.isOpen }, closed: own.count { !$0.state.isOpen })
      },
      tickets: tickets.values.sorted { $0.id < $1.id },
      messages: StatusReport.Messages(
        applied: counts.applied, duplicate: counts.duplicate, quarantined: counts.quarantined,
        unconsented: counts.unconsented, late: counts.late))
    guard output.isTable else {
      switch output.shape {
      case .json: return try output.bytes(of: try OwnJSON.bytes(reply))
      case .name:
        return Array((reply.findings.map(\.finding.id) + reply.tickets.map(\.id)).map { $0 + "\n" }.joined().utf8)
      default:
        // One kind of object a line: the findings, then their tickets.
        let findings = try reply.findings.map { try OwnJSON.bytes($0) }
        let tickets = try reply.tickets.map { try OwnJSON.bytes($0) }
        return Array((findings + tickets).joined(separator: [0x0a]))
          + (findings.isEmpty && tickets.isEmpty ? [] : [0x0a])
      }
    }
    return Array(summary(reply).utf8)
  }

  private func summary(_ reply: Reply) -> String {
    let messages = reply.messages
    var lines = [
      "\(messages.received) messages: \(messages.applied) applied, \(messages.duplicate) duplicate, \(messages.late) late, "
        + "\(messages.quarantined) quarantined, \(messages.unconsented) unconsented"
    ]
    lines.append("\(Phrase.count(reply.findings.count, "finding")), \(Phrase.count(reply.tickets.count, "ticket"))")
    for item in reply.findings {
      let finding = item.finding
      let cohort = [finding.cohort.batch, finding.cohort.firmware, finding.cohort.region].compactMap { $0?.text }
      let ratio = finding.rateRatio
      lines.append(
        "  \(finding.id)  \(finding.state.rawValue)  \(finding.product) \(finding.failureMode)  "
          + "\(finding.cohort.cause.rawValue) \(cohort.joined(separator: " × "))  "
          + "rate ratio \(short(ratio.mean)) (\(short(ratio.low))–\(short(ratio.high)))  "
          + "detected \(finding.detectedAt?.date ?? "not yet")  tickets \(item.open)")
    }
    return lines.map(Phrase.printable).joined(separator: "\n") + "\n"
  }

  private func short(_ number: Double) -> String { String(format: "%.3g", number) }

  /// `device,product,failure_mode,as_of,horizon_days,probability,low,high`; sorted by as-of time, device, product and mode.
  func write(predictionsTo path: String) throws {
    let rows = predictions.sorted { left, right in
      if left.asOf != right.asOf { return left.asOf < right.asOf }
      if left.identity.device != right.identity.device { return left.identity.device < right.identity.device }
      return (left.identity.product, left.failureMode) < (right.identity.product, right.failureMode)
    }
    var text = "device,product,failure_mode,as_of,horizon_days,probability,low,high\n"
    for row in rows {
      let numbers = [row.horizonDays, row.probability.mean, row.probability.low, row.probability.high].map { "\($0)" }
      text += "\(row.identity.device),\(row.identity.product),\(row.failureMode),\(row.asOf),"
      text += numbers.joined(separator: ",") + "\n"
    }
    do {
      try Data(text.utf8).write(to: URL(filePath: path))
    } catch {
      throw Failure(
        .failed, "can't write \(path): \(error.localizedDescription)",
        advice: "check the path, its permissions and free space")
    }
  }

  private struct Reply: Encodable {
    var schema = "forewarn.replay/1"
    var findings: [FindingItem]
    var tickets: [Ticket]
    var messages: StatusReport.Messages
  }

  /// A finding with the counts of its tickets, as the daemon shows it.
  struct FindingItem: Encodable {
    let finding: Finding
    let open: Int
    let closed: Int
    private enum CodingKeys: String, CodingKey { case tickets }
    func encode(to encoder: any Encoder) throws {
      try finding.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(["open": open, "closed": closed], forKey: .tickets)
    }
  }
}
