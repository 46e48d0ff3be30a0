import ArgumentParser
import CaseStore
import ControlProtocol
import FoundationEssentials
import Gateway
import Terminal

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Who changed which ticket, finding, profile or setting, when and why.",
    discussion: Help.discussion(examples: [
      "forewarn audit list --noun ticket",
      "forewarn audit verify",
      "forewarn audit list --subject T-128",
    ]),
    subcommands: [AuditList.self, AuditVerify.self], aliases: ["audits"])
}

struct AuditList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Changes, the newest first.",
    discussion: Help.discussion(
      "A device is named by a keyed hash only. A reason goes with the erasure of its device; the row stays.",
      examples: [
        "forewarn audit list --subject T-128",
        "forewarn audit list --noun configuration,profile -o json",
        "forewarn audit list -l 'at>-24h' --utc",
      ]),
    aliases: ["ls"])

  enum Noun: String, CaseIterable, Sendable { case ticket, finding, configuration, profile, device }

  @Option(help: "What was changed.") var noun: Choices<Noun>?
  @Option(help: "The ticket's or finding's id, the key or the profile's file.") var subject: String?
  @Option(help: "Who changed it.") var actor: String?
  @Option(help: "How it was changed: opened, held, resolved, changed, …") var change: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .audit, Route.audit,
      filters: [("noun", noun?.query), ("subject", subject), ("actor", actor), ("change", change)], selection)
  }
}

struct AuditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Whether the audit is what was written.",
    discussion: Help.discussion(
      """
      Exit status 0: each row's digest fits its fields and the row before it; 1: one doesn't, and is named. A row that was \
      cut off the end shows only beside a head that was noted before: keep it where others can't write. With \
      --state-directory the file is read without a daemon.
      """,
      examples: [
        "forewarn audit verify",
        "forewarn audit verify --state-directory /var/lib/forewarn -o json",
        "forewarn audit verify --quiet || echo the audit was changed",
      ]))

  @Option(help: ArgumentHelp("Read this state directory, no daemon.", valueName: "path")) var stateDirectory: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let body: [UInt8]
    if let stateDirectory {
      body = try Self.offline(stateDirectory)
    } else {
      body = try await session.get(Route.auditVerify)
    }
    let report = try Session.decode(AuditReport.self, from: body)
    if !output.isTable {
      StandardStreams.print(try session.machine(body))
    } else if !output.quiet {
      StandardStreams.print(Self.told(report))
    }
    if !report.valid { throw Failure.silently(.negative) }
  }

  private static func offline(_ directory: String) throws -> [UInt8] {
    let verdict: AuditVerdict
    do throws(StoreError) {
      verdict = try StoredAudit.verify(directory: directory)
    } catch .directoryMissing {
      throw Failure(.failed, "there is no state in \(directory)", advice: "name the daemon's --state-directory")
    } catch {
      throw Failure(.failed, "the audit can't be read: \(error)")
    }
    let reply = ObjectReply(schema: Schema.name("audit", "verify"), value: AuditReport(verdict))
    return [UInt8](try JSONEncoder().encode(reply))
  }

  private static func told(_ report: AuditReport) -> String {
    let rows = Phrase.count(report.rows, "row")
    guard let broken = report.firstBroken else {
      return "\(rows), all as they were written\(report.head.map { "; head \($0)" } ?? "")\n"
    }
    return
      "row \(broken): \(Phrase.printable(report.detail ?? "broken")); \(rows) before it \(report.rows == 1 ? "is" : "are") sound\n"
  }
}
