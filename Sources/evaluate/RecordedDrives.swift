import Foundation
import Vocabulary

/// Backblaze's drive stats as the drives would have reported them (`Benchmarks/backblaze`): at noon of each day, with the sectors
/// that were newly reallocated or set aside since the report before as events.
struct RecordedDrives: RecordedFleet {
  let product = "backblaze-drive"
  let horizonDays = 7.0
  let everyMilliseconds = EventTime.day
  let failsOnce = true
  let deliveries: [Delivery]
  let failures: [RecordedFailure]
  let judgedFrom: EventTime
  let judgedUntil: EventTime

  /// The days before are learnt from.
  private static let trainedDays: Int64 = 21
  /// Counters whose growth is an event, and its name.
  private static let growths = [("smart_5", "reallocated"), ("smart_197", "pending")]
  /// More in a day counts as this: an event's count is a 32-bit integer.
  private static let mostGrowth = 1e6

  init(folder: URL) throws {
    let attributes = ["smart_5", "smart_9", "smart_194", "smart_197"]
    let table = try Table(
      folder.appending(path: "bb_3models_40d.csv.gz"),
      columns: ["date", "serial_number", "model", "failure"] + attributes.map { $0 + "_raw" })
    var deliveries: [Delivery] = []
    var failures: [RecordedFailure] = []
    var known = Set<String>()
    var counters: [String: [String: Double]] = [:]
    var days = (first: EventTime.distantFuture, last: EventTime.distantPast)
    for row in table.rows {
      guard let day = EventTime(row[0]) else { throw EvaluationError("no date: \(row[0])") }
      days = (min(days.first, day), max(days.last, day))
      let time = day + 12 * EventTime.hour
      let device = row[1]
      let topic = "dt/forewarn/backblaze-drive/\(device)"
      if known.insert(device).inserted {
        let batch = row[2].replacing(" ", with: "-")
        deliveries.append(
          Delivery(
            topic: topic + "/state", payload: Array("{\"batch\":\"\(batch)\"}".utf8), isRetained: true, receivedAt: time
          ))
      }
      let hasFailed = row[3] == "1"
      if hasFailed { failures.append(RecordedFailure(device: device, mode: "drive-failure", time: time)) }
      let values = zip(attributes, row.dropFirst(4)).filter { !$1.isEmpty }
      let signals = values.map { "\"\($0)\":\($1)" }.joined(separator: ",")
      var events = hasFailed ? ["{\"type\":\"drive_failed\"}"] : []
      for (attribute, event) in Self.growths {
        guard let text = values.first(where: { $0.0 == attribute })?.1, let value = Double(text) else { continue }
        let before = counters[device, default: [:]].updateValue(value, forKey: attribute) ?? value
        let growth = Int(min(value - before, Self.mostGrowth))
        if growth > 0 { events.append("{\"type\":\"\(event)\",\"count\":\(growth)}") }
      }
      let payload =
        "{\"ts\":\(time.milliseconds),\"signals\":{\(signals)},\"events\":[\(events.joined(separator: ","))]}"
      deliveries.append(Delivery(topic: topic + "/report", payload: Array(payload.utf8), receivedAt: time))
    }
    // The file is in the order of days.
    self.deliveries = deliveries
    self.failures = failures
    judgedFrom = days.first + Self.trainedDays * EventTime.day
    judgedUntil = days.last + EventTime.day - 7 * EventTime.day
  }
}
