import Dispatch
import Glibc
import Hummingbird
import Logging
import Rig
import ServiceLifecycle
import Testing

@testable import Gateway

/// The listener on a socket that somebody else has opened, in this process: a mistake that ends the daemon ends the tests.
@Suite struct HandedOverServerTests {
  private static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

  @Test func `it stops in good order while clients come in`() async throws {
    for round in 0..<200 {
      let (descriptor, port) = try LocalSocket.occupy()
      try #require(listen(descriptor, 128) == 0)  // clients shall not wait for a place in its queue
      let router = Router()
      router.get("/") { _, _ in "here" }
      let server = HandedOverServer(
        descriptor: descriptor, responder: router.buildResponder(), mostConnections: 64, logger: Self.logger)
      let group = ServiceGroup(services: [server], logger: Self.logger)
      async let run: Void = group.run()
      async let came = Self.comeIn(port)
      // Nothing is waited for: it is stopped at another moment of its clients' coming each time.
      try await Task.sleep(for: .microseconds(400 * (1 + round % 12)))
      await group.triggerGracefulShutdown()
      try await run
      #expect(try await came > 0)
      #expect(try !LocalSocket.accepts(port: port))
    }
  }

  /// One client after the other until nobody listens any more; how many came.
  private static func comeIn(_ port: UInt16) async throws -> Int {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        var clients: [Int32] = []
        let outcome = Result {
          while clients.count < 60, let client = try LocalSocket.connect(ifServed: port) { clients.append(client) }
          return clients.count
        }
        for client in clients { close(client) }
        done.resume(with: outcome)
      }
    }
  }
}
