import Synchronization

/// A truth value that one thread sets and another reads.
final class AtomicFlag: Sendable {
  private let flag = Atomic(false)

  func load() -> Bool { flag.load(ordering: .acquiring) }
  func store(_ value: Bool) { flag.store(value, ordering: .releasing) }
}
