import Foundation
import Vocabulary

/// What the broker lost of ours, as far as it can be known: its own figure of dropped messages, and sessions that it had
/// forgotten. Kept in the store: a loss is told until an operator has seen it or for a day, over restarts as well, and an old
/// figure that was told already isn't told again.
struct BrokerLosses: Sendable, Codable, Equatable {
  /// How long a loss keeps the daemon `degraded` when no one says that it was seen.
  static let toldFor = EventTime.day

  /// The broker's figure when it was last heard: counted since the broker started, for all its clients together.
  private var droppedFigure: Int?
  /// By how much the figure has grown while this store's session stood.
  private(set) var dropped = 0
  private var droppedAt: Int64?
  private(set) var sessionsLost = 0
  private var sessionLostAt: Int64?
  /// Whose session was seen with the broker: another broker or client id begins anew.
  private var session: String?
  /// The first figure that is heard counts whole if our session stood before it was.
  private var hadSession = false

  /// The broker took us in. True if it had forgotten a session that we had with it: what it queued is lost.
  mutating func connected(as name: String, sessionPresent: Bool, at now: EventTime) -> Bool {
    let isKnown = session == name
    if !isKnown {
      session = name
      droppedFigure = nil
      hadSession = sessionPresent
    }
    guard isKnown, !sessionPresent else { return false }
    sessionsLost += 1
    sessionLostAt = now.milliseconds
    return true
  }

  /// The broker's figure. A lower one than before is that of a broker that was started again. Returns what is new of it.
  mutating func heard(dropped figure: Int, at now: EventTime) -> Int {
    defer { droppedFigure = figure }
    // What others lost before we had a session here is no loss of ours.
    guard let known = droppedFigure ?? (hadSession ? 0 : nil) else { return 0 }
    let growth = figure >= known ? figure - known : figure
    guard growth > 0 else { return 0 }
    dropped += growth
    droppedAt = now.milliseconds
    return growth
  }

  /// An operator has seen it.
  mutating func acknowledge() {
    droppedAt = nil
    sessionLostAt = nil
  }

  /// What is still to be told at `now`.
  func reasons(at now: EventTime) -> [String] {
    var reasons: [String] = []
    let seen = "when it is seen to: forewarn doctor --acknowledge"
    if tellsOfDrops(at: now) {
      reasons.append(
        "the broker dropped messages (\(dropped) so far): raise max_queued_messages and max_queued_bytes (0: no limit) "
          + "in its configuration; \(seen)")
    }
    if tellsOfSessions(at: now) {
      reasons.append(
        "the broker had forgotten our session, and what it queued for us: set `persistence true` and no "
          + "persistent_client_expiration in its configuration, and use the client id once; \(seen)")
    }
    return reasons
  }

  func tellsOfDrops(at now: EventTime) -> Bool { isTold(droppedAt, now) }
  func tellsOfSessions(at now: EventTime) -> Bool { isTold(sessionLostAt, now) }

  private func isTold(_ time: Int64?, _ now: EventTime) -> Bool {
    time.map { now.milliseconds - $0 < Self.toldFor } ?? false
  }
}

extension BrokerLosses {
  var stored: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    do {
      return Array(try encoder.encode(self))
    } catch {
      preconditionFailure("numbers and words always have a JSON form: \(error)")
    }
  }

  /// `nil` for what isn't readable: it is only a memory of what was told.
  init?(stored: [UInt8]) {
    do {
      self = try JSONDecoder().decode(BrokerLosses.self, from: Data(stored))
    } catch {
      return nil
    }
  }
}
