import FleetSimulation
import Foundation
import Rig
import Vocabulary

/// A fleet with known defects through a real broker and the real daemon, shown as an operator sees it, then judged.
struct Demo {
  private static let devices = 2400
  private static let days = 90
  private static let seed: UInt64 = 7
  private static let start = "2025-06-01"
  private static let fleetPassword = "fleet's"

  private let folder: ScratchFolder
  private var narration = Narration()

  init() throws { folder = try ScratchFolder() }

  /// - Returns: whether all that was planted was found, and nothing else.
  mutating func run() async throws -> Bool {
    narration.begin("a private mosquitto with the shipped limits and access rules, and forewarnd")
    // One connection speaks for the whole fleet here: the only right beside those that are shipped.
    let rules = ["user fleet", "topic write dt/forewarn/#", "topic write ctx/forewarn/#"]
    let broker = try await Mosquitto.start(
      .init(access: .shipped(users: ["forewarn": "gateway's", "fleet": Self.fleetPassword], rules: rules)))
    let password = try folder.write("gateway's\n", to: "password")
    chmod(password, 0o600)
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: "\(Executable.packageFolder)/Firmware-Profiles",
        brokerLines: ["username: forewarn", "password_file: \(password)"],
        lines: ["clock: event", "care: {mode: send}"]))
    narration.end("ready: \(broker.url), \(daemon.socketPath)")

    let published = try await publish(to: broker, watching: daemon)
    let status = try await settle(daemon, published: published)
    try await show(daemon)
    let verdict = try await judge(daemon, status: status, published: published)
    if narration.isTerminal, isatty(STDIN_FILENO) == 1 { try await stayUp(daemon) }

    // Interrupted while it stayed up: nothing may be waited for any more, and all goes with its owners.
    guard !Task.isCancelled else { return verdict.isGood }
    let exit = try await daemon.stop()
    guard exit == .code(0) else { throw RigError("forewarnd, asked to stop: \(exit)\n\(daemon.standardError)") }
    try await broker.stop()
    return verdict.isGood
  }

  private mutating func publish(to broker: Mosquitto, watching daemon: DaemonProcess) async throws -> Int {
    narration.begin("\(Self.devices) devices publish \(Self.days) days")
    let count = Task.detached { try Self.countMessages() }
    let arguments = [
      "simulate", "--broker", broker.url, "--devices", "\(Self.devices)", "--days", "\(Self.days)", "--seed",
      "\(Self.seed)", "--start", "\(Self.start)", "--truth", folder.path("truth.json"), "--username", "fleet",
      "--password-file", try folder.write("\(Self.fleetPassword)\n", to: "fleet"),
    ]
    let simulation = try await ChildProcess.start(
      Executable.built("forewarn"), arguments, outputs: folder.path("simulate"))
    let exit = try await answer(
      within: .seconds(150), every: .milliseconds(500), else: { "the fleet has published all" }
    ) {
      if let exit = simulation.exitStatus { return exit }
      try await showProgress(of: daemon)
      return nil
    }
    guard exit == .code(0) else {
      throw RigError("\(simulation.commandLine): \(exit)\n\(simulation.standardOutput)\(simulation.standardError)")
    }
    let published = try await count.value
    narration.end("\(published) messages published, each acknowledged by the broker")
    return published
  }

  /// What the same plan holds by itself, so that a message that `simulate` forgot is missed.
  private static func countMessages() throws -> Int {
    guard let start = EventTime(start) else { throw RigError("\(start) is no date") }
    let fleet = Fleet(plan: .demo(devices: devices, days: days, seed: seed, start: start))
    return (0..<days).reduce(fleet.states().count) { $0 + fleet.messages(day: $1).count }
  }

  private mutating func settle(_ daemon: DaemonProcess, published: Int) async throws -> DaemonStatus {
    narration.begin("forewarnd takes what is still queued")
    var received = -1
    var unchanged = 0
    let status = try await answer(
      within: .seconds(180), every: .milliseconds(250),
      else: { "forewarnd has received all of \(published) messages; it has \(received)" }
    ) { () -> DaemonStatus? in
      guard let status = try await showProgress(of: daemon) else { return nil }
      unchanged = status.messages.received == received ? unchanged + 1 : 0
      received = status.messages.received
      // A second without a change: nothing comes twice. Half a minute: what is missing won't come, and is judged so.
      return unchanged >= (received >= published ? 4 : 120) ? status : nil
    }
    narration.end("\(status.messages.received) received, event clock \(status.clock ?? "not started")")
    return status
  }

  @discardableResult
  private mutating func showProgress(of daemon: DaemonProcess) async throws -> DaemonStatus? {
    guard let status = try await daemon.status() else {
      throw RigError("forewarnd is gone: \(daemon.exitStatus?.description ?? "no answer")\n\(daemon.standardError)")
    }
    narration.progress(
      "\(status.messages.received) messages · \(status.clock?.prefix(10) ?? "no clock yet") · \(status.devices) devices · "
        + "\(status.findings.live) findings · \(status.tickets.open) tickets")
    return status
  }

  private mutating func show(_ daemon: DaemonProcess) async throws {
    narration.begin("what an operator types")
    try await enter(["status"], to: daemon)
    try await enter(["finding", "list"], to: daemon)
    try await enter(["ticket", "list", "--limit", "10"], to: daemon)
    let tickets: [SeenTicket] = try await list("ticket", of: daemon)
    for kind in ["replacement", "patch"] {
      let likeliest = tickets.filter { $0.kind == kind && $0.finding != nil }
        .max { ($0.probability.mean, $1.id) < ($1.probability.mean, $0.id) }
      guard let likeliest else { continue }
      try await enter(["ticket", "show", likeliest.id], to: daemon)
    }
    narration.end("\nshown")
  }

  /// Runs the command as the operator would: on a terminal it prints there itself, in colours and to its width.
  private func enter(_ arguments: [String], to daemon: DaemonProcess) async throws {
    narration.write("\n$ forewarn \(arguments.joined(separator: " "))\n")
    let run = try await ChildProcess.start(
      Executable.built("forewarn"), arguments, environment: ["FOREWARN_SOCKET": daemon.socketPath], outputs: nil)
    let exit = try await run.exit(within: .seconds(30))
    guard exit == .code(0) else { throw RigError("\(run.commandLine): \(exit)") }
  }

  private mutating func judge(_ daemon: DaemonProcess, status: DaemonStatus, published: Int) async throws
    -> FleetVerdict
  {
    narration.begin("against what was planted")
    let file = folder.path("truth.json")
    let truth = try Self.decode(FleetTruth.self, String(contentsOfFile: file, encoding: .utf8), of: file)
    let verdict = FleetVerdict(
      truth: truth, findings: try await list("finding", of: daemon), tickets: try await list("ticket", of: daemon),
      messages: status.messages, published: published)
    let width = verdict.lines.map(\.question.count).max() ?? 0
    for line in verdict.lines {
      let question = line.question.padding(toLength: width, withPad: " ", startingAt: 0)
      narration.write("\(line.isGood ? "ok  " : "BAD ") \(question)  \(line.answer)\n")
    }
    let bad = verdict.lines.count { !$0.isGood }
    narration.end(bad == 0 ? "all found, nothing false" : "\(bad) of \(verdict.lines.count) are not as they should be")
    narration.write("\(narration.total()) in all\n")
    return verdict
  }

  private func list<Item: Decodable & Sendable>(_ noun: String, of daemon: DaemonProcess) async throws -> [Item] {
    let run = try await daemon.forewarn(noun, "list", "--limit", "100000", "-o", "json").succeeded()
    return try Self.decode(SeenList<Item>.self, run.standardOutput, of: run.commandLine).items
  }

  private func stayUp(_ daemon: DaemonProcess) async throws {
    let programs = try URL(fileURLWithPath: Executable.built("forewarn")).deletingLastPathComponent().path
    narration.write(
      """

      Still running. In another terminal:
        export FOREWARN_SOCKET=\(daemon.socketPath) PATH=\(programs):$PATH
        forewarn ticket list --kind replacement
        forewarn ticket list --state open -o json
        forewarn device list --limit 5
        forewarn quarantine list
        curl --unix-socket $FOREWARN_SOCKET http://forewarn/v1/findings
      Enter or Ctrl-C ends it all and removes it.

      """)
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    do {
      while poll(&input, 1, 0) == 0 { try await Task.sleep(for: .milliseconds(100)) }
    } catch is CancellationError {
      // Ctrl-C is one of the two ways to end it here: what was judged stands.
    }
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String, of source: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw RigError("not understood, from \(source): \(error)\n\(text.prefix(500))")
    }
  }
}
