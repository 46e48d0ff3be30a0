import ControlProtocol
import Glibc
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// The two HTTP servers: the control API on its Unix socket, dashboard and metrics on loopback.
enum Listeners {
  static func control(
    _ routes: Routes, _ configuration: Configuration.ControlPart, logger: Logger
  ) -> some ApplicationProtocol {
    Application(
      router: routes.router(),
      server: .http1(configuration: .init(idleTimeout: .seconds(Limits.idleConnectionSeconds))),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: configuration.socket), serverName: nil,
        availableConnectionsDelegate: .maximum(ConnectionRoom().control, logger: logger)),
      onServerRunning: { _ in
        AccessControl.give(configuration.socket, to: configuration.readersGroup, logger: logger)
      },
      logger: logger)
  }

  static func web(
    _ dashboard: DashboardRoutes, at entrances: [WebEntrance], logger: Logger
  ) -> [any Service] {
    let router = Router()
    let status = dashboard.status
    dashboard.add(to: router)
    router.get("/metrics") { request, _ in
      let text =
        Metrics.text(status.report(), latency: status.board.read(\.latency)) + HouseMetrics.text(status.storeReport())
      guard OpenMetrics.isAsked(request.headers[.accept]) else {
        return Response.bytes(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
      }
      return Response.bytes(Array(OpenMetrics.text(text).utf8), type: OpenMetrics.type)
    }
    let responder = router.buildResponder()
    let room = max(1, ConnectionRoom().web / max(1, entrances.count))
    return entrances.map { entrance in
      if let descriptor = entrance.descriptor {
        return HandedOverServer(descriptor: descriptor, responder: responder, mostConnections: room, logger: logger)
      }
      return Application(
        responder: responder,
        server: .http1(configuration: .init(idleTimeout: .seconds(Limits.idleConnectionSeconds))),
        configuration: ApplicationConfiguration(
          address: .hostname(entrance.address.host, port: entrance.address.port), serverName: nil,
          availableConnectionsDelegate: .maximum(room, logger: logger)),
        logger: logger)
    }
  }

  /// Says what stands in the way before a server does it in its own words.
  static func check(socket path: String) throws(StartFailure) {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    guard access(folder.isEmpty ? "/" : folder, W_OK | X_OK) == 0 else {
      throw StartFailure(
        "the control socket \(path) can't be made: \(folder): \(String(cString: strerror(errno))); make the folder, or set `control.socket`"
      )
    }
  }

  static func check(port address: Configuration.ListenAddress) throws(StartFailure) {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let name = "\(address.host):\(address.port)"
    let code = getaddrinfo(address.host, String(address.port), &hints, &found)
    guard code == 0, let first = found else {
      throw StartFailure("http.listen \(name): \(String(cString: gai_strerror(code))); give a numeric address")
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, first.pointee.ai_protocol)
    guard descriptor >= 0 else { throw StartFailure("http.listen \(name): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
      let reason = errno
      let advice =
        reason == EADDRINUSE
        ? "another program, or a socket unit, listens there (ss -ltnp 'sport = :\(address.port)'); stop it, or set `http.listen` to another port or \"\""
        : "set `http.listen` to an address of this machine, or to \"\""
      throw StartFailure("http.listen \(name): \(String(cString: strerror(reason))); \(advice)")
    }
  }
}

/// Why the daemon can't start, and what to do about it.
package struct StartFailure: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
