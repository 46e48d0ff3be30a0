import ControlProtocol
import Foundation
import Testing

@Suite struct ControlClientTests {
  @Test func `an answer's bytes come as they were sent`() async throws {
    let text = #"{"schema":"forewarn.ticket.list/1","items":[ {"id":"T-1","probability":0.870000} ]}"#
    let server = try await AnsweringSocket.listening { _ in .json(200, text) }
    let body = try await ControlClient(socket: server.path).send(.init("GET", "/v1/tickets?limit=5"))
    #expect(String(decoding: body, as: UTF8.self) == text)
    #expect(server.requests.map(\.method) == ["GET"])
    #expect(server.requests.map(\.path) == ["/v1/tickets?limit=5"])
    try await server.close()
  }

  @Test func `a body is sent whole with its type and length`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, "{}") }
    let table = String(repeating: "G0911,fire-tv-stick-4k-max\r\n", count: 20_000)
    _ = try await ControlClient(socket: server.path).send(
      .init("POST", Route.deviceImport, body: Array(table.utf8), contentType: "text/csv"))
    let request = try #require(server.requests.first)
    #expect(request.body == table)
    #expect(request.headers["content-type"] == "text/csv")
    #expect(request.headers["content-length"] == String(table.utf8.count))
    try await server.close()
  }

  @Test func `an action without a body still says its length`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(200, "{}") }
    _ = try await ControlClient(socket: server.path).send(.init("POST", Route.profileReload))
    #expect(server.requests.first?.headers["content-length"] == "0")
    try await server.close()
  }

  @Test func `a socket that isn't there means that the daemon isn't running`() async throws {
    let path = "/tmp/fw-none-\(getpid())/s"
    await #expect(throws: ControlError.notRunning(socket: path)) {
      try await ControlClient(socket: path).send(.init("GET", Route.status))
    }
  }

  @Test func `a socket that nobody listens on means that the daemon isn't running`() async throws {
    let path = "/tmp/fw-dead-\(getpid())"
    try leaveDeadSocket(path)
    defer { unlink(path) }
    await #expect(throws: ControlError.notRunning(socket: path)) {
      try await ControlClient(socket: path).send(.init("GET", Route.status))
    }
  }

  @Test func `a daemon that is silent is given up after the timeout`() async throws {
    let server = try await AnsweringSocket.listening { _ in .silence }
    let start = ContinuousClock.now
    await #expect(throws: ControlError.notAnswering(socket: server.path, seconds: 0.2)) {
      try await ControlClient(socket: server.path, timeoutSeconds: 0.2).send(.init("GET", Route.status))
    }
    #expect(ContinuousClock.now - start < .seconds(5))
    try await server.close()
  }

  @Test(arguments: [false, true])
  func `a connection that closes before the end of the answer is no answer`(afterHead: Bool) async throws {
    let server = try await AnsweringSocket.listening { _ in .hangUp(afterHead: afterHead) }
    let error = await #expect(throws: ControlError.self) {
      try await ControlClient(socket: server.path).send(.init("GET", Route.status))
    }
    guard case .unintelligible(server.path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try await server.close()
  }

  @Test func `an answer beyond the limit is refused instead of kept`() async throws {
    let server = try await AnsweringSocket.listening { _ in
      .bytes([UInt8](repeating: 0x20, count: ControlClient.maximumBodyBytes + 1))
    }
    let error = await #expect(throws: ControlError.self) {
      try await ControlClient(socket: server.path, timeoutSeconds: 60).send(.init("GET", Route.tickets))
    }
    #expect(error?.message.contains("larger than 64 MiB") == true)
    try await server.close()
  }

  @Test func `a no from the daemon is told by its problem details`() async throws {
    let server = try await AnsweringSocket.listening { _ in
      .problem(404, title: "no such ticket", detail: "list them with: forewarn ticket list")
    }
    let problem = ProblemDetails(
      status: 404, title: "no such ticket", detail: "list them with: forewarn ticket list")
    await #expect(throws: ControlError.problem(problem)) {
      try await ControlClient(socket: server.path).send(.init("GET", Route.object(Route.tickets, "T-9")))
    }
    try await server.close()
  }

  @Test func `an error without problem details is told by its status and text`() async throws {
    let server = try await AnsweringSocket.listening { _ in .json(500, "out of order") }
    await #expect(
      throws: ControlError.problem(ProblemDetails(status: 500, title: "HTTP status 500", detail: "out of order"))
    ) {
      try await ControlClient(socket: server.path).send(.init("GET", Route.status))
    }
    try await server.close()
  }

  @Test func `a client that is patient reaches a daemon that starts a moment later`() async throws {
    let first = try await AnsweringSocket.listening { _ in .json(200, "{}") }
    let path = first.path + "-later"
    let client = ControlClient(socket: path, patienceSeconds: 20)
    async let body = client.send(.init("GET", Route.status))
    // The name comes into being only now, while the client is already trying.
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: first.path)
    #expect(try await body == Array("{}".utf8))
    try await first.close()
  }

  @Test func `a cancelled task doesn't wait for the answer`() async throws {
    let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
    let server = try await AnsweringSocket.listening { _ in
      continuation.yield()
      return .silence
    }
    let path = server.path
    let task = Task { try await ControlClient(socket: path, timeoutSeconds: 60).send(.init("GET", Route.status)) }
    for await _ in asked { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    try await server.close()
  }

  private func leaveDeadSocket(_ path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
  }
}
