/// The paths of the control API, spelled once for daemon and CLI. A collection's objects are at `<collection>/{id}`,
/// what can be done to one at `<collection>/{id}/{action}`.
package enum Route {
  package static let status = "/v1/status"
  package static let doctor = "/v1/doctor"
  package static let lossesSeen = "/v1/doctor/acknowledge"
  package static let tickets = "/v1/tickets"
  package static let findings = "/v1/findings"
  package static let devices = "/v1/devices"
  package static let deviceImport = "/v1/devices/import"
  package static let deviceReturns = "/v1/devices/returns"
  package static let batches = "/v1/batches"
  package static let batchImport = "/v1/batches/import"
  package static let profiles = "/v1/profiles"
  package static let profileReload = "/v1/profiles/reload"
  package static let quarantine = "/v1/quarantine"
  package static let quarantineRetry = "/v1/quarantine/retry"
  package static let quarantineDrop = "/v1/quarantine/drop"
  package static let care = "/v1/care"
  package static let carePause = "/v1/care/pause"
  package static let careResume = "/v1/care/resume"
  package static let outbox = "/v1/outbox"
  package static let outboxRetry = "/v1/outbox/retry"
  package static let predictions = "/v1/predictions"
  package static let firmware = "/v1/firmware"
  package static let firmwareComparison = "/v1/firmware/compare"
  package static let model = "/v1/model"
  /// Of tickets, findings, devices or cells.
  package static func export(_ noun: String) -> String { "/v1/export/\(noun)" }
  package static let backup = "/v1/backup"
  package static let ticketActions = "/v1/ticket-actions"
  package static let impact = "/v1/impact"
  package static let store = "/v1/store"
  package static let storeCheck = "/v1/store/check"
  package static let audit = "/v1/audit"
  package static let auditVerify = "/v1/audit/verify"
  package static let ageing = "/v1/model/ageing"

  package static func object(_ collection: String, _ id: String) -> String {
    "\(collection)/\(escaped(id))"
  }

  package static func action(_ collection: String, _ id: String, _ action: String) -> String {
    "\(object(collection, id))/\(action)"
  }

  /// The path with its query; a `nil` value leaves its name out.
  package static func query(_ path: String, _ pairs: [(name: String, value: String?)]) -> String {
    let given = pairs.compactMap { pair in pair.value.map { "\(pair.name)=\(escaped($0))" } }
    return given.isEmpty ? path : "\(path)?\(given.joined(separator: "&"))"
  }

  /// Percent-encodes all but RFC 3986's unreserved characters: `a b/c` becomes `a%20b%2Fc`.
  package static func escaped(_ text: String) -> String {
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
