/// What a device said on one day (UTC), as the log and a ticket name it: the ticket's is that of the last day by which it was
/// judged, so that it leads to the reports in the log, and a report in the log to the ticket.
package enum Trace {
  /// `Trace.id(product: "echo-dot-5", device: "G0911", at: 2025-06-01T12:00Z)` is 16 hexadecimal digits.
  package static func id(product: Symbol, device: String, at time: EventTime) -> String {
    Digest.of(parts: [product.text, device, time.date]).hex
  }
}

extension Ticket {
  package var trace: String { Trace.id(product: product, device: device, at: decidedAt - 1) }
}
