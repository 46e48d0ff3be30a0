import Glibc

/// How a non-blocking `connect` ended: `nil` connected, else the system's error. libmosquitto begins the TLS handshake by
/// itself, and its first write may have taken the cause away before anyone asked for it.
func connectError(of socket: Int32) -> Int32? {
  var cause: Int32 = 0
  var size = socklen_t(MemoryLayout<Int32>.size)
  guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &cause, &size) == 0 else { return nil }
  if cause != 0 { return cause }
  if hasPeer(socket) { return nil }
  return wasEstablished(socket) ? ECONNRESET : ECONNREFUSED
}

private func hasPeer(_ socket: Int32) -> Bool {
  var address = sockaddr_storage()
  var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
  return withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &size) == 0 }
  }
}

/// The kernel measures the first round trip when the peer takes the connection, and keeps it after a reset.
private func wasEstablished(_ socket: Int32) -> Bool {
  var information = tcp_info()
  var size = socklen_t(MemoryLayout<tcp_info>.size)
  return getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &information, &size) == 0 && information.tcpi_rtt > 0
}
