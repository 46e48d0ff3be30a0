import Synchronization

/// By what the broker knows the daemon, and the daemon the broker: what can change while the session stays the same.
package struct BrokerCredentials: Sendable, Hashable {
  package var password: String?
  package var caFile: String?
  package var certificateFile: String?
  package var keyFile: String?

  package init(password: String?, caFile: String?, certificateFile: String?, keyFile: String?) {
    self.password = password
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }
}

/// The settings of the next connection. Any thread may renew the credentials; the subscriber's thread sees by the revision that
/// its connection was made with older ones. Files may be other ones under the same names, so that each call counts.
final class BrokerIdentity: Sendable {
  private let content: Mutex<(settings: BrokerSettings, revision: Int)>

  init(_ settings: BrokerSettings) { content = Mutex((settings, 0)) }

  var settings: BrokerSettings { content.withLock { $0.settings } }
  var current: (BrokerSettings, Int) { content.withLock { ($0.settings, $0.revision) } }
  var revision: Int { content.withLock { $0.revision } }

  func renew(_ credentials: BrokerCredentials) {
    content.withLock { content in
      content.settings.password = credentials.password
      content.settings.caFile = credentials.caFile
      content.settings.certificateFile = credentials.certificateFile
      content.settings.keyFile = credentials.keyFile
      content.revision += 1
    }
  }
}
