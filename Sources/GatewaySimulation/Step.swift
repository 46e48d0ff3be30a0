import Triage
import Vocabulary

/// One thing that happens in a simulated world. A schedule is a list of them, made from the seed before anything runs: so
/// that steps can be left out of a failing one and the rest stays what it was.
enum Step: Sendable {
  /// A device, or a source, gives the broker a message.
  case publish(Message)
  /// The broker hands over what it holds, in its order or, by a seed, in another.
  case deliver(count: Int, shuffle: UInt64?, answer: Answer)
  case pass(milliseconds: Int64)
  /// The gateway's own clock is set.
  case setClock(by: Int64)
  case tick
  case fail(Trouble, after: Int, length: Int, cut: UInt64?)
  /// The process ends between two calls; with `cut` the power fails, by that seed.
  case kill(cut: UInt64?)
  case restart
  /// The broker has lost what it held for the gateway.
  case loseSession
  /// What the gateway sends; unconfirmed, it goes out again.
  case send(count: Int, isConfirmed: Bool)
  case act(ticket: Int, OperatorAct)
  /// The profiles are others now.
  case reload(SimulatedProfile.Form)

  enum Answer: Sendable {
    case heard
    /// The connection broke before the broker heard it: the batch comes again.
    case lost
  }

  enum Trouble: Sendable, CaseIterable { case death, tornDeath, ioErrors, full }

  enum OperatorAct: Sendable, CaseIterable {
    case acknowledge, release, hold, resolve, cancel, note, pauseCare, resumeCare

    /// `nil`: it isn't about a ticket.
    var action: TicketAction? {
      switch self {
      case .acknowledge: .acknowledge
      case .release: .release
      case .hold: .hold(reason: "spares", until: nil)
      case .resolve: .resolve(.noFaultFound, note: nil)
      case .cancel: .cancel(reason: nil)
      case .note: .note("looked at")
      case .pauseCare, .resumeCare: nil
      }
    }
  }
}

struct Message: Sendable {
  var topic: String
  var payload: [UInt8]
  /// What the oracle knows of it: what its sender meant.
  var content: Content

  enum Content: Sendable {
    case reports(device: Int, [SentReport])
    case state(device: Int, SentState)
    /// Nobody can read it.
    case rubbish
  }

  var isRefusal: Bool {
    if case .state(_, let state) = content { !state.telemetry } else { false }
  }
}

struct SentReport: Sendable, Hashable {
  var time: EventTime
  var sequence: Int?
  var boot: Int
  var drops: Int
  var heat: Int
  /// Tells reports without a number apart.
  var salt: Int
}

struct SentState: Sendable, Hashable {
  var time: EventTime
  var batch: String
  var region: String
  var carrier: String
  var telemetry: Bool
}
