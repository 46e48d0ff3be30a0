import NIOCore
import NIOHTTP1

/// One request and its answer on a connection that is closed afterwards.
final class Exchange: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// Of a body, counted as sent at a time.
  private static let partBytes = 1 << 18

  private let request: ControlClient.Request
  private let socket: String
  private let answer: EventLoopPromise<ControlClient.Reply>
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []
  /// The sink took no more; the connection is being closed.
  private var isRefused = false

  init(_ request: ControlClient.Request, socket: String, answer: EventLoopPromise<ControlClient.Reply>) {
    self.request = request
    self.socket = socket
    self.answer = answer
  }

  func handlerAdded(context: ChannelHandlerContext) {
    guard context.channel.isActive else { return answer.fail(broken("it closed the connection")) }
    var headers = HTTPHeaders([("host", "localhost"), ("user-agent", "forewarn"), ("connection", "close")])
    if !request.body.isEmpty || request.method == "POST" {
      headers.add(name: "content-type", value: request.contentType)
      headers.add(name: "content-length", value: String(request.body.count))
    }
    let head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.path, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !request.body.isEmpty { writeBody(context) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// In parts, of each of which it is known when it has gone.
  private func writeBody(_ context: ChannelHandlerContext) {
    var rest = ByteBuffer(bytes: request.body)
    while let part = rest.readSlice(length: min(rest.readableBytes, Self.partBytes)), part.readableBytes > 0 {
      let written = request.body.count - rest.readableBytes
      let promise = request.sent.map { sent in
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenSuccess { _ in sent(written) }
        return promise
      }
      context.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: promise)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      guard let sink = request.sink, head.status.code == 200 else { return }
      let length = head.headers.first(name: "content-length").flatMap { Int64($0) }
      handOn { try sink.begin(bytes: length) }
    case .body(let part):
      if let sink = request.sink, head?.status.code == 200 {
        return handOn { try part.withUnsafeReadableBytes { try sink.take($0) } }
      }
      guard body.count + part.readableBytes <= ControlClient.maximumBodyBytes else {
        return answer.fail(
          broken("its answer is larger than 64 MiB; ask for less with --limit, or stream it with forewarn export"))
      }
      body += part.readableBytesView
    case .end:
      guard let head else { return }
      answer.succeed(
        ControlClient.Reply(
          status: Int(head.status.code), contentType: head.headers.first(name: "content-type") ?? "", body: body))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    // Without effect once there is an answer.
    answer.fail(broken("it closed the connection before the end of its answer"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A daemon that refuses a large body answers and closes while we still write: the answer counts, not the write.
    guard !(error is IOError) else { return }
    answer.fail(broken(String(describing: error)))
  }

  private func handOn(_ body: () throws -> Void) {
    guard !isRefused else { return }
    do {
      try body()
    } catch {
      isRefused = true
      answer.fail(error)
    }
  }

  private func broken(_ detail: String) -> ControlError { .unintelligible(socket: socket, detail: detail) }
}
