import DeviceHistory
import FirmwareProfiles
import Foundation
import Pipeline
import Vocabulary

/// A fleet that somebody else recorded: what its devices would have sent, and how each really failed.
protocol RecordedFleet {
  var product: String { get }
  var horizonDays: Double { get }
  var everyMilliseconds: Int64 { get }
  var deliveries: [Delivery] { get }
  var failures: [RecordedFailure] { get }
  /// As-of times that are judged: from when there is something to learn from, until the whole horizon was recorded.
  var judgedFrom: EventTime { get }
  var judgedUntil: EventTime { get }
  /// Whether a device that failed is gone, though it may have been heard on that day.
  var failsOnce: Bool { get }
}

struct RecordedFailure: Hashable, Sendable {
  var device: String
  var mode: String
  var time: EventTime
}

/// A probability that was given before, and what came.
struct ForetoldRow: Sendable {
  var device: String
  var mode: String
  var asOf: EventTime
  var probability: Interval
  var happened: Bool
}

extension RecordedFleet {
  /// Through the pipeline, in the order of time; a row for every device that was heard in the day before.
  func foretell(profiles: ProfileFiles) throws -> [ForetoldRow] {
    var pipeline = StageLine(
      catalogue: try profiles.catalogue(knowing: []),
      settings: PipelineSettings(
        history: HistorySettings(clock: .capture),
        predictions: PredictionSchedule(times: .every(everyMilliseconds), horizonDays: horizonDays)))
    let failed = Dictionary(grouping: failures) { "\($0.device) \($0.mode)" }
    let heard = heardTimes
    var rows: [ForetoldRow] = []
    func take(_ yield: Yield) throws {
      if let refused = yield.quarantined.first {
        throw EvaluationError("refused: \(refused.delivery.topic): \(refused.rejection.detail)")
      }
      for prediction in yield.predictions {
        let device = prediction.identity.device
        let mode = prediction.failureMode.text
        let asOf = prediction.asOf
        guard mode != "silent", asOf >= judgedFrom, asOf <= judgedUntil,
          let last = heard[device]?.last(where: { $0 < asOf }), last >= asOf - EventTime.day
        else { continue }
        let own = failed["\(device) \(mode)"] ?? []
        if failsOnce, own.contains(where: { $0.time < asOf }) { continue }
        let until = asOf + Int64(horizonDays * Double(EventTime.day))
        let happened = own.contains { $0.time >= asOf && $0.time < until }
        rows.append(
          ForetoldRow(device: device, mode: mode, asOf: asOf, probability: prediction.probability, happened: happened))
      }
    }
    for (number, delivery) in deliveries.enumerated() {
      pipeline.take(delivery, wall: nil)
      guard number % 1000 == 0 else { continue }
      try Task.checkCancellation()
      try take(pipeline.takeYield())
    }
    pipeline.finish()
    try take(pipeline.takeYield())
    return rows
  }

  /// When each device reported, in the order of time.
  private var heardTimes: [String: [EventTime]] {
    var times: [String: [EventTime]] = [:]
    for delivery in deliveries where !delivery.isRetained {
      let parts = delivery.topic.split(separator: "/")
      guard parts.count == 5 else { continue }
      times[String(parts[3]), default: []].append(delivery.receivedAt)
    }
    return times
  }
}
