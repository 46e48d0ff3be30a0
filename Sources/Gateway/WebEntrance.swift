import Logging

/// Where browsers and Prometheus come in: an address that the daemon binds itself, or a socket that listens already.
struct WebEntrance: Sendable, Equatable {
  let address: Configuration.ListenAddress
  /// Of the socket that was handed over; `nil`: none was.
  var descriptor: Int32?

  /// None where there is to be no dashboard. Says what stands in the way before a server does it in its own words.
  static func all(of listener: Configuration.WebListener?, logger: Logger) throws(StartFailure) -> [WebEntrance] {
    let handedOver = try HandedOverSockets()
    if case .handedOver(let name) = listener {
      return try handedOver.web(name).map { WebEntrance(address: $0.address, descriptor: $0.descriptor) }
    }
    if !handedOver.isEmpty {
      // Whoever connects there would wait for ever.
      logger.warning("a socket was handed over that nobody serves; set http.listen to \"fd:\"")
    }
    guard case .address(let address) = listener else { return [] }
    try Listeners.check(port: address)
    return [WebEntrance(address: address)]
  }
}
