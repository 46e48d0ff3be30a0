import ControlProtocol
import Terminal
import Vocabulary

/// Retrying or dropping quarantined messages, one by one.
struct QuarantineAction {
  var verb: String

  func run(on ids: [String], _ session: Session) async throws {
    var worst: ExitStatus?
    var answers: [JSONValue] = []
    for id in ids {
      do {
        let path = Route.action(Route.quarantine, id, verb)
        let body = try await session.client.send(.init("POST", path))
        let value = try Session.value(in: body)
        let isGivenUpAgain = value.text(at: "fate") == "quarantined"
        if isGivenUpAgain { worst = worst ?? .negative }
        if !session.output.isTable {
          if ids.count == 1 { StandardStreams.print(try session.machine(body)) }
          answers.append(value)
        } else if !session.output.quiet {
          StandardStreams.print("\(Phrase.printable(id)): \(told(value, isGivenUpAgain))\n")
        }
      } catch let error as ControlError {
        guard case .problem = error, ids.count > 1 else { throw error }
        Failure(error).tell(about: id)
        worst = worst.map { $0 == .negative ? error.exitStatus : $0 } ?? error.exitStatus
      }
    }
    if !session.output.isTable, ids.count > 1, !answers.isEmpty {
      let list = JSONValue.object([
        .init("schema", .string(Schema.name("quarantine", verb))), .init("items", .array(answers)),
      ])
      StandardStreams.print(try session.machine(Array(list.description.utf8)))
    }
    if let worst { throw Failure.silently(worst) }
  }

  func runOnAll(_ route: String, _ reason: RejectionReason?, _ session: Session) async throws {
    var session = session
    // Thousands of messages, a transaction for some hundred of them each.
    session.client.timeoutSeconds += 60
    let body = try await session.client.send(.init("POST", Route.query(route, [("reason", reason?.rawValue)])))
    let report = try Session.decode(BulkReport.self, from: body)
    if !session.output.isTable {
      StandardStreams.print(try session.machine(body))
    } else if !session.output.quiet {
      StandardStreams.print(told(report) + "\n")
    }
    if report.quarantined > 0 { throw Failure.silently(.negative) }
  }

  private func told(_ report: BulkReport) -> String {
    let messages = Phrase.count(report.messages, "message")
    guard verb == "retry" else { return "\(messages) dropped" }
    return "\(messages) retried: \(Phrase.count(report.applied)) applied, \(Phrase.count(report.duplicate)) duplicate,"
      + " \(Phrase.count(report.late)) late, \(Phrase.count(report.unconsented)) unconsented,"
      + " \(Phrase.count(report.quarantined)) quarantined again"
  }

  private func told(_ value: JSONValue, _ isGivenUpAgain: Bool) -> String {
    guard verb == "retry" else { return "dropped" }
    guard isGivenUpAgain else { return Phrase.printable(value.text(at: "fate") ?? "taken") }
    let why = [value.text(at: "reason"), value.text(at: "detail")].compactMap { $0 }.joined(separator: ": ")
    return "quarantined again (\(Phrase.printable(why)))"
  }
}
