import ArgumentParser
import ControlProtocol
import Terminal

/// Handing in a table of facts: devices or batches, from a file or standard input.
struct FactsImport: ParsableArguments {
  @Argument(help: "The file; - is standard input.") var file: String
  @Flag(name: [.customShort("n"), .long], help: "Check the file and say what would change; change nothing.")
  var dryRun = false

  func run(_ route: String, _ connection: Connection, _ output: OutputOptions) async throws {
    var session = Session(connection, output)
    let progress = ImportProgress(isQuiet: output.quiet)
    let table = try progress.reading(file)
    // A registry may have millions of lines: a megabyte, some 15 000 of them, gets another second.
    session.client.timeoutSeconds += Double(table.count) / 1e6
    let path = Route.query(route, [("dry_run", dryRun ? "true" : nil)])
    let client = session.client
    let total = table.count
    var request = ControlClient.Request("POST", path, body: table, contentType: "text/csv; charset=utf-8")
    request.sent = { progress.sent($0, of: total) }
    let body = try await progress.exchanging(total) { [request] in try await client.send(request) }
    let report = try Session.decode(ImportReport.self, from: body)
    if !output.isTable {
      StandardStreams.print(try session.machine(body))
    } else if !output.quiet {
      StandardStreams.print(Self.summary(report) + "\n")
    }
    for fault in report.faults {
      let place = fault.line > 0 ? "\(file):\(fault.line)" : file
      StandardStreams.remark("\(place): \(Phrase.printable(fault.message))")
    }
    if report.faultCount > report.faults.count {
      StandardStreams.remark(
        "\(file): and \(Phrase.count(report.faultCount - report.faults.count, "more fault")); mend these first")
    }
    guard report.faultCount == 0 else { throw Failure.silently(.negative) }
  }

  static func summary(_ report: ImportReport) -> String {
    let isOnlyTried = report.dryRun && report.faultCount == 0
    let applied = "\(Phrase.count(report.applied)) \(isOnlyTried ? "would be applied" : "applied")"
    return "\(Phrase.count(report.lines, "line")): \(applied), \(Phrase.count(report.duplicate)) unchanged,"
      + " \(Phrase.count(report.faultyLines)) faulty" + (isOnlyTried ? "; nothing was changed" : "")
  }
}
