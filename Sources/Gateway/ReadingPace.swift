import Glibc
import NIOCore
import Synchronization

/// Whether a client reads what it is sent, told from how much lies unread in its socket. One that was stopped keeps its
/// connection: the kernel waits for it without an end, and a heartbeat of a few bytes fills no buffer in hours.
struct ReadingPace {
  private var unread = 0
  /// When there was less to read than before, or nothing: also right before what lies there now came.
  private var lastRead: ContinuousClock.Instant

  init(at time: ContinuousClock.Instant) { lastRead = time }

  /// - Parameter unread: bytes that were sent and not read, at this `time`.
  mutating func hasStopped(unread: Int, at time: ContinuousClock.Instant) -> Bool {
    if unread == 0 || self.unread == 0 || unread < self.unread { lastRead = time }
    self.unread = unread
    return time - lastRead > .seconds(Limits.watchUnreadSeconds)
  }

  /// Closes the connection of a client that has stopped reading, which ends whoever waits to write to it.
  static func watch(_ channel: any Channel) -> RepeatedTask {
    let client = Client()
    let pause = TimeAmount.seconds(Limits.watchReadingSeconds)
    return channel.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
      // Of a connection that is closed already it throws, which ends this.
      let bytes = try Self.unread(in: channel)
      if client.hasStopped(unread: bytes) { channel.close(promise: nil) }
    }
  }

  /// As the kernel counts it, with what each piece costs it. 0 where it can't be told. Must run on the channel's event loop.
  private static func unread(in channel: any Channel) throws -> Int {
    let bytes = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
      socket -> Int in
      var count: CInt = 0
      return ioctl(socket, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }
    return bytes ?? 0
  }

  /// Looked at again and again.
  private final class Client: Sendable {
    private let pace = Mutex(ReadingPace(at: .now))

    func hasStopped(unread: Int) -> Bool { pace.withLock { $0.hasStopped(unread: unread, at: .now) } }
  }
}
