import ArgumentParser
import ControlProtocol
import FoundationEssentials
import Terminal
import Vocabulary

/// What may be said with any action on a ticket or finding.
struct Remarks: ParsableArguments {
  @Option(help: ArgumentHelp("Why; an entry of the history.", valueName: "text")) var reason: String?
  @Option(help: ArgumentHelp("Anything else worth keeping.", valueName: "text")) var note: String?
}

/// The tickets or findings that an action is for.
struct CaseIDs: ParsableArguments {
  /// From so many on a slip is expensive: they must be confirmed.
  static let confirmedAbove = 20

  @Argument(help: "One id or several.", completion: LiveIDs.completion) var ids: [String]
  @Flag(name: [.customShort("y"), .long], help: "Go on with more than 20 ids.") var yes = false

  func validate() throws {
    if ids.count > Self.confirmedAbove, !yes {
      throw ValidationError("\(ids.count) ids: add --yes if all of them are meant")
    }
  }
}

/// What every action on findings takes.
struct FindingSelection: ParsableArguments {
  @OptionGroup var findings: CaseIDs
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run(_ verb: String, to target: Finding.State? = nil, undoneBy opposite: String? = nil) async throws {
    try await CaseAction(
      noun: "finding", verb: verb, collection: Route.findings,
      request: ActionRequest(reason: remarks.reason, note: remarks.note), target: target?.rawValue,
      undo: { id, _ in opposite.map { "forewarn finding \($0) \(id)" } }
    ).run(on: findings.ids, Session(connection, output))
  }
}

/// One action on one or several cases: says what changed and how to undo it.
struct CaseAction {
  var noun: String
  var verb: String
  var collection: String
  var request: ActionRequest
  /// The state in which the action leaves a case; `nil` where it leaves the state alone.
  var target: String?
  /// The command that takes it back, given the case as it was.
  var undo: (_ id: String, _ before: JSONValue) -> String?

  func run(on ids: [String], _ session: Session) async throws {
    let body = [UInt8](try JSONEncoder().encode(request))
    var firstFailure: Failure?
    var answers: [[UInt8]] = []
    for id in ids {
      do {
        answers.append(try await act(on: id, body, session))
      } catch let error as ControlError {
        // A daemon that is away is away for the other ids too.
        guard case .problem = error, ids.count > 1 else { throw error }
        let failure = Failure(error)
        failure.tell(about: id)
        firstFailure = firstFailure ?? .silently(failure.status)
      }
    }
    if !session.output.isTable, !answers.isEmpty { try printed(answers, ids.count, session) }
    if let firstFailure { throw firstFailure }
  }

  private func act(on id: String, _ body: [UInt8], _ session: Session) async throws -> [UInt8] {
    let path = Route.action(collection, id, verb)
    guard session.output.isTable else {
      return try await session.client.send(.init("POST", path, body: body))
    }
    let before = try Session.value(in: try await session.get(Route.object(collection, id)))
    let answer = try await session.client.send(.init("POST", path, body: body))
    guard !session.output.quiet else { return answer }
    let after = try Session.value(in: answer)
    StandardStreams.print(told(id, from: before, to: after))
    return answer
  }

  private func told(_ id: String, from before: JSONValue, to after: JSONValue) -> String {
    let id = Phrase.printable(after.text(at: "id") ?? id)
    let old = Phrase.printable(before.text(at: "state") ?? "?")
    let new = Phrase.printable(after.text(at: "state") ?? "?")
    if let target, old == target {
      return "\(id): already \(new.replacing("_", with: " "))\n"
    }
    let outcome = after.text(at: "outcome").map { " (\(Phrase.printable($0)))" } ?? ""
    let change = target == nil ? verb == "note" ? "note added" : "\(verb) taken down" : "\(old) → \(new)\(outcome)"
    let undoing = undo(id, before).map { "  undo: \($0)\n" } ?? ""
    return "\(id): \(change)\n\(undoing)"
  }

  /// One id: the object as it came. Several: a list of them.
  private func printed(_ answers: [[UInt8]], _ asked: Int, _ session: Session) throws {
    if asked == 1 { return StandardStreams.print(try session.machine(answers[0])) }
    let items = try answers.map { try Session.value(in: $0) }
    let list = JSONValue.object([
      .init("schema", .string(Schema.name(noun, verb))), .init("items", .array(items)),
    ])
    StandardStreams.print(try session.machine(Array(list.description.utf8)))
  }
}
