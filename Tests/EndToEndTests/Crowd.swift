import Broker
import Dispatch
import Rig

/// Many messages to the broker at once, over connections of its own.
struct Crowd: Sendable {
  private let publisher: Publisher

  init(_ broker: Mosquitto, connections: Int = 1) throws {
    publisher = try Publisher(url: broker.url, connections: connections)
  }

  /// Returns when the broker has acknowledged them. Blocking calls, so not on the threads that tasks share.
  func publish(_ messages: [OutgoingPublish]) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      DispatchQueue.global().async { [publisher] in
        continuation.resume(with: Result { try publisher.publish(messages) })
      }
    }
  }
}

extension Installation {
  /// What the daemon holds of the machine's memory.
  func residentBytes() throws -> Int {
    guard let process = daemon.processID else { throw RigError("the daemon doesn't run") }
    return try ProcessUsage.of(process).residentBytes
  }
}
