/// What went wrong between us and the broker. Each description ends with what to do about it where something can be
/// done; none contains a password.
package enum BrokerError: Error, Sendable, Hashable {
  case badAddress(url: String, why: String)
  case badSettings(String)
  /// No connection: nobody listens, no route, no such host.
  case unreachable(BrokerAddress, cause: String)
  /// Connected, but the broker didn't complete the handshake in time.
  case silent(BrokerAddress, seconds: Int)
  /// Wrong user name or password, or a client that may not connect. Brokers don't say which.
  case loginRefused(username: String?, reason: String)
  case clientIDRefused(String)
  /// The broker speaks neither MQTT 5 nor 3.1.1.
  case protocolVersionRefused
  case connectionRefused(reason: String)
  /// A file of the TLS settings; `key` is its name in the configuration.
  case unusableFile(key: String, path: String, cause: String)
  case tlsFailed(BrokerAddress, cause: String)
  case subscriptionRefused(filter: String, reason: String)
  case lost(BrokerAddress, cause: String)
  /// The broker ended an accepted connection without a reason.
  case closed(BrokerAddress)
  case takenOver(clientID: String)
  /// The handler could not commit a batch; nothing of it was acknowledged.
  case notCommitted
  case publishRefused(topic: String, reason: String)
  case library(code: Int32, text: String)
}

extension BrokerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badAddress(let url, let why):
      "the broker address \(url) can't be used: \(why)"
    case .badSettings(let why):
      "the broker settings can't be used: \(why)"
    case .unreachable(let address, let cause):
      "no broker at \(address.endpoint): \(cause); check that it runs and that broker.url is right"
    case .silent(let address, let seconds):
      "the broker at \(address.endpoint) did not answer within \(seconds) s; check that it speaks MQTT on that port"
    case .loginRefused(let username, let reason):
      "the broker refused the login \(username.map { "of user \($0)" } ?? "without a user name") (\(reason)); "
        + "check username and password_file, and the broker's access rules"
    case .clientIDRefused(let clientID):
      "the broker refused the client id \(clientID); choose another client_id or allow this one"
    case .protocolVersionRefused:
      "the broker speaks neither MQTT 5 nor MQTT 3.1.1; it needs an update"
    case .connectionRefused(let reason):
      "the broker refused the connection: \(reason)"
    case .unusableFile(let key, let path, let cause):
      "\(key) \(path) can't be read: \(cause)"
    case .tlsFailed(let address, let cause):
      "no TLS connection to \(address.endpoint): \(cause); check ca_file, certificate_file and key_file, "
        + "that the port speaks TLS and that the broker's certificate names this host"
    case .subscriptionRefused(let filter, let reason):
      "the broker refused the subscription to \(filter): \(reason); allow this user to read it"
    case .lost(let address, let cause):
      "the connection to \(address.endpoint) was lost: \(cause)"
    case .closed(let address):
      "the broker at \(address.endpoint) closed the connection; it was stopped, or another client has the same client_id"
    case .takenOver(let clientID):
      "another client uses the client id \(clientID) and takes over the session; "
        + "stop the other one or give one of them another client_id"
    case .notCommitted:
      "a batch could not be committed; the connection was dropped unacknowledged and the broker sends it again"
    case .publishRefused(let topic, let reason):
      "the broker refused a message to \(topic): \(reason)"
    case .library(let code, let text):
      "libmosquitto failed: \(text) (\(code))"
    }
  }
}
