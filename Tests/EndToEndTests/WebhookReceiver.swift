import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Rig
import Synchronization

/// A receiver of webhooks, on a free port of the loopback: keeps what it was sent, and answers as it is told to. With a
/// certificate it speaks HTTPS.
final class WebhookReceiver: Sendable {
  struct Post: Sendable {
    var headers: HTTPHeaders
    var body: String
    var json: JSON { get throws { try JSON(parsing: body) } }
  }

  private struct State {
    var posts: [Post] = []
    var status = HTTPResponseStatus.ok
  }

  private let state = Mutex(State())
  private let channel: any Channel
  let url: String

  init(certificate: (file: String, key: String)? = nil) throws {
    let tls = try certificate.map { certificate in
      try NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.file).map { .certificate($0) },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))))
    }
    let holder = Mutex<WebhookReceiver?>(nil)
    channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        }.flatMap { channel.pipeline.configureHTTPServerPipeline() }.flatMap {
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              PostHandler { post in holder.withLock { $0 }?.take(post) ?? .serviceUnavailable })
          }
        }
      }
      .bind(host: "127.0.0.1", port: 0).wait()
    guard let port = channel.localAddress?.port else { throw RigError("the receiver has no port") }
    url = "\(tls == nil ? "http" : "https")://127.0.0.1:\(port)/hook"
    holder.withLock { $0 = self }
  }

  var posts: [Post] { state.withLock { $0.posts } }

  /// From now on.
  func answer(_ status: HTTPResponseStatus) { state.withLock { $0.status = status } }

  func close() throws { try channel.close().wait() }

  private func take(_ post: Post) -> HTTPResponseStatus {
    state.withLock {
      $0.posts.append(post)
      return $0.status
    }
  }
}

private final class PostHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let take: (WebhookReceiver.Post) -> HTTPResponseStatus
  private var headers = HTTPHeaders()
  private var body = ByteBuffer()

  init(take: @escaping (WebhookReceiver.Post) -> HTTPResponseStatus) { self.take = take }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      headers = head.headers
      body.clear()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      let status = take(.init(headers: headers, body: String(buffer: body)))
      let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "0"])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
