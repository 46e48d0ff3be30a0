/// Names of the JSON documents that the daemon answers with and the CLI prints: `forewarn.<noun>.<verb>/<version>`.
/// Fields are only ever added to a version, never renamed or given another meaning.
package enum Schema {
  package static let status = "forewarn.status/1"

  /// `Schema.name("ticket", "list")` is `forewarn.ticket.list/1`.
  package static func name(_ noun: String, _ verb: String) -> String { "forewarn.\(noun).\(verb)/1" }
}

/// Where the daemon listens and how others find it.
package enum ControlSocket {
  package static let defaultPath = "/run/forewarn/forewarn.sock"
  /// The environment variable that names another socket.
  package static let environmentVariable = "FOREWARN_SOCKET"
  /// Whoever is in this group may read; the daemon's configuration says who may change.
  package static let group = "forewarn"
}
