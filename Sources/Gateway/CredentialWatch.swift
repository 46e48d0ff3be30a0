import Broker
import Logging
import ServiceLifecycle
import Synchronization

/// Certificates, key and password of the broker are looked at again by each reload, and by itself every few seconds: whoever
/// renews them (an ACME client, a secrets manager) need not know of us. The next connection takes the broker's session over,
/// so that no message is lost between the two.
final class CredentialWatch: Service {
  private let configuration: RunningConfiguration
  private let logger: Logger
  private let renew: @Sendable (BrokerCredentials) -> Void
  private let content: Mutex<Content>

  private struct Content {
    /// Of what the broker was shown last.
    var taken: [String]
    var hasPassword: Bool
    /// Of the last look: files that change between two looks are still being written.
    var seen: [String]
    /// What could not be taken, and was said so.
    var refused: [String]?
  }

  init(
    _ configuration: RunningConfiguration, logger: Logger, renew: @escaping @Sendable (BrokerCredentials) -> Void
  ) {
    self.configuration = configuration
    self.logger = logger
    self.renew = renew
    let access = BrokerAccess(configuration.current)
    let stamp = access.credentialStamp
    content = Mutex(Content(taken: stamp, hasPassword: access.hasPassword, seen: stamp))
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await WallClock.pause(seconds: Limits.credentialLookSeconds)
        if !Task.isCancelled { self.look() }
      }
    }
  }

  /// What `fresh` names is other than what the broker was shown last; `nil`: it is the same. Throws what is wrong with it.
  func changed(in fresh: Configuration) throws(StartFailure) -> (credentials: BrokerCredentials, stamp: [String])? {
    let access = BrokerAccess(fresh)
    let stamp = access.credentialStamp
    let (taken, hadPassword) = content.withLock { ($0.taken, $0.hasPassword) }
    guard stamp != taken else { return nil }
    let credentials = try access.credentials()
    let isGivenUp = fresh.broker.passwordFile == nil && configuration.current.broker.passwordFile != nil
    // A credential of systemd's that isn't there any more; only the configuration can say that none is wanted.
    if hadPassword, credentials.password == nil, !isGivenUp {
      throw StartFailure("the broker's password is gone: no password_file, and no credential mqtt-password")
    }
    return (credentials, stamp)
  }

  func take(_ change: (credentials: BrokerCredentials, stamp: [String])) {
    content.withLock { show(change, &$0) }
    sayTaken()
  }

  /// What is shown last is also what is noted last: both within the lock.
  private func show(_ change: (credentials: BrokerCredentials, stamp: [String]), _ content: inout Content) {
    content.taken = change.stamp
    content.hasPassword = change.credentials.password != nil
    content.seen = change.stamp
    content.refused = nil
    renew(change.credentials)
  }

  private func sayTaken() {
    logger.notice("the broker's certificates and password were read again; connecting with them")
  }

  private func look() {
    let current = configuration.current
    let stamp = BrokerAccess(current).credentialStamp
    let isSettled = content.withLock { content in
      defer { content.seen = stamp }
      return content.seen == stamp && content.refused != stamp
    }
    guard isSettled else { return }
    do throws(StartFailure) {
      guard let change = try changed(in: current) else { return }
      let isTaken = content.withLock { content in
        // Other files, or other paths by a reload meanwhile: the next look reads those.
        guard BrokerAccess(configuration.current).credentialStamp == change.stamp else { return false }
        show(change, &content)
        return true
      }
      if isTaken { sayTaken() }
    } catch {
      content.withLock { $0.refused = stamp }
      logger.error(
        "the broker's certificates or password have changed and can't be used; the connection goes on with the former ones",
        metadata: ["error": "\(error)"])
    }
  }
}
