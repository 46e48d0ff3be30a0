/// Recognises that another client uses our client id. MQTT 5 brokers say so (reason 0x8E), but mosquitto 2.0.11 and any
/// MQTT 3.1.1 broker just close the connection. One such end can be anything; a second one right after the broker took
/// us back, with no sign that it was away, is the other client coming back as well.
struct TakeoverWatch {
  /// Two daemons that fight come back within their waits of 0.2 to 30 s.
  static let suspicionSeconds = 60.0

  private let clientID: String
  private var lastWasClosed = false

  init(clientID: String) { self.clientID = clientID }

  /// The error to report for the end of a connection that had been ready for `readySeconds` (`nil`: never).
  mutating func judge(_ error: BrokerError, readySeconds: Double?) -> BrokerError {
    guard case .closed = error, let readySeconds else {
      lastWasClosed = false
      return error
    }
    defer { lastWasClosed = true }
    return lastWasClosed && readySeconds < TakeoverWatch.suspicionSeconds ? .takenOver(clientID: clientID) : error
  }
}
