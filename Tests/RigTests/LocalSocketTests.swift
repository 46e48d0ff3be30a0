import Glibc
import Rig
import Testing

struct LocalSocketTests {
  @Test func `a taken port accepts until it is closed`() throws {
    let (descriptor, port) = try LocalSocket.occupy()
    #expect(try LocalSocket.accepts(port: port))
    close(descriptor)
    #expect(try !LocalSocket.accepts(port: port))
  }

  @Test func `a socket where nobody listens gives no reply`() async throws {
    let folder = try ScratchFolder()
    #expect(try await ControlReply.to("GET", "/v1/status", socket: folder.path("s")) == nil)
  }

  @Test func `a socket path over the limit is an error, not a cut path`() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 108)
    await #expect(throws: RigError.self) { _ = try await ControlReply.to("GET", "/", socket: path) }
  }
}
