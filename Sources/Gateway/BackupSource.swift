import CaseStore
import ControlProtocol
import Foundation
import Hummingbird
import NIOCore
import Synchronization

/// `GET /v1/backup`: the database as of one commit, while everything goes on. Whoever has it has everything, so it is for
/// operators; it is packed and checked by whoever asks (see `BackupWriter`).
struct BackupSource: Sendable {
  let store: CaseDatabase
  /// Each copy takes the room of the whole database: one at a time.
  private let isTaken = BackupTurn()

  init(store: CaseDatabase) { self.store = store }

  func answer() async throws -> Response {
    guard isTaken.take() else {
      throw ProblemDetails(
        status: 409, title: "a backup is being made", detail: "wait for it, then try again")
    }
    let copy: StateCopy
    do {
      copy = try await made()
    } catch let error as BackupError {
      isTaken.giveBack()
      throw ProblemDetails(status: 507, title: "the backup can't be made", detail: error.description)
    } catch {
      isTaken.giveBack()
      throw error
    }
    isTaken.giveBack()
    var headers = HTTPFields()
    headers[.contentType] = "application/vnd.sqlite3"
    headers[.contentLength] = "\(copy.bytes)"
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody(contentLength: Int(copy.bytes)) { writer in
        var offset: Int64 = 0
        while offset < copy.bytes {
          let part = try copy.read(at: offset, upTo: Limits.backupPartBytes)
          guard !part.isEmpty else { break }
          try await writer.write(ByteBuffer(bytes: part))
          offset += Int64(part.count)
        }
        try await writer.finish(nil)
      })
  }

  /// On a thread of its own: it reads and writes files for as long as they are large.
  private func made() async throws -> StateCopy {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { [store] in
        continuation.resume(with: Result { try store.copy() })
      }
    }
  }
}

private final class BackupTurn: Sendable {
  private let isTaken = Mutex(false)

  func take() -> Bool {
    isTaken.withLock { taken in
      defer { taken = true }
      return !taken
    }
  }

  func giveBack() { isTaken.withLock { $0 = false } }
}
