import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// What Hummingbird's own server does, on a listening socket that somebody else has opened: it can only bind one itself.
struct HandedOverServer<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  let descriptor: Int32
  let responder: Responder
  let mostConnections: Int
  let logger: Logger

  func run() async throws {
    let (responder, logger, mostConnections) = (responder, logger, mostConnections)
    let child = HTTP1Channel(
      responder: { request, writer, channel in
        let context = Responder.Context(source: .init(channel: channel, logger: logger))
        var response: Response
        do {
          response = try await responder.respond(to: request, context: context)
        } catch let error as HTTPParserError {
          throw error
        } catch {
          logger.error("a page couldn't be made", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
          response = Response(status: .internalServerError)
        }
        response.headers[.date] = HTTPDate.now()
        try await writer.write(response: response.head, body: response.body)
      }, configuration: .init(idleTimeout: .seconds(Limits.idleConnectionSeconds)))
    // Not a `NIOAsyncChannel` of them, which lets go of those that are set up just as it closes: NIO ends the process for that.
    let (connections, arriving) = AsyncStream.makeStream(of: HTTP1Channel.Value.self)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let room = MaximumAvailableConnections(mostConnections, logger: logger)
          try channel.pipeline.syncOperations.addHandler(AvailableConnectionsChannelHandler(delegate: room))
        }
      }
      .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        child.setup(channel: channel, logger: logger).map { connection in
          guard case .terminated = arriving.yield(connection) else { return }
          connection.channel.close(promise: nil)
          Task { await child.handle(value: connection, logger: logger) }
        }
      }
      .withBoundSocket(descriptor).get()
    listener.closeFuture.whenComplete { _ in arriving.finish() }
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await connection in connections { group.addTask { await serve(connection, of: child) } }
        if !Task.isShuttingDownGracefully { logger.error("the dashboard's socket takes no more connections") }
      }
    } onGracefulShutdown: {
      listener.close(promise: nil)
    }
  }

  /// Until the client goes; when the daemon stops, until what was asked is answered.
  private func serve(_ connection: HTTP1Channel.Value, of child: HTTP1Channel) async {
    await withGracefulShutdownHandler {
      await child.handle(value: connection, logger: logger)
    } onGracefulShutdown: {
      connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
  }
}

/// As RFC 9110 wants it: `Fri, 27 Nov 2026 17:05:09 GMT`.
enum HTTPDate {
  static func now() -> String { text(time(nil)) }

  static func text(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var characters = [CChar](repeating: 0, count: 64)
    // English names of days and months: the daemon never takes a locale over.
    let count = strftime(&characters, characters.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: characters.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
