import CaseStore
import ControlProtocol
import DeviceHistory
import Pipeline
import Triage
import Vocabulary

/// Which language agents and devices are spoken to in.
extension Engine {
  func speak(_ messages: Messages, _ configuration: Configuration) {
    board.change { content in
      content.messages = messages
      content.deskLocale = configuration.deskLocale
    }
    policies = configuration.regionalPolicies
  }

  var messages: Messages { board.read(\.messages) }

  /// The ticket with its explanation in a language; `nil`: the desk's.
  nonisolated func worded(_ ticket: Ticket, in locale: String?) -> WordedTicket {
    let (messages, deskLocale) = board.read { ($0.messages, $0.deskLocale) }
    // As the event of the ticket has it.
    guard locale != nil || deskLocale != "en" else { return WordedTicket(ticket: ticket, locale: nil) }
    guard !ticket.sentences.isEmpty else { return WordedTicket(ticket: ticket, locale: "en") }
    let reading = messages.read(ticket.sentences, in: locale ?? deskLocale)
    board.note(missing: reading.missing)
    var worded = ticket
    worded.explanation = reading.text
    return WordedTicket(ticket: worded, locale: reading.locale)
  }

  /// In which the screens of these tickets' devices speak.
  func locales(of tickets: some Sequence<Ticket>) -> @Sendable (_ device: String) -> String? {
    var locales: [String: String] = [:]
    for ticket in tickets { locales[ticket.device] = pipeline.history.facts(of: ticket.device)?.locale }
    let known = locales
    return { known[$0] }
  }
}

/// A ticket, and the language of its explanation where one was asked for.
struct WordedTicket: Encodable, Sendable {
  let ticket: Ticket
  let locale: String?

  private enum CodingKeys: String, CodingKey { case locale }

  func encode(to encoder: any Encoder) throws {
    try ticket.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(locale, forKey: .locale)
  }
}

extension Board {
  /// Messages that a language lacked, and were said in English.
  func note(missing: Set<String>) {
    guard !missing.isEmpty else { return }
    change { content in
      for name in missing
      where content.missingMessages.count < Limits.missingMessages || content.missingMessages[name] != nil {
        content.missingMessages[name, default: 0] += 1
      }
    }
  }
}
