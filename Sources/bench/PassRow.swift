import DefectModel
import DeviceHistory
import FirmwareProfiles
import FleetSimulation
import Foundation
import Pipeline
import Rig
import Vocabulary

/// What closing a day costs with a full window of 28: the model's fits and tests alone, and the whole pass with every device's
/// record, as CPU of the one thread that does it. The stages of `forewarn replay`, in this process.
struct PassRow {
  let plan: Plan
  /// The window, the days before it that can still change, and as many passes as are measured.
  private static let warmDays = 28 + 8
  private static let measuredDays = 3

  func measure() async throws -> [Figure] { try await onThread { try run() } }

  private func run() throws -> [Figure] {
    let fleet = BenchmarkFleet(devices: plan.passDevices, reportsPerDay: 1)
    var stages = StageLine(
      catalogue: try Catalogue.load(folder: MeasuredDaemon.profiles),
      settings: PipelineSettings(history: HistorySettings(clock: .event)))
    var payload: [UInt8] = []
    func take(_ topic: String, _ time: EventTime) {
      stages.take(Delivery(topic: topic, payload: payload, receivedAt: time), wall: nil)
      payload.removeAll(keepingCapacity: true)
    }
    for device in 0..<fleet.devices {
      fleet.writeState(of: device, into: &payload)
      take(fleet.stateTopic(device), BenchmarkFleet.start)
    }
    var whole: [Double] = []
    var model: [Double] = []
    for day in 0..<Self.warmDays + Self.measuredDays {
      for (topic, text) in fleet.weather(day: day) {
        payload = text
        take(topic, fleet.time(of: 0, slot: day))
      }
      // The pass falls to the report that moves the clock over midnight.
      var longest = 0.0
      for device in 0..<fleet.devices {
        fleet.writeReport(of: device, slot: day, into: &payload)
        let before = ThreadTime.now
        take(fleet.reportTopic(device), fleet.time(of: device, slot: day))
        longest = max(longest, ThreadTime.now - before)
      }
      let yield = stages.takeYield()
      guard day > 1 else { continue }
      guard let bucket = yield.passes.last?.bucket, yield.passes.count == 1 else {
        throw RigError("day \(day) had \(yield.passes.count) passes instead of one")
      }
      guard day >= Self.warmDays else { continue }
      whole.append(longest * 1000)
      // As if the next day had passed without a report: all its fits and tests, the day that becomes final included.
      var next = stages.model
      let before = ThreadTime.now
      _ = next.close(bucket.next, finalBefore: bucket.next.end - stages.settings.history.lateness)
      model.append((ThreadTime.now - before) * 1000)
      Narration.say("day \(day): \(short(longest * 1000)) ms, the model alone \(short(model.last ?? 0)) ms")
    }
    let modes = stages.catalogue.profiles.map(\.modes.count).max() ?? 0
    let title = "a pass, \(fleet.devices) devices × \(modes) modes, 28 days, one core"
    return [
      Figure(
        id: "pass_model", title: "\(title): the model", unit: "ms", value: model.median, direction: .atMost, must: 1000,
        aim: 400, samples: model),
      Figure(
        id: "pass_whole", title: "\(title): with each device's record", unit: "ms", value: whole.median,
        direction: .atMost, samples: whole),
    ]
  }
}

/// Seconds of CPU that the calling thread has used.
private enum ThreadTime {
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
