import DefectModel
import DeviceHistory
import FirmwareProfiles
import Gateway
import Pipeline
import Triage
import Vocabulary

/// The same messages in another order within their days, some of them twice: the same tickets, beliefs and cells must come of
/// it. By the event clock, which hears nothing of when a message came. States are heard on the first day
/// alone: a later batch holds for the buckets that are open when it comes, and which those are is a matter of order.
struct Reordering {
  private let days: [[Message]]

  /// `nil`: the world has senders whose order means something.
  init?(_ schedule: Schedule) {
    guard schedule.traits.isOrderly else { return nil }
    var days: [Int64: [Message]] = [:]
    for case .publish(let message) in schedule.steps {
      guard let day = message.day else { continue }
      if case .state = message.content, day != Traits.start.milliseconds / EventTime.day { continue }
      days[day, default: []].append(message)
    }
    self.days = days.sorted { $0.key < $1.key }.map(\.value)
  }

  func check(seed: UInt64) throws {
    var dice = Dice(seed: seed)
    let straight = try outcome(days)
    let shuffled = try outcome(
      days.map { day in
        (day + day.filter { _ in dice.happens(0.1) }).shuffled(using: &dice)
      })
    for (what, bytes) in straight where shuffled[what] != bytes {
      throw SimulationFault("\(what) depends on the order of the messages within their days")
    }
    guard straight.count == shuffled.count else {
      throw SimulationFault("\(straight.count) tickets, models and cells; in another order \(shuffled.count)")
    }
  }

  private func outcome(_ days: [[Message]]) throws -> [String: [UInt8]] {
    let history = HistorySettings(clock: .event, clockQuorum: 3)
    var stages = StageLine(
      catalogue: try SimulatedProfile.catalogue(), settings: PipelineSettings(history: history))
    for message in days.joined() {
      stages.take(
        Delivery(topic: message.topic, payload: message.payload, receivedAt: Traits.start), wall: nil)
    }
    stages.finish()
    var outcome: [String: [UInt8]] = [:]
    for case .ticket(let ticket) in stages.takeYield().changes {
      outcome["ticket \(ticket.id)"] = SteppedDaemon.event(ofTicket: ticket)
    }
    for mode in stages.model.modes { outcome["the model of \(mode.mode)"] = stages.model.state(of: mode) }
    for (mode, bucket, blob) in stages.model.takeChangedCells() {
      outcome["the cell of \(mode.mode) at \(bucket.start)"] = blob
    }
    return outcome
  }
}

extension Message {
  /// That it speaks of.
  fileprivate var day: Int64? {
    switch content {
    case .reports(_, let reports): reports.first.map { $0.time.milliseconds / EventTime.day }
    case .state(_, let state): state.time.milliseconds / EventTime.day
    case .rubbish: nil
    }
  }
}
