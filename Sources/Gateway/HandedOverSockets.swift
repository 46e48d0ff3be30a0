import CSystemd
import Glibc

/// The listening sockets that whoever started the daemon has opened for it (LISTEN_FDS): systemd, from a socket unit. The
/// daemon needs no network of its own then.
struct HandedOverSockets {
  struct Socket: Sendable, Equatable {
    /// `FileDescriptorName=` of the socket unit.
    var name: String
    var descriptor: Int32
    /// Where it listens.
    var address: Configuration.ListenAddress
  }

  /// In the words of whoever has to mend it.
  static let unit = "forewarnd-dashboard.socket"

  /// Name and descriptor of all that were handed over.
  private let all: [(name: String, descriptor: Int32)]

  init() throws(StartFailure) {
    var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    let count = sd_listen_fds_with_names(0, &names)
    guard count >= 0 else {
      throw StartFailure("LISTEN_FDS can't be read: \(String(cString: strerror(-count))); it is for systemd to set")
    }
    defer { free(names) }
    all = (0..<count).map { index in
      let name = names?[Int(index)]
      defer { free(name) }
      return (name.map { String(cString: $0) } ?? "", SD_LISTEN_FDS_START + index)
    }
  }

  var isEmpty: Bool { all.isEmpty }

  /// Those that `http.listen: fd:` means, or with a name those of that name.
  func web(_ wanted: String?) throws(StartFailure) -> [Socket] {
    let key = "http.listen fd:\(wanted ?? "")"
    let found = all.filter { wanted == nil || $0.name == wanted }
    guard !found.isEmpty else {
      guard all.isEmpty else {
        let names = all.map(\.name).joined(separator: ", ")
        throw StartFailure(
          "\(key): no socket of that name was handed over, only \(names); set `http.listen` to one of them")
      }
      throw StartFailure(
        "\(key): no socket was handed over; `systemctl edit forewarnd` and write [Service] and Sockets=\(Self.unit),"
          + " or set `http.listen` to an address or to \"\"")
    }
    var sockets: [Socket] = []
    for (name, descriptor) in found {
      guard sd_is_socket(descriptor, AF_UNSPEC, Int32(SOCK_STREAM.rawValue), 1) > 0,
        let address = Self.address(of: descriptor)
      else {
        throw StartFailure(
          "\(key): \(name.isEmpty ? "what was handed over" : name) doesn't listen on TCP; give \(Self.unit) an address and"
            + " a port, ListenStream=127.0.0.1:9464, and no Accept=yes")
      }
      sockets.append(Socket(name: name, descriptor: descriptor, address: address))
    }
    return sockets
  }

  /// `nil` where it is no address of the Internet's.
  private static func address(of descriptor: Int32) -> Configuration.ListenAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard getsockname(descriptor, generic, &length) == 0,
          [AF_INET, AF_INET6].contains(Int32(generic.pointee.sa_family))
        else { return nil }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let code = getnameinfo(
          generic, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
          NI_NUMERICHOST | NI_NUMERICSERV)
        guard code == 0, let port = Int(text(service)) else { return nil }
        return Configuration.ListenAddress(host: text(host), port: port)
      }
    }
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
