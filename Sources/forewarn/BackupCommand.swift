import ArgumentParser
import CaseStore
import ControlProtocol
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
    if file == "-", !output.isTable {
      throw ValidationError("standard output is the backup itself: leave -o away, or name a file")
    }
    if keep == nil, LocalFile.isFolder(file) {
      throw ValidationError("\(file) is a folder: name a file in it, or say with --keep how many backups stay there")
    }
  }

  func run() async throws {
    let now = StandardStreams.now()
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
    guard output.isTable else {
      let item = BackupReport(path: path, databaseBytes: bytes, bytes: size, removed: removed)
      return StandardStreams.print(
        try output.bytes(of: try OwnJSON.bytes(item)))
    }
    guard !output.quiet else { return }
    let saved = "\(Phrase.bytes(Int(bytes))) in \(Phrase.bytes(Int(size)))"
    StandardStreams.print("\(path): \(saved)" + (removed.isEmpty ? "" : ", \(removed.count) older removed") + "\n")
  }
}
