/// Where the broker listens, as operators write it: `mqtt://host[:port]` (1883), `mqtts://host[:port]` (TLS, 8883) or
/// `unix:///path`. IPv6 addresses stand in brackets. Credentials never stand in an address: it is logged and shown.
package struct BrokerAddress: Sendable, Hashable {
  package enum Transport: Sendable, Hashable { case tcp, tls, unixSocket }

  package let transport: Transport
  /// Host name or numeric address without brackets; for a Unix socket its path.
  package let host: String
  /// 0 for a Unix socket.
  package let port: UInt16

  package init(url: String) throws(BrokerError) {
    func bad(_ why: String) -> BrokerError { .badAddress(url: BrokerAddress.masked(url), why: why) }
    guard let separator = url.firstIndex(of: ":"), url[separator...].hasPrefix("://") else {
      throw bad("it has no scheme; write mqtt://host, mqtts://host or unix:///path")
    }
    let rest = url[url.index(separator, offsetBy: 3)...]
    guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
      throw bad("it contains a space or a control character")
    }
    switch url[..<separator].lowercased() {
    case "mqtt": transport = .tcp
    case "mqtts": transport = .tls
    case "unix":
      // sockaddr_un holds 107 bytes and a terminating zero.
      guard rest.hasPrefix("/"), rest.utf8.count > 1 else { throw bad("the socket's path must be absolute") }
      guard rest.utf8.count <= 107 else { throw bad("a socket's path has at most 107 bytes") }
      transport = .unixSocket
      host = String(rest)
      port = 0
      return
    default:
      throw bad("its scheme is not mqtt, mqtts or unix")
    }
    guard !rest.contains("@") else {
      throw bad("it contains credentials; use the keys username and password_file")
    }
    let authority = rest.hasSuffix("/") ? rest.dropLast() : rest
    guard !authority.contains(where: { "/?#".contains($0) }) else { throw bad("nothing may follow the port") }
    guard let (name, digits) = BrokerAddress.split(authority), !name.isEmpty else {
      throw bad("the host is missing or not well formed; an IPv6 address stands in brackets")
    }
    host = String(name)
    guard let digits else {
      port = transport == .tls ? 8883 : 1883
      return
    }
    guard let number = UInt16(digits), number > 0, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      throw bad("the port is not a number from 1 to 65535")
    }
    port = number
  }

  /// What a message to an operator names: `127.0.0.1:1883`, `[::1]:1883` or the socket's path.
  package var endpoint: String {
    switch transport {
    case .unixSocket: host
    case .tcp, .tls: (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }
  }

  /// Host and, where there is a colon outside of brackets, what stands behind it.
  private static func split(_ authority: Substring) -> (host: Substring, port: Substring?)? {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      let host = authority[authority.index(after: authority.startIndex)..<end]
      let tail = authority[authority.index(after: end)...]
      if tail.isEmpty { return (host, nil) }
      return tail.hasPrefix(":") ? (host, tail.dropFirst()) : nil
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return (parts[0], nil)
    case 2: return (parts[0], parts[1])
    default: return nil
    }
  }

  /// The URL with anything before an `@` replaced, so that a password put there by mistake isn't printed.
  private static func masked(_ url: String) -> String {
    guard let at = url.lastIndex(of: "@") else { return url }
    return "…" + url[at...]
  }
}

extension BrokerAddress: CustomStringConvertible {
  package var description: String {
    switch transport {
    case .tcp: "mqtt://" + endpoint
    case .tls: "mqtts://" + endpoint
    case .unixSocket: "unix://" + endpoint
    }
  }
}
