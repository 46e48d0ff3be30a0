import CaseStore
package import FirmwareProfiles
import Glibc
import Logging
package import Pipeline
package import Vocabulary

/// `forewarn replay --into`: a state for a daemon that isn't running yet, made of captured messages by the daemon's own
/// engine. No bucket is closed before its time, so the daemon goes on as if it had heard the messages itself; only the
/// outbox stays empty: what happened before going live isn't announced.
///
/// The state is made beside its place and moved there when it is whole: an interrupted backfill leaves nothing that a
/// daemon could take for a state.
package struct Backfill: Sendable {
  package struct Outcome: Sendable {
    package var counts: FateCounts
    package var tickets: [Ticket]
    package var findings: [Finding]
  }

  package let directory: String
  private var draft: String { directory + "/backfill.partial" }
  private var state: String { directory + "/cases.db" }

  package init(directory: String) { self.directory = directory }

  /// - Parameter source: hands over one message after the other, in the order of the stream.
  /// - Throws: `StartFailure`, `StoreError`, and what the source throws; the directory is then as it was.
  package func fill(
    catalogue: Catalogue, settings: PipelineSettings, facts: [(DeviceIdentity, Facts)],
    from source: @Sendable ((Delivery) throws -> Void) throws -> Void
  ) async throws -> Outcome {
    try check()
    try makeDraft()
    do {
      let outcome = try await fillDraft(catalogue: catalogue, settings: settings, facts: facts, from: source)
      try putInPlace()
      return outcome
    } catch {
      removeDraft()
      throw error
    }
  }

  /// A state directory whose database was moved away keeps its list; else it is made with the draft.
  private var erasuresHome: String {
    ErasureList.fileNames.contains { access(directory + "/" + $0, F_OK) == 0 } ? directory : draft
  }

  private func fillDraft(
    catalogue: Catalogue, settings: PipelineSettings, facts: [(DeviceIdentity, Facts)],
    from source: @Sendable ((Delivery) throws -> Void) throws -> Void
  ) async throws -> Outcome {
    let store = try CaseDatabase(directory: draft)
    let engine = Engine(
      pipeline: StageLine(catalogue: catalogue, settings: settings), store: store,
      erasures: try ErasureList(directory: erasuresHome), board: Board(),
      logger: Logger(label: "forewarn") { _ in LogLines(level: LogLevelSwitch(.error)) })
    let counts = try await engine.fill(facts: facts, from: source)
    var tickets = TicketFilter()
    tickets.limit = .max
    var findings = FindingFilter()
    findings.limit = .max
    let outcome = Outcome(
      counts: counts, tickets: try store.tickets(tickets), findings: try store.findings(findings).map(\.finding))
    try store.close()
    return outcome
  }

  // MARK: Files

  private func check() throws(StartFailure) {
    guard access(state, F_OK) != 0 else {
      throw StartFailure("\(directory) holds a state already; name an empty folder, or move cases.db away first")
    }
    guard mkdir(directory, 0o750) == 0 || errno == EEXIST else { throw failure("can't make \(directory)") }
    guard access(directory, W_OK | X_OK) == 0 else { throw failure("can't write in \(directory)") }
  }

  private func makeDraft() throws(StartFailure) {
    removeDraft()
    guard mkdir(draft, 0o750) == 0 else { throw failure("can't make \(draft)") }
  }

  /// The state belongs to whom the folder belongs to, or a daemon of another user couldn't open it.
  private func putInPlace() throws(StartFailure) {
    let file = draft + "/cases.db"
    var owner = stat()
    guard stat(directory, &owner) == 0 else { throw failure("can't look at \(directory)") }
    if geteuid() == 0 {
      let homes = [directory, draft]
      let names = homes.flatMap { home -> [String] in ErasureList.fileNames.map { home + "/" + $0 } }
      let beside = names.filter { path -> Bool in access(path, F_OK) == 0 }
      for file in [file] + beside {
        guard chown(file, owner.st_uid, owner.st_gid) == 0 else { throw failure("can't give \(file) its owner") }
      }
    }
    for name in ErasureList.fileNames where access(draft + "/" + name, F_OK) == 0 {
      guard rename(draft + "/" + name, directory + "/" + name) == 0 else { throw failure("can't move \(name)") }
    }
    guard rename(file, state) == 0 else { throw failure("can't move \(file) to \(state)") }
    removeDraft()
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(folder) }
    guard folder >= 0, fsync(folder) == 0 else { throw failure("can't write \(directory)") }
  }

  private func removeDraft() {
    for name in ["cases.db", "cases.db-wal", "cases.db-shm", "cases.db.new", "cases.lock"] + ErasureList.fileNames {
      unlink("\(draft)/\(name)")
    }
    rmdir(draft)
  }

  private func failure(_ doing: String) -> StartFailure {
    StartFailure("\(doing): \(String(cString: strerror(errno))); check the path, its permissions and free space")
  }
}

extension Engine {
  /// Takes all of a source without broker or journal: what is committed on the way are cases and quarantine, at the end the
  /// snapshot. A commit that fails ends it.
  fileprivate func fill(
    facts: [(DeviceIdentity, Facts)], from source: @Sendable ((Delivery) throws -> Void) throws -> Void
  ) throws -> FateCounts {
    for (identity, facts) in facts { _ = pipeline.learn(facts, of: identity) }
    var pending = 0
    try source { delivery in
      pipeline.take(delivery, wall: nil)
      pending += 1
      guard pending >= Limits.backfillMessages else { return }
      try commitPiece(isSnapshot: false)
      pending = 0
    }
    try commitPiece(isSnapshot: true)
    return counts
  }

  private func commitPiece(isSnapshot: Bool) throws(StoreError) {
    let yield = pipeline.takeYield()
    var total = counts
    total += yield.counts
    var unit = unit(of: yield, total: total, changes: [], imported: nil, isSnapshot: isSnapshot)
    unit.journal = []
    unit.outbox = []
    let lines = erasureLines(of: yield)
    if !lines.isEmpty {
      try erasures.append(lines)
      unit.meta[MetaKey.erasures] = Array(String(erasures.last).utf8)
    }
    try store.commit(unit)
    counts = total
  }
}
