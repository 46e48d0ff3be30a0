import Triage
import Vocabulary

/// What the document says of the objects that answers and bodies hold. All fields that the contract names; more may come.
enum OpenAPISchemas {
  static let all: [String: JSONNode] = [
    "Problem": object(
      ["type": text, "title": text, "status": ["type": "integer"], "detail": text], required: ["title", "status"]),
    "Interval": object(["mean": number, "low": number, "high": number]),
    "Shares": ["type": "object", "additionalProperties": number],
    "Change": object(["at": time, "actor": text, "change": text, "from": orNull(text), "to": orNull(text)]),
    "Ticket": object([
      "id": text, "kind": words(Ticket.Kind.self), "state": words(Ticket.State.self),
      "severity": words(Severity.self), "device": text, "product": text, "batch": text, "firmware": text,
      "region": text, "customer": orNull(text), "failure_mode": text, "kb": orNull(text),
      "probability": reference("Probability"), "evidence": ["type": "object"], "attribution": reference("Shares"),
      "finding": orNull(text), "remedy": ["type": "object"], "explanation": text, "decided_at": time,
      "opened_at": time, "updated_at": time, "outcome": orNull(words(Ticket.Outcome.self)),
      "history": ["type": "array", "items": reference("Change")],
    ]),
    "Probability": object(["mean": number, "low": number, "high": number, "horizon_days": number]),
    "Finding": object([
      "id": text, "state": words(Finding.State.self), "failure_mode": text, "product": text,
      "cause": words(Cause.self), "batch": orNull(text), "firmware": orNull(text), "region": orNull(text),
      "rate_ratio": reference("Interval"), "probability": number, "attribution": reference("Shares"),
      "device_days": number, "failures": ["type": "integer"], "devices_affected": ["type": "integer"],
      "onset": orNull(text), "detected_at": orNull(time),
      "tickets": object(["open": ["type": "integer"], "closed": ["type": "integer"]]), "kb": orNull(text),
      "explanation": text, "candidates": ["type": "array", "items": ["type": "object"]],
    ]),
    "Device": object([
      "device": text, "product": text, "batch": text, "firmware": orNull(text), "region": text, "carrier": text,
      "customer": orNull(text), "last_heard": orNull(time), "reports": ["type": "integer"],
      "consent": ["type": "object"],
    ]),
    "Status": object([
      "state": ["type": "string", "enum": ["starting", "ready", "degraded"]],
      "reasons": ["type": "array", "items": text],
      "messages": object(
        Dictionary(
          uniqueKeysWithValues: ["received", "applied", "duplicate", "quarantined", "unconsented", "late"]
            .map { ($0, ["type": "integer"]) })),
      "devices": ["type": "integer"], "tickets": ["type": "object"], "findings": ["type": "object"],
      "broker": ["type": "object"], "lag_seconds": orNull(number), "clock": orNull(time),
    ]),
    "Action": object(
      [
        "reason": text, "note": text, "outcome": words(Ticket.Outcome.self), "until": time,
        "limit": ["type": "integer"], "force": ["type": "boolean"],
      ], required: []),
    "BatchAction": object(
      ["ids": ["type": "array", "items": text], "action": reference("Action")], required: ["action"]),
    "Diagnosis": object(
      [
        "failure_mode": text, "result": ["type": "string", "enum": ["fault", "no_fault", "inconclusive"]],
        "detail": text,
      ], required: ["failure_mode", "result"]),
  ]

  /// Whether a body of it can't be left out: not all that it holds may be left out.
  static func isNeeded(_ component: String) -> Bool {
    guard case .object(let schema)? = all[component] else { return false }
    return schema["required"] != nil
  }

  static func reference(_ component: String) -> JSONNode { ["$ref": .text("#/components/schemas/\(component)")] }

  /// Of a parameter of a query, by its name: each means the same wherever it is taken.
  static func parameter(_ name: String) -> JSONNode {
    switch name {
    case "limit": ["type": "integer", "minimum": 0, "maximum": .number(Limits.listItems)]
    case "horizon_days": number
    case "overdue", "dry_run", "refuse", WatchStream.parameter: ["type": "string", "enum": ["true", "false"]]
    case "humidity": ["type": "string", "enum": ["humid", "dry"]]
    default: text
    }
  }

  // Several words of these may be given, with commas between them.
  private static let text: JSONNode = ["type": "string"]
  private static let number: JSONNode = ["type": "number"]
  private static let time: JSONNode = ["type": "string", "format": "date-time"]

  private static func orNull(_ schema: JSONNode) -> JSONNode { ["anyOf": [schema, ["type": "null"]]] }

  private static func words<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> JSONNode {
    ["type": "string", "enum": .list(Word.allCases.map { .text($0.rawValue) })]
  }

  /// All of the fields are always there, unless it is said which.
  private static func object(_ fields: [String: JSONNode], required: [String]? = nil) -> JSONNode {
    let names = required ?? fields.keys.sorted()
    var members: [String: JSONNode] = ["type": "object", "properties": .object(fields)]
    if !names.isEmpty { members["required"] = .list(names.map { .text($0) }) }
    return .object(members)
  }
}
