import CaseStore
import ControlProtocol
import Foundation
import Logging
import Vocabulary

/// That an operator has stopped everything that goes out: who, when and why. It stands in the store, so that neither a
/// crash nor a restart lets go of it.
struct CareBrake: Hashable, Sendable, Codable {
  var since: EventTime
  var by: String
  var reason: String?

  /// In the store's `meta` table; empty: the brake is off.
  static let key = "care_brake"
}

extension Engine {
  /// Before anything is sent.
  func restoreBrake(_ meta: [String: [UInt8]]) throws(StoreError) {
    guard let bytes = meta[CareBrake.key], !bytes.isEmpty else { return }
    do {
      let brake = try JSONDecoder().decode(CareBrake.self, from: Data(bytes))
      board.change { $0.brake = brake }
    } catch {
      throw StoreError.corrupt(path: store.path, detail: "whether care is paused: \(error)")
    }
  }

  /// From the next message on, whatever the engine is busy with; answered once it is kept. What goes on: evidence,
  /// findings, tickets, and what they have to say, into the outbox. A second pause leaves the first one's name.
  func pauseCare(by actor: String, reason: String?) async throws {
    let brake = CareBrake(since: WallClock.now(), by: actor, reason: reason)
    let isNew = board.change { content in
      defer { content.brake = content.brake ?? brake }
      return content.brake == nil
    }
    guard isNew else { return }
    try await turn {
      guard await commit(fill: { $0.meta[CareBrake.key] = JSONText.bytes(brake) }) else {
        throw ProblemDetails.stopping
      }
    }
    logger.notice("care is paused: nothing goes out", metadata: ["by": "\(actor)", "reason": "\(reason ?? "")"])
  }

  /// What was held goes out in the order in which it was caused, less the offers that others have followed meanwhile.
  func resumeCare(by actor: String) async throws {
    guard board.read(\.brake) != nil else { return }
    try await turn {
      let isDown = await commit(fill: { unit in
        unit.meta[CareBrake.key] = []
        unit.dropsSupersededOffers = true
      })
      guard isDown else { throw ProblemDetails.stopping }
      board.change { $0.brake = nil }
    }
    logger.notice("care is resumed", metadata: ["by": "\(actor)"])
  }
}
