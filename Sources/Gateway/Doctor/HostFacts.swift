import Glibc
import NIOSSL
import Vocabulary

/// What the machine says of the process and its files, for the checks to look at. What can't be read is `nil`, and no fault.
struct HostFacts: Sendable {
  struct File: Sendable, Equatable {
    /// The configuration's key.
    var key: String
    var path: String
    /// Permission bits; `nil`: it isn't there, or may not be looked at.
    var mode: UInt32?
    var isOthers: Bool { mode.map { $0 & 0o007 != 0 } ?? false }
    var isWritableByOthers: Bool { mode.map { $0 & 0o002 != 0 } ?? false }
  }

  struct Certificate: Sendable, Equatable {
    var key: String
    var path: String
    /// Of those in the file the one that ends first; else why none could be read.
    var expires: Result<EventTime, Trouble>
    struct Trouble: Error, Equatable { var words: String }
  }

  var openFiles: Int?
  var openFilesLimit: Int?
  var residentBytes: Int64?
  /// Of the service's control group; `nil`: none, or no group.
  var memoryLimitBytes: Int64?
  /// Started by systemd.
  var isService = false
  var hasNoNewPrivileges: Bool?
  var hasSystemCallFilter: Bool?
  var secrets: [File] = []
  var folders: [File] = []
  var database: File?
  var certificates: [Certificate] = []

  static func gathered(_ configuration: Configuration, databasePath: String) -> HostFacts {
    var facts = HostFacts()
    facts.openFiles = entries(of: "/proc/self/fd")
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      facts.openFilesLimit = Int(clamping: limit.rlim_cur)
    }
    let status = lines(of: "/proc/self/status")
    facts.residentBytes = status["VmRSS"].flatMap { Int64($0.prefix { $0.isNumber }) }.map { $0 << 10 }
    facts.hasNoNewPrivileges = status["NoNewPrivs"].map { $0 == "1" }
    facts.hasSystemCallFilter = status["Seccomp"].map { $0 == "2" }
    facts.isService = getenv("INVOCATION_ID") != nil
    facts.memoryLimitBytes = memoryLimit()
    let broker = configuration.broker
    let secrets =
      [("broker.password_file", broker.passwordFile), ("broker.key_file", broker.keyFile)]
      + configuration.webhooks.map { ("webhooks[].secret_file", $0.secretFile) }
    facts.secrets = secrets.compactMap { key, path in path.map { file(key, $0) } }
    facts.folders = [
      file("state_directory", configuration.stateDirectory), file("profiles", configuration.profiles),
      file("policies", configuration.policies),
    ]
    facts.database = file("state_directory", databasePath)
    let certificates =
      [("broker.certificate_file", broker.certificateFile), ("broker.ca_file", broker.caFile)]
      + configuration.webhooks.map { ("webhooks[].ca_file", $0.caFile) }
    facts.certificates = certificates.compactMap { key, path in path.map { certificate(key, $0) } }
    return facts
  }

  private static func file(_ key: String, _ path: String) -> File {
    var status = stat()
    return File(key: key, path: path, mode: stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil)
  }

  private static func certificate(_ key: String, _ path: String) -> Certificate {
    func trouble(_ words: String) -> Certificate {
      Certificate(key: key, path: path, expires: .failure(.init(words: words)))
    }
    do {
      let found = try NIOSSLCertificate.fromPEMFile(path)
      guard let first = found.map(\.notValidAfter).min() else { return trouble("it holds none") }
      return Certificate(key: key, path: path, expires: .success(EventTime(seconds: Int64(first))))
    } catch {
      return trouble("\(error)")
    }
  }

  private static func entries(of folder: String) -> Int? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    // Itself, its parent, and the stream it is read by.
    return max(0, count - 3)
  }

  private static func lines(of path: String) -> [String: String] {
    let pairs = (text(of: path) ?? "").split(separator: "\n").compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }))
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private static func memoryLimit() -> Int64? {
    guard let group = text(of: "/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
    else { return nil }
    let path = "/sys/fs/cgroup" + group.dropFirst(3) + "/memory.max"
    return text(of: path).flatMap { Int64($0.filter { $0 != "\n" }) }
  }

  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
