import Glibc
import Synchronization

/// Interrupts a thread that waits in `poll`: another thread asks it to look for work, or to stop.
final class WakeSignal: Sendable {
  /// Readable after `wake` or `stop`; -1 if the system gave none, which only costs a second of delay.
  let descriptor: Int32
  private let writingEnd: Int32
  private let hasStopped = Atomic<Bool>(false)

  init() {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    if socketpair(AF_UNIX, kind, 0, &ends) != 0 { ends = [-1, -1] }
    descriptor = ends[0]
    writingEnd = ends[1]
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if writingEnd >= 0 { close(writingEnd) }
  }

  var isStopped: Bool { hasStopped.load(ordering: .acquiring) }

  func stop() {
    hasStopped.store(true, ordering: .releasing)
    wake()
  }

  func wake() {
    // A full buffer refuses the byte, but then the descriptor is readable already.
    _ = write(writingEnd, [1 as UInt8], 1)
  }

  /// Takes back a `wake`; returns whether there was one.
  func lower() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64)
    return read(descriptor, &bytes, bytes.count) > 0
  }

  /// Waits for `stop`, or for something that is worth ending the wait, at most `seconds`.
  func waitForStop(seconds: Double, unless isOver: () -> Bool = { false }) {
    let end = ContinuousClock.now + .seconds(seconds)
    while !isStopped, !isOver() {
      let left = ContinuousClock.now.duration(to: end).milliseconds
      guard left > 0 else { return }
      var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&interest, 1, left)
      _ = lower()
    }
  }
}

extension Duration {
  /// Whole milliseconds for `poll`, rounded up so that a wait never ends before its time; at most a day.
  var milliseconds: Int32 {
    let (seconds, attoseconds) = components
    let exact = seconds.multipliedReportingOverflow(by: 1000)
    let whole = exact.overflow ? Int64.max / 2 : exact.partialValue
    return Int32(max(0, min(86_400_000, whole + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)))
  }
}
