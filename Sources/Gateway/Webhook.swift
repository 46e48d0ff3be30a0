import CheckedYAML
import Foundation

/// One receiver of what changes, over HTTP; one of the configuration's `webhooks`.
///
/// | key | type | default | range |
/// | --- | --- | --- | --- |
/// | `name` | text | required | letters, digits, `-`, `_`; unique; stands in `outbox list` |
/// | `url` | address | required | `http://`, `https://` |
/// | `events` | list of `ticket`, `finding` | both | |
/// | `ca_file` | path | none: the system's | certificates (PEM) of the authorities that an `https` receiver may have |
/// | `secret_file` | path | none: unsigned | the key of the signature; read at each delivery |
/// | `proposed` | truth value | false | also what no operator has let out or acted on |
/// | `attempts` | tries | 15, some four hours | 1–100; then it is a dead letter |
/// | `timeout_seconds` | seconds | 10 | 0.1–60 |
package struct Webhook: Sendable, Hashable {
  package enum Event: String, Sendable, CaseIterable { case ticket, finding }

  package var name: String
  package var url: String
  package var events: Set<Event> = Set(Event.allCases)
  package var caFile: String?
  package var secretFile: String?
  package var isToldOfProposals = false
  package var attempts = 15
  package var timeoutSeconds = 10.0
}

extension ConfigurationReader {
  static func webhooks(_ value: YAMLValue) -> [Webhook] {
    var names: Set<String> = []
    return (value.list(count: 0...Limits.webhooks) ?? []).compactMap { entry in
      entry.mapping { keys -> Webhook? in
        let name = keys.required("name")?.parsed(as: "a name of letters, digits, - and _") { text in
          let isName = (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isOfName)
          return isName ? text : nil
        }
        let url = keys.required("url").flatMap(address)
        var webhook = Webhook(name: name ?? "", url: url ?? "")
        if let name, !names.insert(name).inserted { keys.fault(at: "name", "is the name of another webhook already") }
        if let events = keys.optional("events")?.list(count: 1...Webhook.Event.allCases.count) {
          webhook.events = Set(events.compactMap { $0.choice(of: Webhook.Event.self) })
        }
        webhook.caFile = keys.optional("ca_file").flatMap(absolutePath)
        webhook.secretFile = keys.optional("secret_file").flatMap(absolutePath)
        if webhook.caFile != nil, webhook.url.hasPrefix("http:") {
          keys.fault(at: "ca_file", "is of no use with an http:// address, which nobody's certificate guards")
        }
        if let value = keys.optional("proposed")?.bool() { webhook.isToldOfProposals = value }
        if let value = keys.optional("attempts")?.integer(in: 1...100) { webhook.attempts = value }
        if let value = keys.optional("timeout_seconds")?.double(in: 0.1...60) { webhook.timeoutSeconds = value }
        return name != nil && url != nil ? webhook : nil
      }
    }
  }

  private static func absolutePath(_ value: YAMLValue) -> String? {
    value.parsed(as: "an absolute path") { $0.hasPrefix("/") ? $0 : nil }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// A fault doesn't quote the address: it stands in the journal and in `status`, and a password may be in it.
  private static func address(_ value: YAMLValue) -> String? {
    guard let text = value.string(maximumBytes: .max) else { return nil }
    guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host?.isEmpty == false else {
      value.fault("expected an address without credentials such as https://example.com/hook")
      return nil
    }
    // A sound address is logged, shown and audited; who sent a message is told by its signature.
    guard url.user == nil, url.password == nil else {
      value.fault("contains credentials; a receiver knows who sent a message by its signature: secret_file")
      return nil
    }
    return text
  }
}
