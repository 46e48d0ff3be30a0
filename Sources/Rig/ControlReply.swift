import Dispatch
package import Foundation

/// One HTTP/1.1 request over a daemon's Unix socket, as `curl --unix-socket` makes it. The rig speaks the protocol by
/// itself, so that a mistake shared by daemon and CLI shows.
package struct ControlReply: Sendable {
  package var status: Int
  package var contentType: String
  package var body: Data

  package var text: String { String(decoding: body, as: UTF8.self) }

  /// `nil` where nobody listens at the socket.
  package static func to(
    _ method: String = "GET", _ path: String, body: String = "", socket: String, within limit: Duration = .seconds(10)
  ) async throws -> ControlReply? {
    let head =
      "\(method) \(path) HTTP/1.1\r\nHost: forewarn\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    // Blocking calls, so not on the threads that tasks share.
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          with: Result { try exchange(Array((head + body).utf8), socket: socket, limit: limit).map(parse) })
      }
    }
  }

  private static func exchange(_ request: [UInt8], socket: String, limit: Duration) throws -> [UInt8]? {
    guard let descriptor = try LocalSocket.connect(toUnix: socket) else { return nil }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: Int(limit.components.seconds), tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    var sent = 0
    while sent < request.count {
      let count = request[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw RigError.system(errno, "\(socket) takes no request") }
      sent += count
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 { return answer }
      guard count > 0 else { throw RigError.system(errno, "no whole answer from \(socket) within \(limit)") }
      answer += buffer[..<count]
    }
  }

  /// Takes an answer apart that the server ended by closing the connection.
  package static func parse(_ bytes: [UInt8]) throws -> ControlReply {
    let answer = Data(bytes)
    guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else {
      throw RigError("no HTTP answer: \(bytes.count) bytes")
    }
    let lines = String(decoding: answer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { throw RigError("no HTTP status line: \(lines[0])") }
    let isChunked = lines.dropFirst().contains {
      $0.lowercased().filter { $0 != " " } == "transfer-encoding:chunked"
    }
    let type = lines.first { $0.lowercased().hasPrefix("content-type:") }?.dropFirst(13) ?? ""
    let rest = answer[end.upperBound...]
    return ControlReply(
      status: status, contentType: type.trimmingCharacters(in: .whitespaces),
      body: isChunked ? try joined(chunks: rest) : Data(rest))
  }

  private static func joined(chunks: Data) throws -> Data {
    var whole = Data()
    var rest = chunks
    while let end = rest.range(of: Data("\r\n".utf8)) {
      let size = String(decoding: rest[rest.startIndex..<end.lowerBound], as: UTF8.self)
      guard let length = Int(size, radix: 16), rest.endIndex - end.upperBound >= length + 2 else {
        throw RigError("a broken chunk in an HTTP answer: \(size)")
      }
      if length == 0 { return whole }
      whole += rest[end.upperBound..<(end.upperBound + length)]
      rest = rest[(end.upperBound + length + 2)...]
    }
    throw RigError("an HTTP answer that ends before its last chunk")
  }
}
