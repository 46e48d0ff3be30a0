import CMosquitto

/// What broker, libmosquitto and OpenSSL have let on of why a connection fails, and what that means to who reads of it.
struct FailureSymptoms {
  var connectReason: ReasonCode?
  var disconnectReason: ReasonCode?
  /// libmosquitto says why TLS failed only in its log.
  private var lastLibraryError: String?
  /// What is wrong with the broker's certificate.
  private var certificateFault: String?

  var nameTLSFault: Bool { certificateFault != nil || lastLibraryError != nil }

  /// An error in libmosquitto's log. While it logs, the connection's TLS state is still there; afterwards it is gone.
  mutating func note(_ text: String, of handle: OpaquePointer?, _ address: BrokerAddress) {
    lastLibraryError = text
    guard address.transport == .tls, certificateFault == nil else { return }
    if text.contains("host name verification") {
      certificateFault = "it doesn't name \(address.host)"
    } else if let state = mosquitto_ssl_get(handle) {
      let result = SSL_get_verify_result(OpaquePointer(state))
      if result != Int(X509_V_OK), let text = X509_verify_cert_error_string(result) {
        certificateFault = String(cString: text)
      }
    }
  }

  /// What a failed call means in this phase of the connection.
  func failure(
    _ refusal: ReasonCode?, code: Int32, systemError: Int32, in phase: Connection.Phase, _ settings: BrokerSettings,
    _ version: ProtocolVersion
  ) -> BrokerError {
    let address = settings.address
    if let refusal = refusal?.connectFailure(settings, version: version) { return refusal }
    if let reason = disconnectReason {
      return reason == .takenOver
        ? .takenOver(clientID: settings.clientID)
        : .lost(address, cause: "the broker said: \(reason.text)")
    }
    let cause =
      switch code {
      case MOSQ_ERR_ERRNO.rawValue: Library.text(ofSystemError: systemError)
      case MOSQ_ERR_KEEPALIVE.rawValue: "no answer within \(settings.keepAliveSeconds) s"
      case MOSQ_ERR_SUCCESS.rawValue, MOSQ_ERR_CONN_LOST.rawValue: "the broker closed it"
      default: String(cString: mosquitto_strerror(code))
      }
    if address.transport == .tls, phase != .accepted {
      if let certificateFault {
        return .tlsFailed(address, cause: "the broker's certificate was refused: \(certificateFault)")
      }
      if let lastLibraryError { return .tlsFailed(address, cause: lastLibraryError) }
      if phase == .handshaking { return .tlsFailed(address, cause: cause) }
    }
    guard phase == .accepted else { return .unreachable(address, cause: cause) }
    return code == MOSQ_ERR_CONN_LOST.rawValue ? .closed(address) : .lost(address, cause: cause)
  }
}
