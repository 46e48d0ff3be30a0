import Vocabulary

/// How a list of one noun looks as a table: which parts of its JSON, in which words, and what to say when it is empty.
package struct Listing: Sendable {
  struct Column: Sendable {
    var title: String
    /// Of a column of ages where it shows moments instead.
    var titleOfMoments: String?
    var alignment: Table.Alignment = .left
    var cell: @Sendable (JSONValue, Screen) -> Table.Cell
  }

  /// In the plural: `tickets`.
  package var noun: String
  /// What to know when there are none at all.
  package var whenEmpty: String
  var columns: [Column]
  /// What `-o wide` has besides.
  var more: [Column] = []

  package func table(of items: [JSONValue], on screen: Screen) -> Table {
    let columns = screen.isWide ? self.columns + more : self.columns
    return Table(
      columns: columns.map { column in
        Table.Column(screen.times == .relative ? column.title : column.titleOfMoments ?? column.title, column.alignment)
      },
      rows: items.map { item in columns.map { $0.cell(item, screen) } })
  }

  package func emptyRemark(filtered: Bool) -> String {
    filtered ? "no \(noun) match; leave out a filter to see more" : "no \(noun); \(whenEmpty)"
  }
}

extension Listing.Column {
  fileprivate static func text(_ title: String, _ path: String, otherwise: String = "-") -> Self {
    Self(title: title) { item, _ in Table.Cell(item.text(at: path) ?? otherwise) }
  }

  fileprivate static func count(_ title: String, _ path: String) -> Self {
    Self(title: title, alignment: .right) { item, _ in Table.Cell(item.text(at: path) ?? "-") }
  }

  /// `AGE` of `opened_at` is `OPENED` where moments are shown.
  fileprivate static func age(_ title: String, _ path: String) -> Self {
    let moments = path.replacing("_at", with: "").replacing("_", with: " ").uppercased()
    return Self(title: title, titleOfMoments: moments, alignment: .right) { item, screen in
      Table.Cell(item.text(at: path).map { screen.when($0) } ?? "-")
    }
  }

  fileprivate static func date(_ title: String, _ path: String) -> Self {
    Self(title: title) { item, _ in
      let text = item.text(at: path)
      return Table.Cell(text.map { EventTime($0)?.date ?? $0 } ?? "-")
    }
  }

  fileprivate static func state(_ title: String, _ path: String) -> Self {
    Self(title: title) { item, _ in
      let word = item.text(at: path) ?? "-"
      return Table.Cell(word, Tones.of(word))
    }
  }

  fileprivate static func chance(_ title: String, mean: String, low: String, high: String) -> Self {
    Self(title: title, alignment: .right) { item, _ in
      guard let mean = item.number(at: mean), let low = item.number(at: low), let high = item.number(at: high) else {
        return "-"
      }
      return Table.Cell(Phrase.percent(mean, low: low, high: high))
    }
  }
}

/// The colour that goes with a word of a closed set.
enum Tones {
  static func of(_ word: String) -> Screen.Tone {
    switch word {
    case "critical", "degraded", "dead": .bad
    case "major", "confirmed", "known", "starting", "quarantined", "held", "retrying": .warning
    case "ready", "applied", "resolved": .good
    case "closed", "cancelled", "cleared": .faint
    default: .plain
    }
  }
}

extension Listing {
  package static let tickets = Listing(
    noun: "tickets",
    whenEmpty: "they open when a bucket closes with a confirmed finding or a device over its cost line",
    columns: [
      .text("ID", "id"), .state("SEVERITY", "severity"), .text("KIND", "kind"), .state("STATE", "state"),
      .age("AGE", "opened_at"), .text("DEVICE", "device"),
      .chance("PROBABILITY", mean: "probability.mean", low: "probability.low", high: "probability.high"),
      .text("FAILURE MODE", "failure_mode"), .text("BATCH", "batch"), .text("FIRMWARE", "firmware"),
      .count("DAYS", "probability.horizon_days"), .text("FINDING", "finding"), .count("WAVE", "wave"),
      .count("PRIORITY", "priority"), .text("OWNER", "owner"),
    ],
    more: [
      .text("PRODUCT", "product"), .text("REGION", "region"), .text("CUSTOMER", "customer"), .text("QUEUE", "queue"),
      .text("KB", "kb"), .text("OUTCOME", "outcome"), .age("UPDATED", "updated_at"),
    ])

  package static let findings = Listing(
    noun: "findings", whenEmpty: "nothing in the fleet fails more than its peers do",
    columns: [
      .text("ID", "id"), .state("STATE", "state"), .text("CAUSE", "cause"), .text("PRODUCT", "product"),
      .text("FAILURE MODE", "failure_mode"),
      Column(title: "COHORT") { item, _ in
        let parts = ["batch", "firmware", "region"].compactMap { item.text(at: $0) }
        return Table.Cell(parts.isEmpty ? "-" : parts.joined(separator: " × "))
      },
      Column(title: "RATE RATIO", alignment: .right) { item, _ in
        guard let mean = item.number(at: "rate_ratio.mean"), let low = item.number(at: "rate_ratio.low"),
          let high = item.number(at: "rate_ratio.high")
        else { return "-" }
        return Table.Cell(Phrase.ratio(mean, low: low, high: high))
      },
      .count("FAILURES", "failures"), .count("AFFECTED", "devices_affected"), .date("ONSET", "onset"),
      .count("OPEN TICKETS", "tickets.open"),
    ],
    more: [
      Column(title: "REAL", alignment: .right) { item, _ in
        Table.Cell(item.number(at: "probability").map { Phrase.percent($0) } ?? "-")
      },
      .count("CLOSED TICKETS", "tickets.closed"), .count("DEVICE-DAYS", "device_days"), .age("DETECTED", "detected_at"),
      .text("KB", "kb"),
    ])

  package static let devices = Listing(
    noun: "devices", whenEmpty: "none has reported, and none was imported (forewarn device import FILE.csv)",
    columns: [
      .text("DEVICE", "device"), .text("PRODUCT", "product"), .text("BATCH", "batch"), .text("FIRMWARE", "firmware"),
      .text("REGION", "region"), .text("CARRIER", "carrier"), .age("HEARD", "last_heard"), .count("REPORTS", "reports"),
      Column(title: "CONSENT") { item, _ in
        let granted = ["telemetry", "contact"].filter { item.value(at: "consent.\($0)") == .bool(true) }
        return Table.Cell(granted.isEmpty ? "none" : granted.joined(separator: "+"))
      },
    ],
    more: [
      .text("CUSTOMER", "customer"), .date("ACTIVATED", "activated"), .date("RETIRED", "retired"),
      .count("MISSING REPORTS", "sequence_gaps"),
    ])

  package static let batches = Listing(
    noun: "batches", whenEmpty: "none was imported (forewarn batch import FILE.csv)",
    columns: [
      .text("PRODUCT", "product"), .text("BATCH", "batch"), .text("FACTORY", "factory"), .text("LINE", "line"),
      .text("SUPPLIER", "supplier"), .date("MANUFACTURED", "manufactured"),
      words("COMPONENT LOTS", "component_lots"),
    ])

  package static let firmwares = Listing(
    noun: "firmware versions", whenEmpty: "no device has named one, and no profile has releases",
    columns: [
      .text("PRODUCT", "product"), .text("FIRMWARE", "firmware"), .date("RELEASED", "released"),
      .count("DEVICES", "devices"), words("FINDINGS", "findings"), words("FIXES", "fixes"),
    ])

  private static func words(_ title: String, _ key: String) -> Column {
    Column(title: title) { item, _ in
      let words = item.items(at: key).compactMap(\.scalar)
      return Table.Cell(words.isEmpty ? "-" : words.joined(separator: " "))
    }
  }

  package static let profiles = Listing(
    noun: "profiles", whenEmpty: "put files into the profiles folder, then: forewarn profile reload",
    columns: [
      .text("PRODUCT", "product"), .text("TITLE", "title"),
      Column(title: "FIRMWARE") { item, _ in
        let range = item.text(at: "firmware") ?? ""
        return Table.Cell(range.isEmpty ? "all" : range)
      },
      Column(title: "MODES", alignment: .right) { item, _ in Table.Cell(String(item.items(at: "modes").count)) },
      .text("REVISION", "revision"), .text("SOURCE", "source"),
    ],
    more: [
      Column(title: "MODE IDS") { item, _ in
        Table.Cell(item.items(at: "modes").compactMap(\.scalar).joined(separator: " "))
      }
    ])

  package static let audit = Listing(
    noun: "changes", whenEmpty: "nothing was changed yet",
    columns: [
      .count("ROW", "number"), .age("AGE", "at"), .text("ACTOR", "actor"), .text("NOUN", "noun"),
      .text("SUBJECT", "subject"), .text("CHANGE", "change"), .text("FROM", "from"), .text("TO", "to"),
      .text("REASON", "reason"),
    ])

  package static let quarantine = Listing(
    noun: "quarantined messages", whenEmpty: "every message could be used",
    columns: [
      .count("ID", "id"), .age("AGE", "received_at"), .text("REASON", "reason"), .count("BYTES", "bytes"),
      .text("TOPIC", "topic"), .text("DETAIL", "detail"),
    ], more: [.text("DEVICE", "device")])

  package static let outbox = Listing(
    noun: "messages", whenEmpty: "forewarn has had nothing to say yet",
    columns: [
      .count("ID", "id"), .age("AGE", "created_at"), .state("STATE", "state"), .text("KIND", "kind"),
      .text("SUBJECT", "subject"), .text("TOPIC", "topic"), .count("BYTES", "bytes"), .count("FAILED", "attempts"),
      .text("LAST ERROR", "last_error"),
    ])

  package static let predictions = Listing(
    noun: "predictions", whenEmpty: "the daemon keeps daily predictions only where its configuration says so",
    columns: [
      .text("DEVICE", "device"), .text("PRODUCT", "product"), .text("FAILURE MODE", "failure_mode"),
      .date("AS OF", "as_of"), .count("DAYS", "horizon_days"),
      .chance("PROBABILITY", mean: "probability", low: "low", high: "high"),
    ])

  /// What an action did to several objects: one row each.
  package static let changes = Listing(
    noun: "changes", whenEmpty: "nothing was named",
    columns: [.text("ID", "id"), .state("STATE", "state"), .text("OUTCOME", "outcome"), .age("UPDATED", "updated_at")])
}
