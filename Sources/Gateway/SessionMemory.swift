import Broker
import CaseStore
import Foundation
import Logging

/// What the store remembers of the session that the broker keeps for it.
///
/// Retained states come when a subscription is new to the session, and not again at each start (Retain Handling 1): a
/// million of them would. That is right as long as the store has what the session has delivered. A store that was made
/// anew or put back from a copy hasn't, and can't be told by what is in it; so it must prove that it is the one that ran
/// here last: by the mark that its last run left both in it and beside it. Without that proof all retained states are
/// asked for once more. The same where the session may be another one: other broker, client id or root.
struct SessionMemory: Codable, Hashable, Sendable {
  var broker: String
  var clientID: String
  var root: String
  /// All filters that the session may hold.
  var filters: [String]
  /// Of the store, at the time of writing.
  var mark: String

  static let key = "session"

  init(_ part: Configuration.BrokerPart, filters: [String], mark: String) {
    broker = part.url
    clientID = part.clientID
    root = part.root
    self.filters = filters
    self.mark = mark
  }

  /// `nil`: nothing is remembered, or nothing that this version understands, which comes to the same.
  init?(in store: CaseDatabase) throws(StoreError) {
    guard let bytes = try store.meta(Self.key) else { return nil }
    do {
      self = try JSONDecoder().decode(SessionMemory.self, from: Data(bytes))
    } catch {
      return nil
    }
  }

  /// Whether the store that holds this memory has all that the session has delivered.
  func isOf(_ part: Configuration.BrokerPart, mark current: String) -> Bool {
    broker == part.url && clientID == part.clientID && root == part.root && mark == current
  }
}

/// Subscriptions to a session of which the store may know all, a part or nothing.
struct SessionAccess: Sendable {
  let store: CaseDatabase
  private let configuration: RunningConfiguration
  private let remembered: SessionMemory?
  private let isProven: Bool
  private var part: Configuration.BrokerPart { configuration.current.broker }

  init(_ configuration: RunningConfiguration, store: CaseDatabase) throws(StoreError) {
    self.configuration = configuration
    self.store = store
    remembered = try SessionMemory(in: store)
    isProven = remembered.map { $0.isOf(configuration.current.broker, mark: store.mark) } ?? false
  }

  /// Whether what is retained must come (again).
  var owesRetained: Bool { !isProven }

  var subscriptions: [Subscription] {
    BrokerAccess(configuration.current).filters.map {
      Subscription(filter: $0, retainHandling: owesRetained ? .once : .ifNew)
    }
  }

  /// What an earlier run has subscribed to.
  var heldFilters: Set<String> {
    guard let remembered, remembered.broker == part.url, remembered.clientID == part.clientID else { return [] }
    return Set(remembered.filters)
  }

  /// Once the broker has granted everything. The mark is made anew each time, so that a copy of an earlier run's store is
  /// told from this run's.
  func remember(alsoHeld others: [String] = []) throws(StoreError) {
    var unit = UnitOfWork(at: WallClock.now())
    let filters = Set(BrokerAccess(configuration.current).filters + others).sorted()
    unit.meta[SessionMemory.key] = JSONText.bytes(
      SessionMemory(part, filters: filters, mark: try store.renewMark()))
    try store.commit(unit)
  }
}
