import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks the daemon over its Unix socket: HTTP/1.1, one connection a request.
package struct ControlClient: Sendable {
  package struct Request: Sendable {
    package var method: String
    /// Path and query, percent-encoded.
    package var path: String
    package var body: [UInt8]
    package var contentType: String
    /// Takes the body of a good answer as it comes, however long it is, on the connection's own thread: what is slow holds
    /// the sender up. The reply's body is empty then.
    package var sink: (any BodySink)?
    /// Told how much of the body the kernel has taken so far, on the connection's own thread.
    package var sent: (@Sendable (_ bytes: Int) -> Void)?

    package init(_ method: String, _ path: String, body: [UInt8] = [], contentType: String = "application/json") {
      self.method = method
      self.path = path
      self.body = body
      self.contentType = contentType
    }
  }

  package protocol BodySink: Sendable {
    /// - Parameter bytes: of the whole body; `nil` where the daemon doesn't know yet.
    func begin(bytes: Int64?) throws
    func take(_ part: UnsafeRawBufferPointer) throws
  }

  package struct Reply: Hashable, Sendable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]

    package init(status: Int, contentType: String, body: [UInt8]) {
      self.status = status
      self.contentType = contentType
      self.body = body
    }
  }

  /// An answer beyond this is refused: a list of a million devices is asked for in parts.
  package static let maximumBodyBytes = 64 << 20
  /// Between two attempts to reach a daemon that is starting.
  private static let retryInterval = Duration.milliseconds(50)

  package var socket: String
  /// For the whole exchange, connecting included.
  package var timeoutSeconds: Double
  /// How long to go on trying while nobody listens: a daemon that was just started needs a moment.
  package var patienceSeconds: Double

  package init(socket: String, timeoutSeconds: Double = 10, patienceSeconds: Double = 0) {
    self.socket = socket
    self.timeoutSeconds = timeoutSeconds
    self.patienceSeconds = patienceSeconds
  }

  /// The answer, whatever its HTTP status. Throws `ControlError` where there is none.
  package func exchange(_ request: Request) async throws -> Reply {
    let start = ContinuousClock.now
    while true {
      do {
        return try await attempt(request)
      } catch ControlError.notRunning(let socket) {
        guard ContinuousClock.now - start < .seconds(patienceSeconds) else {
          throw ControlError.notRunning(socket: socket)
        }
        try await Task.sleep(for: Self.retryInterval)
      }
    }
  }

  /// The body of a good answer. Throws `ControlError.problem` where the daemon says no.
  package func send(_ request: Request) async throws -> [UInt8] {
    let reply = try await exchange(request)
    guard !(200..<300).contains(reply.status) else { return reply.body }
    throw ControlError.problem(Self.problem(in: reply))
  }

  /// The problem in an answer that isn't a good one; one without problem details is told by its status and first words.
  package static func problem(in reply: Reply) -> ProblemDetails {
    do {
      return try JSONDecoder().decode(ProblemDetails.self, from: Data(reply.body))
    } catch {
      let text = String(decoding: reply.body.prefix(500), as: UTF8.self)
      return ProblemDetails(status: reply.status, title: "HTTP status \(reply.status)", detail: text)
    }
  }

  private func attempt(_ request: Request) async throws -> Reply {
    let deadline = NIODeadline.now() + .milliseconds(Int64(max(0, min(timeoutSeconds, 1e9)) * 1000))
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(deadline - .now())
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHTTPClientHandlers() }
        }
        .connect(unixDomainSocketPath: socket).get()
    } catch {
      throw connectionError(error)
    }
    let answer = channel.eventLoop.makePromise(of: Reply.self)
    let socket = socket
    let seconds = timeoutSeconds
    let timer = channel.eventLoop.scheduleTask(deadline: deadline) {
      answer.fail(ControlError.notAnswering(socket: socket, seconds: seconds))
    }
    answer.futureResult.whenComplete { _ in
      timer.cancel()
      channel.close(promise: nil)
    }
    return try await withTaskCancellationHandler {
      channel.eventLoop.execute {
        do {
          try channel.pipeline.syncOperations.addHandler(Exchange(request, socket: socket, answer: answer))
        } catch {
          answer.fail(error)
        }
      }
      return try await answer.futureResult.get()
    } onCancel: {
      channel.eventLoop.execute { answer.fail(CancellationError()) }
    }
  }

  private func connectionError(_ error: any Error) -> ControlError {
    switch error {
    case let error as IOError where [ENOENT, ECONNREFUSED, ENOTDIR].contains(error.errnoCode):
      .notRunning(socket: socket)
    case let error as IOError where [EACCES, EPERM].contains(error.errnoCode):
      .notPermitted(socket: socket)
    case let error as IOError where error.errnoCode == EAGAIN:
      // The queue of connections that wait to be accepted is full.
      .notAnswering(socket: socket, seconds: timeoutSeconds)
    case ChannelError.connectTimeout:
      .notAnswering(socket: socket, seconds: timeoutSeconds)
    case SocketAddressError.unixDomainSocketPathTooLong:
      .unintelligible(socket: socket, detail: "the path is longer than the 107 bytes that a Unix socket may have")
    default:
      .unintelligible(socket: socket, detail: String(describing: error))
    }
  }
}
