import Broker
import Rig
import Vocabulary

/// The predictive-maintenance sample as its machines would have told it: hourly signals, the errors and failures of an
/// hour as events of that hour's report, the model as the batch.
struct RealInputMachines {
  struct Failure: Hashable {
    var device: String
    var mode: String
    var at: EventTime
  }

  static let product = "azure-pdm"
  static let modes = (1...4).map { "comp\($0)-failure" }

  let devices: Set<String>
  /// Of all machines in the order of time, after a state of each.
  let messages: [OutgoingPublish]
  let failures: [Failure]
  let firstReport: EventTime
  let lastReport: EventTime

  init(folder: String) throws {
    let machines = try RealInput.rows(of: "\(folder)/PdM_machines.csv", columns: ["machineID", "model", "age"])
    devices = Set(machines.map { Self.device($0[0]) })

    var events: [Moment: [String]] = [:]
    for row in try RealInput.rows(of: "\(folder)/PdM_errors.csv", columns: ["datetime", "machineID", "errorID"]) {
      events[try Moment(row), default: []].append(String(row[2]))
    }
    var failures: [Failure] = []
    for row in try RealInput.rows(of: "\(folder)/PdM_failures.csv", columns: ["datetime", "machineID", "failure"]) {
      let moment = try Moment(row)
      events[moment, default: []].append("\(row[2])_failure")
      failures.append(Failure(device: moment.device, mode: "\(row[2])-failure", at: moment.time))
    }
    self.failures = failures

    let signals = ["volt", "rotate", "pressure", "vibration"]
    var reports: [(moment: Moment, payload: String)] = []
    for row in try RealInput.rows(
      of: "\(folder)/PdM_telemetry.csv", columns: ["datetime", "machineID"] + signals)
    {
      let moment = try Moment(row)
      let values = zip(signals, row.dropFirst(2)).map { #""\#($0)":\#($1)"# }.joined(separator: ",")
      let happened = (events.removeValue(forKey: moment) ?? []).map { #"{"type":"\#($0)"}"# }.joined(separator: ",")
      reports.append(
        (moment, #"{"ts":\#(moment.time.milliseconds),"signals":{\#(values)},"events":[\#(happened)]}"#))
    }
    guard events.isEmpty else { throw RigError("\(events.count) errors or failures in hours without telemetry") }
    reports.sort { ($0.moment.time, $0.moment.device) < ($1.moment.time, $1.moment.device) }
    guard let first = reports.first, let last = reports.last else { throw RigError("\(folder) holds no telemetry") }
    firstReport = first.moment.time
    lastReport = last.moment.time

    // The age, in years, stays out: the gateway takes no activation before the year 2000.
    let states = machines.map { (Self.device($0[0]), "state", #"{"batch":"\#($0[1])"}"#) }
    let all = states + reports.map { ($0.moment.device, "report", $0.payload) }
    messages = all.enumerated().map { number, message in
      OutgoingPublish(
        id: Int64(number), topic: "dt/forewarn/\(Self.product)/\(message.0)/\(message.1)",
        payload: Array(message.2.utf8), isRetained: message.1 == "state")
    }
  }

  /// The midnights by which an hour of reports was over and the next had begun, and so the clock had left it behind.
  var midnights: [EventTime] {
    let first = Bucket(holding: firstReport, length: .day).end
    return stride(from: first.milliseconds, to: lastReport.milliseconds, by: Int64.Stride(EventTime.day))
      .map { EventTime(milliseconds: $0) }
  }

  private static func device(_ number: Substring) -> String { "machine-\(number)" }

  private struct Moment: Hashable {
    var time: EventTime
    var device: String

    /// From `datetime,machineID`, such as `2015-01-01 06:00:00,1`; the sample doesn't say in which zone: UTC.
    init(_ row: [Substring]) throws {
      guard let time = EventTime(row[0].replacing(" ", with: "T") + "Z") else { throw RigError("no time: \(row[0])") }
      self.time = time
      device = RealInputMachines.device(row[1])
    }
  }
}
