import Synchronization

/// What a subscriber is to be subscribed to, and what it no longer is. The subscriber's thread carries it out; any
/// thread may change it meanwhile.
final class SubscriptionPlan: Sendable {
  struct Wish: Sendable, Hashable {
    /// Rises with every change.
    var revision = 0
    var subscriptions: [Subscription]
    /// Filters that the broker's session may still hold from earlier.
    var retired: Set<String>
  }

  private let content: Mutex<Wish>

  init(_ settings: BrokerSettings) {
    content = Mutex(Wish(subscriptions: settings.subscriptions, retired: settings.retiredFilters))
  }

  var wish: Wish { content.withLock { $0 } }

  var revision: Int { content.withLock { $0.revision } }

  func replace(_ subscriptions: [Subscription]) {
    content.withLock { wish in
      let wanted = Set(subscriptions.map(\.filter))
      wish.retired.formUnion(wish.subscriptions.map(\.filter))
      wish.retired.subtract(wanted)
      wish.subscriptions = subscriptions
      wish.revision += 1
    }
  }

  /// The broker has granted everything: what was to be asked for once has been asked for.
  func wereGranted() {
    content.withLock { wish in
      for index in wish.subscriptions.indices where wish.subscriptions[index].retainHandling == .once {
        wish.subscriptions[index].retainHandling = .ifNew
      }
    }
  }
}
