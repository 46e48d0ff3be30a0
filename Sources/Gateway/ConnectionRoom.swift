import Glibc

/// How many connections the servers may hold at once: no more than leave the daemon the descriptors that it needs itself.
/// Without a single one left the runtime's own thread keeper ends the process (it looks into `/proc` every second); who comes
/// beyond that waits in the kernel's queue until others are gone, idle ones after half a minute.
struct ConnectionRoom {
  let control: Int
  let web: Int

  init(openFiles: Int = Self.limit()) {
    let room = max(2 * Limits.leastConnections, openFiles - Limits.ownOpenFiles)
    web = min(Limits.mostConnections, max(Limits.leastConnections, room / 4))
    control = min(Limits.mostConnections, max(Limits.leastConnections, room - room / 4))
  }

  private static func limit() -> Int {
    var limit = rlimit()
    // What can't be known is taken for what a login gives by default.
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }
}
