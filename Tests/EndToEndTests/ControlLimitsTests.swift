import Foundation
import Glibc
import Rig
import Testing

/// What a client of the control socket may not do: too much, or too little for too long.
@Suite(.serialized) struct ControlLimitsTests {
  private func problem(_ reply: ControlReply) throws -> JSON {
    #expect(reply.contentType == "application/problem+json")
    return try JSON(parsing: reply.text)
  }

  @Test func `every no is problem details, whoever says it`() async throws {
    let site = try await Installation.started()
    let cases: [(method: String, path: String, body: String, status: Double)] = [
      ("GET", "/v1/nothing", "", 404), ("GET", "/", "", 404), ("DELETE", "/v1/tickets", "", 404),
      ("GET", "/v1/tickets/T-none", "", 404), ("GET", "/v1/tickets?limit=many", "", 400),
      ("POST", "/v1/tickets/T-1/note", "{", 400), ("POST", "/v1/tickets/T-1/dance", "{}", 404),
      ("POST", "/v1/ticket-actions/ack", "[]", 400), ("GET", "/v1/export/cats", "", 404),
      ("GET", "/v1/model/ageing", "", 400), ("GET", "/v1/firmware/9.9.9/gate", "", 404),
    ]
    for (method, path, body, status) in cases {
      let reply = try await site.daemon.request(method, path, body: body)
      let problem = try problem(reply)
      #expect(problem["status"] == .number(status) && Double(reply.status) == status, "\(method) \(path): \(problem)")
      for member in ["title", "detail", "type"] {
        #expect(problem[member]?.text?.isEmpty == false, "\(path): \(member)")
      }
    }
  }

  @Test func `a body or a head that is too long is refused, and the daemon goes on`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let large = folder.path("large")
    try Data(repeating: 0x20, count: (32 << 20) + 1).write(to: URL(filePath: large))
    let run = try await CommandRun.system(
      "curl",
      [
        "-s", "--unix-socket", site.daemon.socketPath, "-o", folder.path("answer"),
        "-w", "%{http_code} %{content_type}", "-H", "Expect:", "--data-binary", "@\(large)",
        "http://localhost/v1/batches/import",
      ])
    #expect(run.standardOutput == "413 application/problem+json")
    let head = try await CommandRun.system(
      "curl",
      [
        "-s", "--unix-socket", site.daemon.socketPath, "-o", "/dev/null", "-w", "%{http_code}",
        "http://localhost/v1/status?" + String(repeating: "x", count: 100_000),
      ])
    #expect(["000", "400", "414", "431"].contains(head.standardOutput), "\(head.standardOutput)")
    #expect(try await site.daemon.request("GET", "/v1/status").status == 200)
  }

  /// A connection that sends so much and no more.
  private func endOfConnection(after text: String, _ site: Installation) async throws -> Duration {
    let descriptor = try #require(try LocalSocket.connect(toUnix: site.daemon.socketPath))
    defer { close(descriptor) }
    let sent = Array(text.utf8)
    if !sent.isEmpty { #expect(send(descriptor, sent, sent.count, Int32(MSG_NOSIGNAL)) == sent.count) }
    let clock = ContinuousClock()
    let start = clock.now
    try await wait(for: "the daemon ends a connection after \"\(text.prefix(20))\"", within: .seconds(50)) {
      var byte = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &byte, byte.count, Int32(MSG_DONTWAIT))
      return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    }
    return clock.now - start
  }

  @Test func `a connection that says nothing, or half of a request, is ended after half a minute`() async throws {
    let site = try await Installation.started()
    async let silent = endOfConnection(after: "", site)
    async let halfHead = endOfConnection(after: "GET /v1/status HTTP/1.1\r\nHost: fo", site)
    async let halfBody = endOfConnection(
      after: "POST /v1/tickets/T-1/note HTTP/1.1\r\nHost: f\r\nContent-Length: 100\r\n\r\n{\"no", site)
    async let done = endOfConnection(after: "GET /v1/status HTTP/1.1\r\nHost: f\r\n\r\n", site)
    for waited in try await [silent, halfHead, halfBody, done] {
      #expect(waited > .seconds(20) && waited < .seconds(45), "\(waited)")
    }
    #expect(try await site.daemon.request("GET", "/v1/status").status == 200)
  }
}
