import Synchronization

/// Takes messages from the broker and acknowledges them only once the handler has committed them; publishes what the
/// handler has to say. Keeps a persistent session, so that nothing sent while it is away is lost, and reconnects for as
/// long as it runs.
///
/// `run` belongs to one thread; `stop` and `wake` may be called from any.
package final class Subscriber: Sendable {
  private let identity: BrokerIdentity
  private let handler: any BrokerHandler
  private let makeGenerator: @Sendable () -> any RandomNumberGenerator
  private let signal = WakeSignal()
  private let plan: SubscriptionPlan

  /// `generator` spreads the reconnection attempts; a test passes a seeded one.
  package init(
    settings: BrokerSettings, handler: any BrokerHandler,
    generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
  ) throws(BrokerError) {
    try settings.validate()
    identity = BrokerIdentity(settings)
    plan = SubscriptionPlan(settings)
    self.handler = handler
    makeGenerator = { generator }
  }

  /// Blocks until `stop`. Errors are reported to the handler as states and retried: a broker that is away at start is
  /// no reason to give up.
  package func run() {
    var backoff = Backoff()
    var takeovers = TakeoverWatch(clientID: identity.settings.clientID)
    var generator = AnyGenerator(base: makeGenerator())
    var outgoing = OutgoingWindow(limit: identity.settings.outgoingLimit)
    var version = ProtocolVersion.v5
    while !signal.isStopped {
      handler.changed(.connecting)
      var session = SubscriberSession(
        identity: identity, plan: plan, handler: handler, signal: signal, outgoing: outgoing)
      do throws(BrokerError) {
        try session.run(version)
        if signal.isStopped { break }
        // It ended because it is someone else's now, by its certificate or password: on with the new one, at once.
        outgoing = session.outgoing
        outgoing.restart()
        backoff.reset()
        continue
      } catch {
        outgoing = session.outgoing
        outgoing.restart()
        if error == .protocolVersionRefused, version == .v5 {
          version = .v311
          continue
        }
        let error = takeovers.judge(error, readySeconds: session.readySeconds)
        if session.hasServed { backoff.reset() }
        let seconds = backoff.seconds(after: error, using: &generator)
        handler.changed(
          session.readySeconds != nil
            ? .lost(error, nextAttemptSeconds: seconds) : .refused(error, nextAttemptSeconds: seconds))
        signal.waitForStop(seconds: seconds) { session.isOutdated }
      }
    }
    handler.changed(.stopped)
  }

  /// Asks `run` to end: it finishes and acknowledges the batch in hand, and leaves the session with the broker.
  package func stop() { signal.stop() }

  /// Other subscriptions from now on, without a new connection. A filter that the broker refuses ends the connection, as
  /// it would at a start.
  package func subscribe(to subscriptions: [Subscription]) {
    plan.replace(subscriptions)
    signal.wake()
  }

  /// Shows the broker other certificates or another password from now on: the batch in hand is committed and acknowledged,
  /// the connection is left in order, and the next one takes the session over, with all that has come meanwhile.
  package func renew(_ credentials: BrokerCredentials) {
    identity.renew(credentials)
    signal.wake()
  }

  /// There is something to publish.
  package func wake() { signal.wake() }
}

private struct AnyGenerator: RandomNumberGenerator {
  var base: any RandomNumberGenerator
  mutating func next() -> UInt64 { base.next() }
}
