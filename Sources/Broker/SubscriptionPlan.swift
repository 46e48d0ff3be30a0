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

  private struct Content {
    var wish: Wish
    /// Filters that the broker's session holds, as far as is known.
    var granted: Set<String>
  }
  private let content: Mutex<Content>

  init(_ settings: BrokerSettings) {
    let retired = settings.heldFilters.subtracting(settings.subscriptions.map(\.filter))
    content = Mutex(
      Content(
        wish: Wish(subscriptions: settings.subscriptions, retired: retired), granted: settings.heldFilters))
  }

  var wish: Wish { content.withLock { $0.wish } }

  var revision: Int { content.withLock { $0.wish.revision } }

  /// A connection begins. Answers whether the session has all that is wanted, so that nothing hangs on the broker's answers.
  func begins(inResumedSession isResumed: Bool) -> Bool {
    content.withLock { content in
      if !isResumed { content.granted = [] }
      return content.wish.subscriptions.allSatisfy {
        $0.retainHandling != .once && content.granted.contains($0.filter)
      }
    }
  }

  func replace(_ subscriptions: [Subscription]) {
    content.withLock { content in
      let wanted = Set(subscriptions.map(\.filter))
      content.wish.retired.formUnion(content.wish.subscriptions.map(\.filter))
      content.wish.retired.subtract(wanted)
      content.wish.subscriptions = subscriptions
      content.wish.revision += 1
    }
  }

  /// The broker has granted everything of a revision: what was to be asked for once has been asked for. A wish that has
  /// changed meanwhile is still to be asked for.
  func wereGranted(asOf revision: Int?) {
    content.withLock { content in
      guard content.wish.revision == revision else { return }
      for index in content.wish.subscriptions.indices where content.wish.subscriptions[index].retainHandling == .once {
        content.wish.subscriptions[index].retainHandling = .ifNew
      }
      content.granted = Set(content.wish.subscriptions.map(\.filter))
    }
  }
}
