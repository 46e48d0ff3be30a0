import Foundation
import Vocabulary

/// The predictive-maintenance sample as its machines would have reported it (`Benchmarks/azure`): replacements since mid 2014 as
/// events, then hourly signals with their means of the last day, errors and failures. The model is the batch.
struct RecordedMachines: RecordedFleet {
  let product = "azure-pdm"
  let horizonDays = 1.0
  let everyMilliseconds = 6 * EventTime.hour
  let failsOnce = false
  let deliveries: [Delivery]
  let failures: [RecordedFailure]
  let judgedFrom: EventTime
  let judgedUntil: EventTime

  private static let signals = ["volt", "rotate", "pressure", "vibration"]
  /// What is known of the first weeks is learnt from before anything is judged.
  private static let warmUpDays: Int64 = 31

  init(folder: URL) throws {
    let machines = try Table(folder.appending(path: "PdM_machines.csv"), columns: ["machineID", "model", "age"])
    var ages: [String: String] = [:]
    var deliveries: [Delivery] = []
    var happened: [Moment: [String]] = [:]
    for row in machines.rows { ages[row[0]] = row[2] }
    var failures: [RecordedFailure] = []
    for row in try Table(folder.appending(path: "PdM_errors.csv"), columns: ["datetime", "machineID", "errorID"]).rows {
      happened[try Moment(row), default: []].append(row[2])
    }
    for row in try Table(folder.appending(path: "PdM_failures.csv"), columns: ["datetime", "machineID", "failure"]).rows
    {
      let moment = try Moment(row)
      happened[moment, default: []].append("\(row[2])_failed")
      failures.append(RecordedFailure(device: moment.device, mode: row[2], time: moment.time))
    }
    for row in try Table(folder.appending(path: "PdM_maint.csv"), columns: ["datetime", "machineID", "comp"]).rows {
      happened[try Moment(row), default: []].append("\(row[2])_replaced")
    }
    self.failures = failures

    let telemetry = try Table(
      folder.appending(path: "PdM_telemetry.csv"), columns: ["datetime", "machineID"] + Self.signals)
    var readings: [(moment: Moment, values: [Double])] = []
    for row in telemetry.rows {
      let values = row.dropFirst(2).compactMap { Double($0) }
      guard values.count == Self.signals.count else { throw EvaluationError("telemetry without numbers: \(row)") }
      readings.append((try Moment(row), values))
    }
    readings.sort { $0.moment < $1.moment }
    guard let first = readings.first, let last = readings.last else { throw EvaluationError("no telemetry") }
    var recent: [String: [[Double]]] = [:]
    var reports: [(moment: Moment, payload: String)] = []
    for (moment, values) in readings {
      recent[moment.device, default: []].append(values)
      if recent[moment.device, default: []].count > 24 { recent[moment.device]?.removeFirst() }
      let day = recent[moment.device, default: []]
      var signals = Self.signals.enumerated().flatMap { place, name in
        let mean = day.reduce(0) { $0 + $1[place] } / Double(day.count)
        return ["\"\(name)\":\(values[place])", "\"\(name)_24h\":\(mean)"]
      }
      signals.append("\"age_years\":\(ages[String(moment.device.dropFirst(8))] ?? "0")")
      let events = happened.removeValue(forKey: moment) ?? []
      reports.append((moment, Self.payload(moment, signals: signals.joined(separator: ","), events: events)))
    }
    for (moment, events) in happened { reports.append((moment, Self.payload(moment, signals: "", events: events))) }
    reports.sort { $0.moment < $1.moment }

    let start = reports.first?.moment.time ?? first.moment.time
    for row in machines.rows {
      deliveries.append(
        Delivery(
          topic: "dt/forewarn/azure-pdm/machine-\(row[0])/state", payload: Array("{\"batch\":\"\(row[1])\"}".utf8),
          isRetained: true, receivedAt: start))
    }
    deliveries += reports.map {
      Delivery(
        topic: "dt/forewarn/azure-pdm/\($0.moment.device)/report", payload: Array($0.payload.utf8),
        receivedAt: $0.moment.time)
    }
    self.deliveries = deliveries
    let midnight = Bucket(holding: first.moment.time, length: .day).start
    judgedFrom = midnight + Self.warmUpDays * EventTime.day
    judgedUntil = last.moment.time + EventTime.hour - EventTime.day
  }

  private static func payload(_ moment: Moment, signals: String, events: [String]) -> String {
    let events = events.sorted().map { "{\"type\":\"\($0)\"}" }.joined(separator: ",")
    return "{\"ts\":\(moment.time.milliseconds),\"signals\":{\(signals)},\"events\":[\(events)]}"
  }

  private struct Moment: Hashable, Comparable {
    var time: EventTime
    var device: String

    /// From `datetime,machineID`; the sample doesn't say in which zone: UTC.
    init(_ row: [String]) throws {
      guard let time = EventTime(row[0] + "Z") else { throw EvaluationError("no time: \(row[0])") }
      self.time = time
      device = "machine-\(row[1])"
    }

    static func < (left: Moment, right: Moment) -> Bool { (left.time, left.device) < (right.time, right.device) }
  }
}
