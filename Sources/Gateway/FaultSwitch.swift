import CaseStore
import Glibc
import Logging

/// Faults built in for the tests that prove recovery: a proof that nothing is lost is worth something only if the same test
/// fails on a daemon that does lose. Read from the environment:
///
///     FOREWARN_FAULT=acknowledge-early       acknowledges a batch before its commit: loses messages when killed
///     FOREWARN_FAULT=kill-before-commit:N    ends itself with SIGKILL right before the Nth batch's commit
///     FOREWARN_FAULT=kill-after-commit:N     … right after it, before anything is acknowledged
///     FOREWARN_FAULT=kill-after-outbox:N     … right after the Nth commit that says something to devices or receivers,
///                                            before any of it goes out
///     FOREWARN_FAULT=hang-at-commit:N        stands still for ever right before the Nth batch's commit
///
/// It can't be on by accident: it needs a file `test-only` in the state directory as well, which no installation makes. With
/// the variable and without the file the daemon doesn't start.
struct FaultSwitch: Sendable {
  enum Fault: Sendable, Equatable {
    case acknowledgeEarly
    case killBeforeCommit(Int)
    case killAfterCommit(Int)
    case killAfterOutbox(Int)
    case hangAtCommit(Int)
  }

  static let variable = "FOREWARN_FAULT"
  static let markerFile = "test-only"

  let fault: Fault?
  private var batches = 0
  private var outboxes = 0

  init(fault: Fault? = nil) { self.fault = fault }

  /// What the environment asks for; nothing, as a rule.
  static func read(stateDirectory: String) throws(StartFailure) -> FaultSwitch {
    guard let text = getenv(variable) else { return FaultSwitch() }
    let word = String(cString: text)
    let marker = "\(stateDirectory)/\(markerFile)"
    guard access(marker, F_OK) == 0 else {
      throw StartFailure("\(variable) is set, which makes the daemon lose messages on purpose: unset it")
    }
    guard let fault = Fault(word) else { throw StartFailure("\(variable)=\(word) is no fault that is built in") }
    return FaultSwitch(fault: fault)
  }

  func warn(_ logger: Logger) {
    if fault != nil { logger.critical("a fault is built in for a test: messages will be lost") }
  }

  /// A unit is about to be committed: once a unit, not once a try.
  mutating func beforeCommit(_ unit: UnitOfWork) {
    guard unit.isBatch else { return }
    batches += 1
    if fault == .killBeforeCommit(batches) { kill(getpid(), SIGKILL) }
    if fault == .hangAtCommit(batches) { while true { pause() } }
  }

  /// That unit is on disk.
  mutating func afterCommit(_ unit: UnitOfWork) {
    if !unit.outbox.isEmpty { outboxes += 1 }
    if unit.isBatch, fault == .killAfterCommit(batches) { kill(getpid(), SIGKILL) }
    if !unit.outbox.isEmpty, fault == .killAfterOutbox(outboxes) { kill(getpid(), SIGKILL) }
  }
}

extension UnitOfWork {
  /// Holds messages that the broker waits to hear of.
  var isBatch: Bool { !journal.isEmpty || !quarantined.isEmpty || emptiesJournal }
}

extension FaultSwitch.Fault {
  init?(_ word: String) {
    if word == "acknowledge-early" {
      self = .acknowledgeEarly
      return
    }
    let parts = word.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let number = Int(parts[1]), number > 0 else { return nil }
    switch parts[0] {
    case "kill-before-commit": self = .killBeforeCommit(number)
    case "kill-after-commit": self = .killAfterCommit(number)
    case "kill-after-outbox": self = .killAfterOutbox(number)
    case "hang-at-commit": self = .hangAtCommit(number)
    default: return nil
    }
  }
}
