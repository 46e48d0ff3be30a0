import CaseStore
import ControlProtocol
import Synchronization
import Terminal

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
    state = Mutex(State(progress: ProgressLine(isQuiet: isQuiet)))
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
      let headway = Headway(Int(state.taken), of: Int(state.bytes), .bytes)
      state.progress.show(headway)
    }
  }

  /// Returns the size of the file.
  func finish() throws -> Int64 {
    try state.withLock { state in
      state.progress.clear()
      return try state.writer?.finish() ?? 0
    }
  }
}
