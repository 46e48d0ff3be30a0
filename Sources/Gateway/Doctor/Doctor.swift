import CaseStore
import ControlProtocol
import Vocabulary

/// `forewarn doctor`: looks at what goes wrong in the field and names for each fault what mends it. A check is one small
/// value; a new one is written in a file of its kind and added to `checks`.
struct Doctor: Sendable {
  static let checks =
    BrokerChecks.all + IntakeChecks.all + StoreChecks.all + HouseChecks.all + CareChecks.all + HostChecks.all
    + ModelChecks.all
    + [missingMessages]

  /// What is said in English to people who speak another language.
  private static let missingMessages = Check("messages") { patient in
    let missing = patient.missingMessages
    guard !missing.isEmpty else { return .sound("every message was there in its language") }
    let names = missing.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Limits.namesInProblem).map(\.key)
    return .fault(
      "said in English instead: \(names.joined(separator: ", "))",
      fix: "add them to the language's file in the folder that `messages` names, then: forewarn profile reload")
  }

  let store: CaseDatabase
  let status: StatusReporter

  func examine() -> DoctorReport {
    let content = status.board.read { $0 }
    let patient = Patient(
      status: status.report(), store: store.condition(), losses: content.losses, storeTrouble: content.storeTrouble,
      missingMessages: content.missingMessages, now: WallClock.now(), care: care(content),
      host: status.hostFacts(), house: status.storeReport())
    return DoctorReport(items: Self.checks.map { $0.item($0.look(patient)) })
  }
}

extension Doctor {
  /// What can't be read is told by the checks of the store.
  private func care(_ content: Board.Content) -> CareCondition {
    var condition = CareCondition(pausedSince: content.brake?.since)
    do throws(StoreError) {
      condition.oldestPending = try store.outboxBacklog().map(\.oldest).min()
      condition.deadLetters = try store.deadLetterCount()
    } catch {
      return condition
    }
    return condition
  }
}

/// What the checks look at: gathered once, so that all of them see the same.
struct Patient: Sendable {
  var status: StatusReport
  var store: StoreCondition
  var losses: BrokerLosses
  /// Why a commit is waiting.
  var storeTrouble: String?
  var missingMessages: [String: Int]
  var now: EventTime
  var care = CareCondition()
  var host = HostFacts()
  var house: StoreReport?
}

/// One thing that can be wrong.
struct Check: Sendable {
  enum Verdict: Sendable, Equatable {
    case sound(String)
    case fault(String, fix: String)
  }

  let name: String
  let look: @Sendable (Patient) -> Verdict

  init(_ name: String, _ look: @escaping @Sendable (Patient) -> Verdict) {
    self.name = name
    self.look = look
  }

  func item(_ verdict: Verdict) -> DoctorReport.Item {
    switch verdict {
    case .sound(let detail): DoctorReport.Item(check: name, state: .ok, detail: detail)
    case .fault(let detail, let fix): DoctorReport.Item(check: name, state: .fault, detail: detail, fix: fix)
    }
  }
}
