import Foundation
import Glibc

/// Plain sockets of this machine: free ports, a look whether someone listens, one HTTP request over a Unix socket.
package enum LocalSocket {
  /// A loopback TCP port that nobody holds right now. Someone may take it before it is used: be ready to ask again.
  package static func freePort() throws -> UInt16 {
    let (descriptor, port) = try occupy()
    close(descriptor)
    return port
  }

  /// Whether a connection to the loopback port is accepted.
  package static func accepts(port: UInt16) throws -> Bool {
    let descriptor = try open(AF_INET)
    defer { close(descriptor) }
    return connect(descriptor, port)
  }

  /// A connected TCP socket, to be closed with `close`: for clients that no library would be.
  package static func connect(port: UInt16) throws -> Int32 {
    guard let descriptor = try connect(ifServed: port) else {
      throw RigError.system(ECONNREFUSED, "no connection to 127.0.0.1:\(port)")
    }
    return descriptor
  }

  /// The same; `nil` where nobody listens (any more).
  package static func connect(ifServed port: UInt16) throws -> Int32? {
    let descriptor = try open(AF_INET)
    if connect(descriptor, port) { return descriptor }
    let failure = errno
    close(descriptor)
    if failure == ECONNREFUSED || failure == ECONNRESET { return nil }
    throw RigError.system(failure, "no connection to 127.0.0.1:\(port)")
  }

  private static func connect(_ descriptor: Int32, _ port: UInt16) -> Bool {
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// A TCP socket that holds a loopback port until it is closed with `close`: for tests of a port that is taken.
  package static func occupy() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = try open(AF_INET)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard bound, listen(descriptor, 1) == 0 else {
      close(descriptor)
      throw RigError.system(errno, "cannot listen on 127.0.0.1")
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// A connected stream socket to the Unix socket at `path`; `nil` where nobody listens (yet).
  package static func connect(toUnix path: String) throws -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw RigError("\(path) is longer than the 107 bytes that a Unix socket's path may have")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = try open(AF_UNIX)
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    if connected { return descriptor }
    let failure = errno
    close(descriptor)
    if failure == ENOENT || failure == ECONNREFUSED { return nil }
    throw RigError.system(failure, "cannot connect to \(path)")
  }

  private static func open(_ family: Int32) throws -> Int32 {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw RigError.system(errno, "no socket") }
    return descriptor
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return address
  }
}
