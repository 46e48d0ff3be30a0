import CMosquitto
import Glibc

/// What libmosquitto needs once a process, and its return codes as errors.
enum Library {
  /// `mosquitto_lib_init` isn't safe to call from two threads: a static is initialised once.
  private static let start: Int32 = {
    // libmosquitto writes with write(2): a peer that is gone would end the process. An own handler is left alone.
    var current = sigaction()
    if sigaction(SIGPIPE, nil, &current) == 0, current.__sigaction_handler.sa_handler == nil {
      signal(SIGPIPE, SIG_IGN)
    }
    return mosquitto_lib_init()
  }()

  static func initialise() throws(BrokerError) {
    try check(start)
  }

  static func check(_ code: Int32) throws(BrokerError) {
    if code != MOSQ_ERR_SUCCESS.rawValue { throw failure(code) }
  }

  static func failure(_ code: Int32) -> BrokerError {
    .library(code: code, text: String(cString: mosquitto_strerror(code)))
  }

  static func text(ofSystemError number: Int32) -> String {
    String(cString: strerror(number))
  }
}

/// The address families behind a host name, in the resolver's order of preference. libmosquitto, connecting without
/// blocking, would only ever try the first address (`localhost` is often ::1 first, while the broker listens on
/// 127.0.0.1): binding to the wildcard address of a family makes it skip the others.
enum AddressFamily: Hashable {
  case v4, v6

  var wildcard: String { self == .v4 ? "0.0.0.0" : "::" }

  static func families(of address: BrokerAddress) throws(BrokerError) -> [AddressFamily] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(address.host, nil, &hints, &found)
    guard code == 0 else {
      let cause = code == EAI_SYSTEM ? Library.text(ofSystemError: errno) : String(cString: gai_strerror(code))
      throw .unreachable(address, cause: "the host name can't be resolved: \(cause)")
    }
    defer { freeaddrinfo(found) }
    var families: [AddressFamily] = []
    var next = found
    while let entry = next?.pointee {
      let family: AddressFamily? =
        entry.ai_family == AF_INET ? .v4 : entry.ai_family == AF_INET6 ? .v6 : nil
      if let family, !families.contains(family) { families.append(family) }
      next = entry.ai_next
    }
    guard !families.isEmpty else { throw .unreachable(address, cause: "the host name has no IP address") }
    return families
  }
}
