import Broker
import FleetSimulation
import Foundation
import Rig

/// A private mosquitto with the settings of the shipped drop-in, and what is published to it.
final class MeasuredBroker: Sendable {
  let broker: Mosquitto
  private let publisher: Publisher
  /// Messages handed over in one go: the memory of a backlog stays small.
  private static let part = 20_000

  private init(_ broker: Mosquitto, _ publisher: Publisher) {
    self.broker = broker
    self.publisher = publisher
  }

  var url: String { broker.url }

  static func start() async throws -> MeasuredBroker {
    let dropIn = try String(
      contentsOfFile: "\(Executable.packageFolder)/Systemd/mosquitto-forewarn.conf", encoding: .utf8)
    let lines = dropIn.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    let broker = try await Mosquitto.start(.init(isPersistent: true, lines: lines))
    return MeasuredBroker(broker, try Publisher(url: broker.url, clientIDPrefix: "bench", connections: 4))
  }

  func stop() async throws {
    publisher.close()
    try await broker.stop(within: .seconds(60))
  }

  /// Returns when the broker has acknowledged all.
  func publishStates(of fleet: BenchmarkFleet) async throws {
    try await publish(0..<fleet.devices) { device in
      var payload: [UInt8] = []
      fleet.writeState(of: device, into: &payload)
      return OutgoingPublish(
        id: Int64(device + 1), topic: fleet.stateTopic(device), payload: payload, isRetained: true)
    }
  }

  /// Reports from the fleet's `first`-th on, device by device and slot by slot.
  func publishReports(of fleet: BenchmarkFleet, from first: Int, count: Int) async throws {
    try await publish(first..<first + count) { Self.report($0, of: fleet) }
  }

  func publishWeather(of fleet: BenchmarkFleet, days: Range<Int>) async throws {
    let messages = days.flatMap(fleet.weather)
    try await publish(0..<messages.count) { index in
      OutgoingPublish(id: Int64(index + 1), topic: messages[index].0, payload: messages[index].1)
    }
  }

  /// A steady stream, in steps of ten milliseconds; returns when all is acknowledged by the broker. Answers the rate that
  /// was kept: a busy machine doesn't let it be what was asked for.
  func stream(_ fleet: BenchmarkFleet, from first: Int, perSecond: Int, seconds: Int) async throws -> Double {
    let publisher = publisher
    return try await onThread {
      let step = perSecond / 100
      let clock = ContinuousClock()
      let began = clock.now
      for number in 0..<seconds * 100 {
        let due = began + .milliseconds(10 * number)
        if due > clock.now { usleep(useconds_t((due - clock.now).seconds * 1e6)) }
        try publisher.publish((0..<step).map { Self.report(first + number * step + $0, of: fleet) })
      }
      return Double(perSecond * seconds) / (clock.now - began).seconds
    }
  }

  private static func report(_ number: Int, of fleet: BenchmarkFleet) -> OutgoingPublish {
    let (slot, device) = number.quotientAndRemainder(dividingBy: fleet.devices)
    var payload: [UInt8] = []
    payload.reserveCapacity(BenchmarkFleet.reportBytes + 10)
    fleet.writeReport(of: device, slot: slot, into: &payload)
    return OutgoingPublish(id: Int64(number + 1), topic: fleet.reportTopic(device), payload: payload)
  }

  private func publish(
    _ numbers: Range<Int>, _ message: @escaping @Sendable (Int) -> OutgoingPublish
  ) async throws {
    let publisher = publisher
    for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.part) {
      try Task.checkCancellation()
      try await onThread {
        try publisher.publish((start..<min(start + Self.part, numbers.upperBound)).map(message))
      }
    }
  }
}

/// Blocking work on a thread of its own: the two that tasks share are for waiting.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
  }
}
