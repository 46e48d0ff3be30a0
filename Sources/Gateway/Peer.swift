import Glibc
import Hummingbird
import NIOCore

/// Who is at the other end of the control socket, as the kernel says (SO_PEERCRED, SO_PEERGROUPS).
struct Peer: Sendable, Hashable {
  var user: UInt32
  var groups: Set<UInt32>

  /// For histories: the user's name, or `uid 1000` where it has none.
  var name: String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return "uid \(user)"
    }
    return String(cString: name)
  }

  /// Must run on the channel's event loop. `nil` where the socket isn't a Unix one.
  init?(of channel: any Channel) {
    let credentials = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self
    ) { Self.credentials(of: $0) }
    guard let credentials, let found = credentials else { return nil }
    self = found
  }

  private init(user: UInt32, groups: Set<UInt32>) {
    self.user = user
    self.groups = groups
  }

  /// `struct ucred` isn't in Swift's Glibc: three 32-bit numbers, pid, uid and gid.
  private static func credentials(of socket: NIOBSDSocket.Handle) -> Peer? {
    var numbers: (pid: Int32, user: UInt32, group: UInt32) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: numbers))
    guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &numbers, &size) == 0 else { return nil }
    var groups = [UInt32](repeating: 0, count: 1024)
    var groupSize = socklen_t(groups.count * MemoryLayout<UInt32>.size)
    let soPeerGroups: Int32 = 59
    let hasGroups = getsockopt(socket, SOL_SOCKET, soPeerGroups, &groups, &groupSize) == 0
    let count = hasGroups ? Int(groupSize) / MemoryLayout<UInt32>.size : 0
    return Peer(user: numbers.user, groups: Set(groups.prefix(count)).union([numbers.group]))
  }
}

/// What the peer may do. Readers and operators are groups; root and the daemon's own user may do everything.
struct Permissions: Sendable {
  let readers: UInt32?
  let operators: UInt32?

  init(readersGroup: String, operatorsGroup: String) {
    readers = Self.id(ofGroup: readersGroup)
    operators = Self.id(ofGroup: operatorsGroup)
  }

  func mayChange(_ peer: Peer) -> Bool {
    peer.user == 0 || peer.user == geteuid() || operators.map(peer.groups.contains) ?? false
  }

  func mayRead(_ peer: Peer) -> Bool {
    mayChange(peer) || readers.map(peer.groups.contains) ?? false
  }

  static func id(ofGroup name: String) -> UInt32? {
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    var buffer = [CChar](repeating: 0, count: 65_536)
    guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return entry.gr_gid
  }
}
