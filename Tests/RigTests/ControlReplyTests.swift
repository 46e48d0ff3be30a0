import Rig
import Testing

struct ControlReplyTests {
  @Test func `a plain answer ends with the connection`() throws {
    let reply = try ControlReply.parse(Array("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}".utf8))
    #expect(reply.status == 404)
    #expect(reply.text == "{}")
  }

  @Test func `chunks are joined`() throws {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    let reply = try ControlReply.parse(Array((head + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n").utf8))
    #expect(reply.text == "abcd")
  }

  @Test(arguments: [
    "", "HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc\r\n",
  ])
  func `an answer that breaks off is an error, not an empty body`(answer: String) {
    #expect(throws: RigError.self) { try ControlReply.parse(Array(answer.utf8)) }
  }
}
