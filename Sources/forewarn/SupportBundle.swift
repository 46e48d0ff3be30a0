import ControlProtocol
import Glibc
import Terminal
import Vocabulary

/// What `doctor --bundle` packs: enough to judge a gateway from afar, and nothing of anyone. Fields are let through by
/// name; the configuration, the log, messages and secrets aren't read at all.
struct SupportBundle {
  private(set) var entries: [TapeArchive.Entry] = []
  /// What each file is, and what isn't in it.
  private var lines: [(name: String, about: String)] = []
  /// Why something is missing.
  private var missing: [String] = []
  private(set) var redaction = Redaction()
  /// What was gathered and isn't an entry yet: what must not be told of it is known only when all is there.
  private var gathered: [(name: String, value: JSONValue)] = []

  static let manifest = "MANIFEST.txt"

  /// A daemon that is away is told of; what can be known without it is packed all the same.
  static func gather(_ session: Session, now: EventTime) async -> SupportBundle {
    var bundle = SupportBundle()
    await bundle.add("doctor.json", Route.doctor, session, "what the checks found") { value, _ in
      Self.withoutDevices(value)
    }
    // After the checks: it names what must not stand in them.
    await bundle.add("status.json", Route.status, session, "how the gateway is") { value, redaction in
      redaction.note(devices: value.items(at: "limits.offenders").compactMap(\.scalar))
      redaction.note(broker: value.text(at: "broker.url"))
      return Self.withoutConfiguration(value)
    }
    bundle.leaveOutUnredacted()
    await bundle.add("care.json", Route.care, session, "the brake and what waits, without names and reasons") {
      value, _ in
      value.keeping(["schema", "mode", "paused", "since", "held", "pending", "proposed_tickets", "dead_letters"])
    }
    await bundle.add("profiles.json", Route.profiles, session, "which profiles are in use, not their text") {
      value, _ in value
    }
    await bundle.add("model.json", Route.model, session, "the model of each failure mode") { value, _ in value }
    await bundle.add(
      "findings.json", Route.findings, session, "findings by their figures, without history and explanation"
    ) { value, _ in
      Self.items(value) { item in
        item.keeping([
          "id", "state", "cause", "product", "failure_mode", "batch", "firmware", "region", "rate_ratio", "probability",
          "device_days", "failures", "devices_affected", "onset", "detected_at", "tickets",
        ])
      }
    }
    let all = [("limit", "100000" as String?)]
    await bundle.count("quarantine.json", Route.query(Route.quarantine, all), session, by: ["reason"])
    await bundle.count("outbox.json", Route.query(Route.outbox, all), session, by: ["kind", "state"])
    await bundle.count(
      "tickets.json", Route.query(Route.tickets, [("limit", "10000")]), session, by: ["state", "kind", "failure_mode"])
    bundle.redact()
    bundle.addHost(now)
    bundle.addManifest(now)
    return bundle
  }

  private mutating func add(
    _ name: String, _ path: String, _ session: Session, _ about: String,
    _ cut: (JSONValue, inout Redaction) -> JSONValue
  ) async {
    do {
      let value = cut(try Session.value(in: try await session.get(path)), &redaction)
      gathered.append((name, value))
      lines.append((name, about))
    } catch {
      missing.append("\(name): \(Self.words(error))")
    }
  }

  private mutating func redact() {
    let redaction = redaction
    entries = gathered.map { Self.pack($0.name, redaction.applied(to: $0.value)) }
  }

  /// Without a status nobody knows which words of the checks have to go.
  private mutating func leaveOutUnredacted() {
    let names = gathered.map(\.name)
    guard names.contains("doctor.json"), !names.contains("status.json") else { return }
    gathered.removeAll { $0.name == "doctor.json" }
    lines.removeAll { $0.name == "doctor.json" }
    missing.append("doctor.json: left out, as the status alone tells which of its words are redacted")
  }

  /// The check of devices that are over their share names them, and those of a moment ago the status no longer names.
  static func withoutDevices(_ doctor: JSONValue) -> JSONValue {
    let checks = doctor.items(at: "items").map { check -> JSONValue in
      guard check.text(at: "check") == "device-share", let detail = check.text(at: "detail") else { return check }
      return check.replacing("detail", by: .string(String(detail.prefix { $0 != ":" })))
    }
    return doctor.replacing("items", by: .array(checks))
  }

  /// What a refused reload says quotes the configuration.
  static func withoutConfiguration(_ status: JSONValue) -> JSONValue {
    let quoting = "the last reload was refused:"
    let reasons = status.items(at: "reasons").map { reason -> JSONValue in
      guard let text = reason.scalar, text.hasPrefix(quoting) else { return reason }
      return .string(quoting + " (the rest is left out)")
    }
    return status.replacing("reasons", by: .array(reasons))
  }

  /// How many there are of each combination of some words.
  private mutating func count(_ name: String, _ path: String, _ session: Session, by fields: [String]) async {
    await add(name, path, session, "how many there are by \(fields.joined(separator: ", ")), none of them itself") {
      value, _ in
      var counts: [String: Int] = [:]
      for item in value.items(at: "items") {
        counts[fields.map { item.text(at: $0) ?? "-" }.joined(separator: " "), default: 0] += 1
      }
      return .object(counts.sorted { $0.key < $1.key }.map { .init($0.key, .number(String($0.value))) })
    }
  }

  private static func items(_ value: JSONValue, _ cut: (JSONValue) -> JSONValue) -> JSONValue {
    .object([.init("items", .array(value.items(at: "items").map(cut)))])
  }

  private mutating func addHost(_ now: EventTime) {
    var system = utsname()
    uname(&system)
    func text<Tuple>(_ field: Tuple) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    var pairs = [
      ("forewarn", Version.current),
      ("kernel", "\(text(system.sysname)) \(text(system.release)) \(text(system.machine))"),
      ("processors", String(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), ("made_at", now.description),
    ]
    do {
      let release = String(decoding: try LocalFile.read("/etc/os-release"), as: UTF8.self).split(separator: "\n")
      let name = release.first { $0.hasPrefix("PRETTY_NAME=") }?.dropFirst(12).filter { $0 != "\"" } ?? "unknown"
      pairs.append(("system", String(name)))
    } catch {
      missing.append("system in host.json: \(Self.words(error))")
    }
    let value = JSONValue.object(pairs.map { .init($0.0, .string($0.1)) })
    entries.append(Self.pack("host.json", value))
    lines.append(("host.json", "versions of program and system; not the machine's name"))
  }

  private mutating func addManifest(_ now: EventTime) {
    var text = "forewarn support bundle of \(now)\n\n"
    let width = lines.map(\.name.count).max() ?? 0
    text += listing(width: width)
    text += "\nredacted: \(Self.redacted)\n"
    for line in missing { text += "missing: \(line)\n" }
    entries.insert(.init(name: Self.manifest, bytes: Array(text.utf8)), at: 0)
  }

  static let redacted =
    "device and customer ids, the broker's host, who did what and what they wrote. "
    + "Not in it: configuration, passwords and keys, the log, messages, tickets themselves"

  private func listing(width: Int) -> String {
    lines.map { line in
      "  \(line.name)\(String(repeating: " ", count: width - line.name.count))  \(line.about)\n"
    }.joined()
  }

  /// What is said of it on the terminal.
  func told(_ path: String) -> String {
    let width = lines.map(\.name.count).max() ?? 0
    return "\(path) holds\n" + listing(width: width) + missing.map { "missing: \($0)\n" }.joined()
      + "redacted: \(Self.redacted).\n"
  }

  /// Nothing could be asked.
  var isOfNoDaemon: Bool { !entries.contains { $0.name == "status.json" } }

  private static func pack(_ name: String, _ value: JSONValue) -> TapeArchive.Entry {
    .init(name: name, bytes: Array((value.description + "\n").utf8))
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as ControlError: error.message
    case let failure as Failure: failure.message
    default: "\(error)"
    }
  }
}

extension JSONValue {
  /// The same object with another value of a member that it has.
  fileprivate func replacing(_ name: String, by value: JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.map { $0.name == name ? Member(name, value) : $0 })
  }
}

/// Ids and hosts become words that tell them apart and nothing else, wherever they stand in a text.
struct Redaction {
  private var words: [(found: String, instead: String)] = []

  mutating func note(devices: [String]) {
    for device in devices where !device.isEmpty { add(device, "device-\(words.count + 1)") }
  }

  /// An address of this machine says nothing.
  mutating func note(broker url: String?) {
    guard let url, let start = url.firstRange(of: "://")?.upperBound else { return }
    let host = String(url[start...].prefix { $0 != "/" }.split(separator: "@").last ?? "")
    let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
    guard !["", "127.0.0.1", "localhost", "[::1]"].contains(name) else { return }
    add(name, "broker-host")
  }

  private mutating func add(_ found: String, _ instead: String) {
    words.append((found, instead))
    // A longer id may have a shorter one in it.
    words.sort { $0.found.utf8.count > $1.found.utf8.count }
  }

  func applied(to value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(words.reduce(text) { $0.replacing($1.found, with: $1.instead) })
    case .array(let items): .array(items.map(applied))
    case .object(let members): .object(members.map { .init($0.name, applied(to: $0.value)) })
    case .number, .bool, .null: value
    }
  }
}
