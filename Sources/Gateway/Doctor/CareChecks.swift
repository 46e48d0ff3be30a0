import ControlProtocol
import Vocabulary

/// Whether what was decided reaches anyone.
enum CareChecks {
  static let all = [brake, outbox, deadLetters]

  /// A pause that nobody lifted.
  private static let longestPause = EventTime.day
  private static let longestWait = EventTime.hour

  static let brake = Check("care-brake") { patient in
    guard let since = patient.care.pausedSince else { return .sound("care isn't paused") }
    let text = "care has been paused since \(since)"
    guard patient.now - longestPause > since else { return .sound(text) }
    return .fault(text, fix: "see what is held, then let it go: forewarn care status, forewarn care resume")
  }

  static let outbox = Check("outbox") { patient in
    guard let oldest = patient.care.oldestPending, patient.care.pausedSince == nil else {
      return .sound("nothing waits to be sent")
    }
    let text = "what waits longest to be sent does so since \(oldest)"
    guard patient.now - longestWait > oldest else { return .sound(text) }
    return .fault(text, fix: "look why: forewarn outbox list --state pending,retrying -o json (last_error)")
  }

  static let deadLetters = Check("dead-letters") { patient in
    guard patient.care.deadLetters > 0 else { return .sound("no message was given up") }
    return .fault(
      "\(patient.care.deadLetters) messages to webhooks were given up",
      fix: "mend the receiver, then send them again: forewarn outbox list --state dead, forewarn outbox retry --all")
  }
}

/// What the checks on care look at.
struct CareCondition: Sendable {
  var pausedSince: EventTime?
  var oldestPending: EventTime?
  var deadLetters = 0
}
