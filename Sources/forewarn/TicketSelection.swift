import ArgumentParser
import ControlProtocol
import FoundationEssentials
import Terminal
import Vocabulary

/// The tickets that an action is for: by their ids, or by the filters of `ticket list`.
struct TicketSelection: ParsableArguments {
  @Argument(help: "Ids of tickets; or name filters instead.", completion: LiveIDs.completion)
  var ids: [String] = []
  @Flag(name: .customLong("dry-run"), help: "Count what would change, and change nothing.") var isDryRun = false
  @Flag(name: [.customShort("y"), .long], help: "Go on with more than 20 tickets.") var yes = false
  @OptionGroup var filter: TicketFilters

  /// A finding and nothing else.
  var findingAlone: String? {
    ids.isEmpty && !isDryRun && filter.given.map(\.name) == ["finding"] ? filter.finding : nil
  }

  private var hasFilter: Bool { !filter.given.isEmpty }

  func validate() throws {
    if ids.isEmpty, !hasFilter { throw ValidationError("name tickets by id, or by a filter such as --state open") }
    if !ids.isEmpty, hasFilter { throw ValidationError("either ids or filters, not both") }
    if ids.count > CaseIDs.confirmedAbove, !yes, !isDryRun {
      throw ValidationError("\(ids.count) ids: add --yes if all of them are meant")
    }
  }

  /// Few ids one by one, each told with its undo; more of them, a filter or a dry run in one request.
  func run(_ action: CaseAction, _ session: Session) async throws {
    if !ids.isEmpty, ids.count <= CaseIDs.confirmedAbove, !isDryRun { return try await action.run(on: ids, session) }
    var session = session
    // A hundred thousand tickets, a transaction for some hundred of them each.
    session.client.timeoutSeconds += 120
    if !isDryRun, !yes, ids.isEmpty {
      let foreseen = try await ask(action, isDryRun: true, session).report.items.count
      guard foreseen <= CaseIDs.confirmedAbove else {
        throw Failure(
          .usage, "\(foreseen) tickets match: add --yes if all of them are meant",
          advice: "--dry-run tells what would become of them")
      }
    }
    let (body, report) = try await ask(action, isDryRun: isDryRun, session)
    if !session.output.isTable {
      StandardStreams.print(try session.machine(body))
    } else if !session.output.quiet {
      StandardStreams.print(told(report))
    }
    guard report.refused > 0 else { return }
    throw Failure.silently(isDryRun ? .negative : .failed)
  }

  private func ask(
    _ action: CaseAction, isDryRun: Bool, _ session: Session
  ) async throws -> (body: [UInt8], report: BatchActionReport) {
    let path = Route.query(
      "\(Route.ticketActions)/\(action.verb)", filter.query + [("dry_run", isDryRun ? "true" : nil)])
    let request = BatchActionRequest(ids: ids.isEmpty ? nil : ids, action: action.request)
    let body = try await session.client.send(.init("POST", path, body: [UInt8](try JSONEncoder().encode(request))))
    return (body, try Session.decode(BatchActionReport.self, from: body))
  }

  private func told(_ report: BatchActionReport) -> String {
    let would = report.dryRun ? "would be " : ""
    var lines = [
      "\(Phrase.count(report.items.count, "ticket")): \(Phrase.count(report.changed)) \(would)changed,"
        + " \(Phrase.count(report.unchanged)) unchanged, \(Phrase.count(report.refused)) refused"
    ]
    let refused = Dictionary(grouping: report.items.filter { $0.result == .refused }, by: { $0.detail ?? "" })
    for (why, items) in refused.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
      let names = items.prefix(3).map { Phrase.printable($0.id) }.joined(separator: ", ")
      let rest = items.count > 3 ? ", …" : ""
      lines.append("  refused \(Phrase.count(items.count)): \(Phrase.printable(why)) (\(names)\(rest))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
