import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what goes wrong in the field, and say what mends it.",
    discussion: Help.discussion(
      """
      --bundle packs what others need to help: the checks, status, model and counts, a .tar.gz without ids of devices or \
      customers, secrets, messages or the log; it lists what is in it and sends nothing. --from tells what such a file says.
      Exit status: 0 nothing is wrong, 1 a check found a fault, 3 not reachable.
      """,
      examples: [
        "forewarn doctor", "forewarn doctor -o json", "forewarn doctor --acknowledge",
        "forewarn doctor --bundle forewarn-bundle.tar.gz", "forewarn doctor --from forewarn-bundle.tar.gz",
      ]))

  @Flag(help: "Losses of the broker have been seen to: stop telling of them.")
  var acknowledge = false
  @Option(help: ArgumentHelp("Write a redacted archive for those who help.", valueName: "file"), completion: .file())
  var bundle: String?
  @Option(
    help: ArgumentHelp("Of such an archive instead of the daemon.", valueName: "file"),
    completion: .file(extensions: ["gz"]))
  var from: String?

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if [acknowledge, bundle != nil, from != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--acknowledge, --bundle and --from can't go together")
    }
  }

  func run() async throws {
    let session = Session(connection, output)
    if let bundle { return try await pack(bundle, session) }
    if let from { return try read(from, session) }
    let body =
      acknowledge
      ? try await session.client.send(.init("POST", Route.lossesSeen)) : try await session.get(Route.doctor)
    try tell(body, session)
  }

  private func tell(_ body: [UInt8], _ session: Session) throws {
    let report = try Session.decode(DoctorReport.self, from: body)
    if !output.quiet { try session.show(body) { _, screen in DoctorPage.text(report, on: screen) } }
    guard report.sound else { throw Failure.silently(.negative) }
  }

  private func pack(_ path: String, _ session: Session) async throws {
    let now = StandardStreams.now()
    let bundle = await SupportBundle.gather(session, now: now)
    try TapeArchive.write(bundle.entries, to: path, at: now.milliseconds / 1000)
    let files = JSONValue.object([
      .init("schema", .string("forewarn.doctor.bundle/1")), .init("file", .string(path)),
      .init("entries", .array(bundle.entries.map { .string($0.name) })),
      .init("redacted", .string(SupportBundle.redacted)),
    ])
    if !output.quiet {
      try session.show(Array(files.description.utf8)) { _, _ in Phrase.printableLines(bundle.told(path)) }
    }
    if bundle.isOfNoDaemon { throw Failure.silently(.unreachable) }
  }

  private func read(_ path: String, _ session: Session) throws {
    let entries = try TapeArchive.read(path)
    func bytes(_ name: String) -> [UInt8]? { entries.first { $0.name == name }?.bytes }
    guard let doctor = bytes("doctor.json") else {
      let manifest = bytes(SupportBundle.manifest).map { String(decoding: $0, as: UTF8.self) } ?? ""
      StandardStreams.print(Phrase.printableLines(manifest))
      throw Failure(.failed, "the bundle holds no checks", advice: "the daemon was away when it was made")
    }
    if output.isTable, !output.quiet {
      let screen = output.screen()
      if let host = try bytes("host.json").map({ try Session.value(in: $0) }) {
        let about = ["system", "kernel"].compactMap { host.text(at: $0) }.joined(separator: ", ")
        StandardStreams.print(
          "of \(screen.moment(host.text(at: "made_at") ?? "?")), \(Phrase.printable(about))\n\n")
      }
      if let status = try bytes("status.json").map({ try Session.decode(StatusReport.self, from: $0) }) {
        StandardStreams.print(StatusPage.text(status, on: screen) + "\n")
      }
    }
    try tell(doctor, session)
  }
}
