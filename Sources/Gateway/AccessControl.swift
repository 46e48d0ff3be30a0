import Glibc
import Logging
import Synchronization

/// Who may use the control socket: the groups in force, which a reload may change.
final class AccessControl: Sendable {
  private let content: Mutex<Permissions>
  private let socket: String

  init(_ control: Configuration.ControlPart) {
    socket = control.socket
    content = Mutex(Permissions(readersGroup: control.readersGroup, operatorsGroup: control.operatorsGroup))
  }

  var permissions: Permissions { content.withLock { $0 } }

  func change(to control: Configuration.ControlPart, logger: Logger) {
    let fresh = Permissions(readersGroup: control.readersGroup, operatorsGroup: control.operatorsGroup)
    content.withLock { $0 = fresh }
    Self.give(socket, to: control.readersGroup, logger: logger)
  }

  /// The socket's group may connect; what each member may do is decided by each request.
  static func give(_ socket: String, to name: String, logger: Logger) {
    let group = Permissions.id(ofGroup: name) ?? gid_t.max
    var status = stat()
    // Under the shipped unit it is born with it, and `chown` is out of reach.
    let isGiven = stat(socket, &status) == 0 && status.st_gid == group
    if !isGiven, chown(socket, uid_t.max, group) != 0, group != gid_t.max {
      logger.warning(
        "the control socket can't be given to its group",
        metadata: ["group": "\(name)", "error": "\(String(cString: strerror(errno)))"])
    }
    _ = chmod(socket, 0o660)
  }
}
