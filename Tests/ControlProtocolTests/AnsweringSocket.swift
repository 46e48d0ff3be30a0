import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small HTTP server on a real Unix socket, for tests that need the daemon's side of the conversation without the
/// daemon: it answers as it is told and remembers what it was asked.
final class AnsweringSocket: Sendable {
  struct Request: Hashable, Sendable {
    var method: String
    var path: String
    var headers: [String: String]
    var body: String
  }

  enum Answer: Sendable {
    case json(Int, String)
    case problem(Int, title: String, detail: String)
    case bytes([UInt8])
    /// Nothing at all, for as long as the client waits.
    case silence
    /// The connection is closed before, or in the middle of, the answer.
    case hangUp(afterHead: Bool)
  }

  let path: String
  private let folder: String
  private let channel: any Channel
  private let seen: Seen

  /// What the connections share.
  final class Seen: Sendable {
    let requests = Mutex<[Request]>([])
  }

  var requests: [Request] { seen.requests.withLock { $0 } }

  static func folder() throws -> String {
    var template = Array("/tmp/fw-answer-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// At `s` in a folder of its own, which goes with it.
  static func listening(
    in given: String? = nil, _ answer: @escaping @Sendable (Request) -> Answer
  ) async throws -> AnsweringSocket {
    let folder = try given ?? folder()
    let seen = Seen()
    let path = folder + "/s"
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Answering(seen, answer))
        }
      }
      .bind(unixDomainSocketPath: path).get()
    return AnsweringSocket(path: path, folder: folder, channel: channel, seen: seen)
  }

  private init(path: String, folder: String, channel: any Channel, seen: Seen) {
    self.path = path
    self.folder = folder
    self.channel = channel
    self.seen = seen
  }

  func close() async throws {
    try await channel.close()
    try FileManager.default.removeItem(atPath: folder)
  }
}

private final class Answering: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let seen: AnsweringSocket.Seen
  private let answer: @Sendable (AnsweringSocket.Request) -> AnsweringSocket.Answer
  private var request = AnsweringSocket.Request(method: "", path: "", headers: [:], body: "")

  init(
    _ seen: AnsweringSocket.Seen, _ answer: @escaping @Sendable (AnsweringSocket.Request) -> AnsweringSocket.Answer
  ) {
    self.seen = seen
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      var headers: [String: String] = [:]
      for (name, value) in head.headers { headers[name.lowercased()] = value }
      request = .init(method: head.method.rawValue, path: head.uri, headers: headers, body: "")
    case .body(let part):
      request.body += String(buffer: part)
    case .end:
      let request = request
      seen.requests.withLock { $0.append(request) }
      send(answer(request), context)
    }
  }

  private func send(_ answer: AnsweringSocket.Answer, _ context: ChannelHandlerContext) {
    switch answer {
    case .json(let status, let text): reply(status, "application/json", Array(text.utf8), context)
    case .problem(let status, let title, let detail):
      let text = #"{"type":"about:blank","title":"\#(title)","status":\#(status),"detail":"\#(detail)"}"#
      reply(status, "application/problem+json", Array(text.utf8), context)
    case .bytes(let bytes): reply(200, "application/json", bytes, context)
    case .silence: break
    case .hangUp(let afterHead):
      if afterHead { writeHead(200, "application/json", length: 100, context) }
      context.flush()
      context.close(promise: nil)
    }
  }

  private func writeHead(_ status: Int, _ type: String, length: Int, _ context: ChannelHandlerContext) {
    let headers = HTTPHeaders([("content-type", type), ("content-length", String(length)), ("connection", "close")])
    let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
  }

  private func reply(_ status: Int, _ type: String, _ body: [UInt8], _ context: ChannelHandlerContext) {
    writeHead(status, type, length: body.count, context)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { [channel = context.channel] _ in
      channel.close(promise: nil)
    }
  }
}
