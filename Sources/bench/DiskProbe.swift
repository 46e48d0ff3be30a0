import Foundation
import Rig
import Synchronization

/// Appends 4 KiB and waits for the disk, twenty times a second, beside the daemon's own files: what a commit can't be
/// faster than.
final class DiskProbe: Sendable {
  private struct Work {
    var durations: [Double] = []
    var failure: RigError?
  }

  private let isEnding = Atomic<Bool>(false)
  private let work = Mutex(Work())
  private let ended = DispatchSemaphore(value: 0)

  init(folder: String) throws {
    let path = "\(folder)/probe"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw RigError.system(errno, "cannot write \(path)") }
    Thread.detachNewThread { [self] in
      run(descriptor)
      close(descriptor)
      unlink(path)
      ended.signal()
    }
  }

  /// Seconds of each.
  func end() async throws -> [Double] {
    isEnding.store(true, ordering: .relaxed)
    try await onThread { [self] in ended.wait() }
    let result = work.withLock { $0 }
    if let failure = result.failure { throw failure }
    return result.durations
  }

  private func run(_ descriptor: Int32) {
    let block = [UInt8](repeating: 0x5a, count: 4096)
    while !isEnding.load(ordering: .relaxed) {
      let began = ContinuousClock.now
      guard write(descriptor, block, block.count) == block.count, fdatasync(descriptor) == 0 else {
        let failure = RigError.system(errno, "the probe's file can't be written")
        return work.withLock { $0.failure = failure }
      }
      let seconds = (ContinuousClock.now - began).seconds
      work.withLock { $0.durations.append(seconds) }
      usleep(50_000)
    }
  }
}
