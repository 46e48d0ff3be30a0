import ArgumentParser
import Broker
import FleetSimulation
import Foundation
import Synchronization
import Terminal
import Vocabulary

/// `forewarn simulate`: a fleet with planted defects, into a capture file or a broker.
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Make up a fleet with known defects and write or publish what it says.",
    discussion: Help.discussion(
      """
      The fleet has products, batches, regions, carriers, weather, staged firmware rollouts, late and doubled reports. \
      The scenario demo plants one bad batch, one bad firmware and two carrier outages; null plants the outages alone, \
      so everything that is raised on it is false. The scenarios evaluation-… are the fleets of `make evaluate`, with its \
      --devices, --days and --seed. The same options give the same bytes.

      A daemon that is fed from --broker needs clock: event in its configuration.
      """,
      examples: [
        "forewarn simulate --out fleet.ndjson --truth truth.json",
        "forewarn simulate --scenario null --out - | forewarn replay --clock event -",
        "forewarn simulate --broker mqtt://127.0.0.1:1883 --devices 10000 --days 30",
        "forewarn simulate --broker mqtt://127.0.0.1:1883 --days 60 --only-days 31-37",
      ]))

  enum Scenario: String, ExpressibleByArgument, CaseIterable {
    case demo, null
    /// The fleets by which `make evaluate` judges the model.
    case evaluationNormal = "evaluation-normal", evaluationHard = "evaluation-hard", evaluationNull = "evaluation-null"

    fileprivate var tier: EvaluationTier? {
      switch self {
      case .demo, .null: nil
      case .evaluationNormal: .normal
      case .evaluationHard: .hard
      case .evaluationNull: .null
      }
    }
  }

  @Option(help: "How many devices.")
  var devices = 2400
  @Option(help: "How many days of event time.")
  var days = 90
  @Option(
    help: ArgumentHelp(
      "Only these days of the plan, counted from 1: the fleet a while later. (default: all)", valueName: "first-last"))
  var onlyDays: DayRange?
  @Option(help: "Seed of all randomness.")
  var seed: UInt64 = 7
  @Option(help: ArgumentHelp("First day, UTC (default: 2025-06-01; of an evaluation its own).", valueName: "date"))
  var start: String?
  @Option(help: "What is planted.")
  var scenario = Scenario.demo
  @Option(help: ArgumentHelp("Write a capture for 'forewarn replay', - for standard output.", valueName: "file"))
  var out: String?
  @Option(help: ArgumentHelp("Publish to a broker at QoS 1, e.g. mqtt://127.0.0.1:1883.", valueName: "url"))
  var broker: String?
  @Option(help: "User name at the broker.")
  var username: String?
  @Option(help: ArgumentHelp("File whose first line is the password.", valueName: "file"))
  var passwordFile: String?
  @Option(help: "Connections to the broker.")
  var connections = 32
  @Option(help: "The <root> in the topics.")
  var root = "forewarn"
  @Option(help: ArgumentHelp("Write what was planted, as JSON.", valueName: "file"))
  var truth: String?
  @Flag(help: "No progress on standard error.")
  var quiet = false

  func validate() throws {
    guard (out == nil) != (broker == nil) else {
      throw ValidationError("Say where the messages go: either --out FILE (or -) or --broker URL.")
    }
    guard (1...10_000_000).contains(devices) else { throw ValidationError("--devices must be 1 to 10000000.") }
    guard (1...3650).contains(days) else { throw ValidationError("--days must be 1 to 3650.") }
    if let onlyDays, onlyDays.last > days {
      throw ValidationError("--only-days \(onlyDays) goes beyond --days \(days).")
    }
    guard (1...1000).contains(connections) else { throw ValidationError("--connections must be 1 to 1000.") }
    if let start, EventTime(start).map({ $0.milliseconds % EventTime.day != 0 }) ?? true {
      throw ValidationError("--start must be a date such as 2025-06-01, not '\(start)'.")
    }
    let allowed = root.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, (1...128).contains(root.utf8.count) else {
      throw ValidationError("--root must be 1 to 128 of A–Z a–z 0–9 . _ : -, as in the daemon's broker.root.")
    }
    if broker == nil, username != nil || passwordFile != nil {
      throw ValidationError("--username and --password-file belong to --broker.")
    }
  }

  func run() async throws {
    Interruption.catchSignal()
    do {
      try simulate()
    } catch is Interruption {
      Console.say("interrupted")
      throw ExitCode(130)
    } catch let error as BrokerError {
      Console.say("forewarn simulate: \(error)")
      throw ExitCode(2)
    } catch let error as FileTrouble {
      Console.say("forewarn simulate: \(error.description)")
      throw ExitCode(2)
    }
  }

  private func simulate() throws {
    var plan = plan
    plan.root = root
    // What can be refused is refused before the work begins.
    let sink: any MessageSink =
      if let broker {
        try BrokerSink(url: broker, connections: connections, username: username, password: try password())
      } else {
        try CaptureSink(path: out ?? "-")
      }
    let fleet = Fleet(plan: plan)
    if let truth { try write(fleet.truth, to: truth) }
    do {
      let range = onlyDays ?? DayRange(first: 1, last: days)
      var progress = SimulationProgress(days: range.last - range.first + 1, isQuiet: quiet)
      // What registries know of the devices is retained: later parts find it there.
      if range.first == 1 { try sink.accept(fleet.states()) }
      for day in (range.first - 1)..<range.last {
        let messages = fleet.messages(day: day)
        try Interruption.check()
        try sink.accept(messages)
        progress.advance(to: day + 2 - range.first, messages: messages.count)
      }
      try sink.finish()
      progress.finish()
    } catch {
      sink.abandon()
      throw error
    }
  }

  private var plan: FleetPlan {
    let first = start.flatMap { EventTime($0) }
    if let tier = scenario.tier {
      var plan = FleetPlan.evaluation(tier: tier, devices: devices, days: days, seed: seed)
      plan.start = first ?? plan.start
      return plan
    }
    let usual = first ?? Self.usualStart
    return scenario == .demo
      ? .demo(devices: devices, days: days, seed: seed, start: usual)
      : .null(devices: devices, days: days, seed: seed, start: usual)
  }

  private static let usualStart = EventTime(milliseconds: 1_748_736_000_000)  // 2025-06-01

  private func password() throws -> String? {
    guard let passwordFile else { return nil }
    do {
      let text = try String(contentsOfFile: passwordFile, encoding: .utf8)
      return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    } catch {
      throw FileTrouble(path: passwordFile, doing: "read the password from", cause: error.localizedDescription)
    }
  }

  private func write(_ truth: FleetTruth, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try (encoder.encode(truth) + Data("\n".utf8)).write(to: URL(filePath: path))
    } catch {
      throw FileTrouble(path: path, doing: "write the truth to", cause: error.localizedDescription)
    }
  }
}

/// Where a fleet's messages go. `accept` returns when they are safely there, so that two calls keep their order.
private protocol MessageSink {
  func accept(_ messages: [SimulatedMessage]) throws
  func finish() throws
  /// Leaves nothing half done behind.
  func abandon()
}

private final class BrokerSink: MessageSink {
  private let publisher: Publisher
  private var published: Int64 = 0
  /// Messages between two looks at Ctrl-C, and between two barriers: devices stay in step to within as many.
  private let partSize = 20_000

  init(url: String, connections: Int, username: String?, password: String?) throws(BrokerError) {
    publisher = try Publisher(
      url: url, clientIDPrefix: "forewarn-simulate", connections: connections, username: username, password: password)
  }

  /// A new device's state goes ahead of the day's reports: it travels on another connection than they do.
  func accept(_ messages: [SimulatedMessage]) throws {
    try publish(messages.filter(\.isRetained))
    try publish(messages.filter { !$0.isRetained })
  }

  private func publish(_ messages: [SimulatedMessage]) throws {
    var rest = messages[...]
    while !rest.isEmpty {
      try Interruption.check()
      let part = rest.prefix(partSize).enumerated().map { offset, message in
        OutgoingPublish(
          id: published + Int64(offset) + 1, topic: message.topic, payload: message.payload,
          isRetained: message.isRetained)
      }
      try publisher.publish(part)
      published += Int64(part.count)
      rest = rest.dropFirst(partSize)
    }
  }

  func finish() throws { publisher.close() }
  func abandon() { publisher.close() }
}

/// Writes to FILE.partial, which becomes FILE at the end. Standard output, and a path that is no regular file (a pipe,
/// a device), are written to directly: renaming would put a file in their place.
private final class CaptureSink: MessageSink {
  private let path: String
  private let partial: String?
  private let handle: FileHandle
  private var writer = CaptureWriter()

  init(path: String) throws(FileTrouble) {
    self.path = path
    guard path != "-" else {
      partial = nil
      handle = .standardOutput
      return
    }
    let partial = try CaptureSink.isReplaceable(path) ? path + ".partial" : nil
    self.partial = partial
    let descriptor = open(partial ?? path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileTrouble(path: path, doing: "write to", cause: String(cString: strerror(errno)))
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Whether there is a regular file, or nothing yet, at the path itself. A symbolic link isn't replaced but written through.
  private static func isReplaceable(_ path: String) throws(FileTrouble) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFREG }
    guard errno == ENOENT else {
      throw FileTrouble(path: path, doing: "write to", cause: String(cString: strerror(errno)))
    }
    return true
  }

  func accept(_ messages: [SimulatedMessage]) throws {
    for message in messages {
      writer.append(message)
      if writer.bytes.count > 1 << 20 { try flush() }
    }
  }

  func finish() throws {
    try flush()
    guard let partial else { return }
    try handle.close()
    guard rename(partial, path) == 0 else {
      throw FileTrouble(path: path, doing: "write to", cause: String(cString: strerror(errno)))
    }
  }

  func abandon() {
    if let partial { unlink(partial) }
  }

  private func flush() throws {
    do {
      try handle.write(contentsOf: writer.bytes)
    } catch {
      throw FileTrouble(path: path, doing: "write to", cause: error.localizedDescription)
    }
    writer.removeAll()
  }
}

private struct FileTrouble: Error, CustomStringConvertible {
  var path: String
  var doing: String
  var cause: String
  var description: String {
    "can't \(doing) \(path == "-" ? "standard output" : path): \(cause); check the path, its permissions and free space"
  }
}

/// Ctrl-C: noticed between two parts, so that no line is cut and no file stays half written; a second one ends at once.
private struct Interruption: Error {
  private static let isPending = Atomic<Bool>(false)

  static func catchSignal() {
    // Touched here once: a global's first use must not be in a signal handler.
    isPending.store(false, ordering: .relaxed)
    signal(SIGINT) { _ in
      if Interruption.isPending.exchange(true, ordering: .relaxed) { _exit(130) }
    }
  }

  static func check() throws(Interruption) {
    if isPending.load(ordering: .relaxed) { throw Interruption() }
  }
}

private enum Console {
  static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// The line of progress on a terminal, else one every ten seconds.
private struct SimulationProgress {
  private static let pause = 10.0

  private let days: Int
  private let isQuiet: Bool
  private var line: ProgressLine
  private var messages = 0
  /// When the last line went to what is no terminal, in seconds since the beginning.
  private var told = 0.0

  init(days: Int, isQuiet: Bool) {
    self.days = days
    self.isQuiet = isQuiet
    line = ProgressLine(isQuiet: isQuiet)
  }

  mutating func advance(to day: Int, messages count: Int) {
    messages += count
    let headway = Headway(messages, .items("message"), share: Double(day) / Double(days))
    let place = ", day \(day) of \(days)"
    line.show { headway.text(after: $0) + place }
    guard !isQuiet, !line.isShown, line.seconds - told > Self.pause else { return }
    told = line.seconds
    Console.say(headway.text(after: told) + place)
  }

  func finish() {
    guard !isQuiet else { return }
    line.clear()
    let seconds = line.seconds
    let time = seconds < 10 ? String(format: "%.1f s", seconds) : "\(Int(seconds)) s"
    Console.say("\(messages) messages of \(days) days in \(time)")
  }
}
