import ArgumentParser
import CaseStore
import ControlProtocol
import Glibc
import Synchronization
import Terminal
import Vocabulary

/// `forewarn backup`: everything the daemon keeps, in one checked and compressed file, while it runs.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy everything that the daemon keeps into one file, while it runs.",
    discussion: Help.discussion(
      """
      The file is the SQLite database as of one commit, compressed with Zstandard and checked by its checksum; zstd -d \
      gives the database. It holds personal data: it is made readable for its owner alone. FILE may be - for standard \
      output, or, with --keep, a folder: the backup gets its time as its name there, and of those so named the latest are \
      kept. --state-directory copies the state of a daemon that is stopped.
      """,
      examples: [
        "forewarn backup forewarn.backup",
        "forewarn backup --keep 14 /var/backups/forewarn",
        "forewarn backup - | ssh vault 'cat > forewarn.backup'",
        "forewarn backup --state-directory /var/lib/forewarn before-upgrade.backup",
      ]))

  @Argument(help: ArgumentHelp("The file, - for standard output, or with --keep a folder.", valueName: "file"))
  var file: String
  @Option(help: ArgumentHelp("FILE is a folder in which so many backups stay.", valueName: "count")) var keep: Int?
  @Flag(help: "Replace a file that is there.") var force = false
  @Option(help: ArgumentHelp("Of a daemon that is stopped.", valueName: "folder")) var stateDirectory: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let keep, keep < 1 { throw ValidationError("--keep must be at least 1") }
    if keep != nil, file == "-" { throw ValidationError("--keep goes with a folder, not with standard output") }
    if file == "-", output.format != .table {
      throw ValidationError("standard output is the backup itself: leave -o away, or name a file")
    }
    if keep == nil, LocalFile.isFolder(file) {
      throw ValidationError("\(file) is a folder: name a file in it, or say with --keep how many backups stay there")
    }
  }

  func run() async throws {
    let now = StandardStreams.screen().now
    let folder = keep.map { BackupFolder(path: file, keep: $0) }
    let path = try folder?.newPath(at: now) ?? file
    let target = BackupTarget(path: path, created: now.description, isReplacing: force, isQuiet: output.quiet)
    do {
      if let stateDirectory {
        try copy(try CaseDatabase.copy(ofStopped: stateDirectory), to: target)
      } else {
        var session = Session(connection, output)
        // As long as it takes: the progress shows that it goes on.
        session.client.timeoutSeconds = 1e9
        var request = ControlClient.Request("GET", Route.backup)
        request.sink = target
        _ = try await session.client.send(request)
      }
      let size = try target.finish()
      let removed = try folder?.removeSurplus() ?? []
      if file != "-" { try report(path, target.bytes, size, removed) }
    } catch let error as BackupError {
      throw Failure(.failed, error.description)
    } catch let error as StoreError {
      throw Failure(.failed, error.description)
    }
  }

  private func copy(_ copy: StateCopy, to target: BackupTarget) throws {
    try target.begin(bytes: copy.bytes)
    var offset: Int64 = 0
    while offset < copy.bytes {
      let part = try copy.read(at: offset, upTo: 1 << 18)
      guard !part.isEmpty else { break }
      try part.withUnsafeBytes { try target.take($0) }
      offset += Int64(part.count)
    }
  }

  private func report(_ path: String, _ bytes: Int64, _ size: Int64, _ removed: [String]) throws {
    guard output.format == .table else {
      let item = BackupReport(path: path, databaseBytes: bytes, bytes: size, removed: removed)
      return StandardStreams.print(
        try MachineOutput.bytes(of: try item.json, as: output.format, withHeaders: !output.noHeaders))
    }
    guard !output.quiet else { return }
    let saved = "\(Phrase.bytes(Int(bytes))) in \(Phrase.bytes(Int(size)))"
    StandardStreams.print("\(path): \(saved)" + (removed.isEmpty ? "" : ", \(removed.count) older removed") + "\n")
  }
}

/// Where the bytes of the database go as they come from the daemon, or from a stopped one's file.
final class BackupTarget: ControlClient.BodySink {
  private let path: String
  private let created: String
  private let isReplacing: Bool
  private struct State {
    var writer: BackupWriter?
    var progress: ProgressLine
    var taken: Int64 = 0
    var bytes: Int64 = 0
  }
  private let state: Mutex<State>

  init(path: String, created: String, isReplacing: Bool, isQuiet: Bool) {
    self.path = path
    self.created = created
    self.isReplacing = isReplacing
    state = Mutex(State(progress: ProgressLine("backup", isQuiet: isQuiet)))
  }

  var bytes: Int64 { state.withLock { $0.bytes } }

  func begin(bytes: Int64?) throws {
    guard let bytes else { throw Failure(.failed, "the daemon doesn't tell how long the backup is") }
    let header = BackupHeader(version: Version.current, created: created, bytes: bytes)
    let writer = try BackupWriter(path, header: header, replacing: isReplacing)
    state.withLock {
      $0.writer = writer
      $0.bytes = bytes
    }
  }

  func take(_ part: UnsafeRawBufferPointer) throws {
    try state.withLock { state in
      try state.writer?.append(part)
      state.taken += Int64(part.count)
      state.progress.show(state.taken, of: state.bytes)
    }
  }

  /// Returns the size of the file.
  func finish() throws -> Int64 {
    try state.withLock { state in
      state.progress.finish()
      return try state.writer?.finish() ?? 0
    }
  }
}

/// A folder of backups that are named by their time; the oldest of them go.
struct BackupFolder {
  private static let prefix = "forewarn-"
  private static let suffix = ".backup"

  let path: String
  let keep: Int

  func newPath(at now: EventTime) throws -> String {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST, LocalFile.isFolder(path) else {
      throw Failure(
        .failed, "can't make the folder \(path): \(String(cString: strerror(errno)))", advice: "name another one")
    }
    return "\(path)/\(Self.prefix)\(BackupStamp.text(now))\(Self.suffix)"
  }

  /// Only what bears such a name is ever removed.
  func removeSurplus() throws -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let middle = name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
      if name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix), BackupStamp.isStamp(middle) { names.append(name) }
    }
    let surplus = names.sorted().dropLast(keep)
    for name in surplus where unlink("\(path)/\(name)") != 0 {
      throw Failure(
        .failed, "can't remove the old backup \(path)/\(name): \(String(cString: strerror(errno)))",
        advice: "the new one is complete; remove old ones by hand")
    }
    return surplus.map { "\(path)/\($0)" }
  }
}

/// A time as part of a file's name, sorted as it reads: `20261126T234329Z`.
enum BackupStamp {
  static func text(_ time: EventTime) -> String {
    let whole = EventTime(milliseconds: time.milliseconds / 1000 * 1000)
    return whole.description.filter { $0 != "-" && $0 != ":" }
  }

  static func isStamp(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 16 && bytes[8] == UInt8(ascii: "T") && bytes[15] == UInt8(ascii: "Z")
      && bytes.enumerated().allSatisfy { $0 == 8 || $0 == 15 || (48...57).contains($1) }
  }
}
