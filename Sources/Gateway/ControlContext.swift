import ControlProtocol
import Foundation
import Hummingbird
import Logging
import NIOCore

/// A request on the control socket, with who asks.
struct ControlContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }

  /// Asked of the kernel at each request: a connection keeps the identity it was made with.
  func peer() async throws -> Peer {
    guard let peer = try await channel.eventLoop.submit({ [channel] in Peer(of: channel) }).get() else {
      throw ProblemDetails(
        status: 403, title: "not permitted", detail: "who is asking can't be told; use the daemon's Unix socket")
    }
    return peer
  }
}

extension ControlContext {
  /// The path's `{id}` as it was meant: ids may hold `:`, which clients percent-encode, and Hummingbird leaves that to us.
  func id() throws -> String {
    let encoded = try parameters.require("id")
    return encoded.removingPercentEncoding ?? encoded
  }
}
