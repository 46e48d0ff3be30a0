import ArgumentParser
import CaseStore
import ControlProtocol
import Terminal
import Vocabulary

/// `forewarn restore`: a backup in the place of a stopped daemon's state.
struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a backup in the place of a stopped daemon's state.",
    discussion: Help.discussion(
      """
      The file is read and checked as a whole before anything is touched: its checksum, the database's integrity, its \
      schema. A daemon that runs, a damaged file and one of a newer version are refused. The state that was there is kept \
      in a folder beside the new one. What was received after the backup isn't in it; devices that were erased since stay \
      erased.
      """,
      examples: [
        "forewarn restore --dry-run /var/backups/forewarn/forewarn-20261126T030000Z.backup",
        "systemctl stop forewarnd && forewarn restore forewarn.backup && systemctl start forewarnd",
        "forewarn restore --state-directory /srv/forewarn forewarn.backup",
      ]))

  @Argument(help: ArgumentHelp("A backup.", valueName: "file")) var file: String
  @Option(help: ArgumentHelp("Where the state belongs.", valueName: "folder")) var stateDirectory = "/var/lib/forewarn"
  @Flag(name: [.customShort("n"), .long], help: "Check the backup and say what is in it; change nothing.")
  var dryRun = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    var progress = ProgressLine(isQuiet: output.quiet)
    let outcome: Restoration.Outcome
    do {
      outcome = try Restoration(into: stateDirectory).run(
        file, isDryRun: dryRun, stamp: BackupStamp.text(StandardStreams.now())
      ) { progress.show(Headway(Int($0), of: Int($1), .bytes)) }
      progress.clear()
    } catch {
      progress.clear()
      let isInUse = if case StoreError.inUse = error { true } else { false }
      throw Failure(
        .failed, "\(error)", advice: isInUse ? "systemctl stop forewarnd, or name another --state-directory" : "")
    }
    let report = RestoreReport(
      created: outcome.header.created, version: outcome.header.version, databaseBytes: outcome.header.bytes,
      tickets: outcome.tickets, findings: outcome.findings, dryRun: dryRun, keptAside: outcome.keptAside)
    guard output.isTable else {
      return StandardStreams.print(
        try output.bytes(of: try OwnJSON.bytes(report)))
    }
    guard !output.quiet else { return }
    StandardStreams.print(Self.text(report, stateDirectory))
  }

  static func text(_ report: RestoreReport, _ directory: String) -> String {
    let content =
      "\(Phrase.count(report.tickets, "ticket")), \(Phrase.count(report.findings, "finding")),"
      + " \(Phrase.bytes(Int(report.databaseBytes))), made \(Phrase.moment(report.created)) by forewarn \(report.version)"
    if report.dryRun { return "sound: \(content); nothing was changed\n" }
    var text = "restored: \(content)\n"
    if let kept = report.keptAside {
      text += "  what was there: \(kept)\n  undo, with the daemon stopped: mv \(kept)/* \(directory)/\n"
    }
    return text
  }
}
