import Broker
import Foundation
import Rig
import Synchronization

/// Broker, daemon and load of one soak.
final class SoakCourse: Sendable {
  let broker: Mosquitto
  let daemon: DaemonProcess
  private let rate: Int
  private let devices: Int
  private let sent = Mutex(0)
  private let fault = Mutex("")

  private static let profiles = "\(Executable.packageFolder)/Firmware-Profiles"
  private static let sampleSeconds = 5.0

  private init(broker: Mosquitto, daemon: DaemonProcess, rate: Int, devices: Int) {
    (self.broker, self.daemon, self.rate, self.devices) = (broker, daemon, rate, devices)
  }

  static func begin(rate: Int, devices: Int) async throws -> SoakCourse {
    let broker = try await Mosquitto.start(.init(isPersistent: true))
    let daemon = try await DaemonProcess.started(.init(brokerURL: broker.url, profiles: profiles))
    return SoakCourse(broker: broker, daemon: daemon, rate: rate, devices: devices)
  }

  /// Load, faults and samples side by side, until the time is over and all has come.
  func run(for duration: Duration, faultSeconds: Int) async throws -> [SoakSample] {
    let began = ContinuousClock.now
    async let load: Void = publish(for: duration)
    async let faults: Void = letFaultsHappen(for: duration, every: .seconds(faultSeconds))
    var samples: [SoakSample] = []
    while ContinuousClock.now - began < duration {
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      let told = fault.withLock { text in
        defer { text = "" }
        return text
      }
      let sample = try await SoakSample(at: seconds, of: daemon, sent: sent.withLock { $0 }, fault: told)
      samples.append(sample)
      if samples.count % 12 == 0 { print(SoakPlot.line(sample)) }
      let next = ContinuousClock.now + .seconds(Self.sampleSeconds)
      try await wait(for: "the next sample", within: .seconds(60), every: .milliseconds(200)) {
        ContinuousClock.now >= next
      }
    }
    _ = try await (load, faults)
    return samples
  }

  private func publish(for duration: Duration) async throws {
    let began = ContinuousClock.now
    var publisher = try Publisher(url: broker.url)
    while ContinuousClock.now - began < duration {
      let due = Int((ContinuousClock.now - began) / .seconds(1) * Double(rate))
      let number = sent.withLock { $0 }
      guard number < due else {
        try await wait(for: "the next tenth of a second", within: .seconds(5), every: .milliseconds(10)) {
          Int((ContinuousClock.now - began) / .seconds(1) * Double(rate)) > number
        }
        continue
      }
      let batch = (number..<min(due, number + rate)).map(message)
      do {
        try publisher.publish(batch)
        sent.withLock { $0 += batch.count }
      } catch {
        // The broker is away: the same messages again, which the daemon knows by their numbers.
        publisher.close()
        publisher = try await connect(after: error)
      }
    }
    publisher.close()
  }

  private func connect(after loss: any Error) async throws -> Publisher {
    var cause = loss
    return try await answer(within: .seconds(60), every: .milliseconds(200), else: { "a connection: \(cause)" }) {
      do {
        return try Publisher(url: broker.url)
      } catch {
        cause = error
        return nil
      }
    }
  }

  private func message(_ number: Int) -> OutgoingPublish {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let (device, sequence) = (number % devices, number / devices + 1)
    let event = number % 997 == 0 ? #", "events": [{"type": "watchdog_reboot", "count": 1}]"# : ""
    let text =
      #"{"ts": \#(now), "seq": \#(sequence), "boot": "b1", "firmware": "3.2.0", "signals": {"wifi_rssi_dbm": -61.5}\#(event)}"#
    return OutgoingPublish(
      id: Int64(number), topic: "dt/forewarn/echo-dot-5/S\(device)/report", payload: Array(text.utf8))
  }

  private func letFaultsHappen(for duration: Duration, every pause: Duration) async throws {
    let began = ContinuousClock.now
    var number = 0
    while true {
      let next = began + pause * (number + 1)
      // None in the last minute: what it leaves has time to come.
      guard next - began + .seconds(60) < duration else { return }
      try await wait(for: "the next fault", within: pause * 3 + .seconds(60), every: .milliseconds(200)) {
        ContinuousClock.now >= next
      }
      let kind = SoakFault.allCases[number % SoakFault.allCases.count]
      fault.withLock { $0 = kind.rawValue }
      try await kind.happen(to: self)
      number += 1
    }
  }

  /// What doesn't hold, in words; nothing, if all does.
  func judge(_ samples: [SoakSample]) async throws -> [String] {
    let all = sent.withLock { $0 }
    var broken: [String] = []
    let status = try await answer(within: .seconds(120), every: .milliseconds(500), else: { "all messages have come" })
    {
      let status = try await daemon.status()
      return status.map { $0.messages.applied >= all } == true ? status : nil
    }
    if status.messages.applied != all { broken.append("\(all) sent, \(status.messages.applied) applied") }
    let bounds: [(String, Int, (SoakSample) -> Int)] = [
      ("resident megabytes", SoakBounds.residentMegabytes, { $0.residentBytes >> 20 }),
      ("descriptors", SoakBounds.descriptors, { $0.descriptors }),
      ("megabytes of the log", SoakBounds.logMegabytes, { $0.logBytes >> 20 }),
      ("megabytes of the database", SoakBounds.databaseMegabytes, { $0.databaseBytes >> 20 }),
    ]
    for (name, bound, figure) in bounds {
      let most = samples.map(figure).max() ?? 0
      let half = samples.suffix(samples.count / 2).map(figure).max() ?? 0
      print("\(name): at most \(most) (second half \(half)), bound \(bound)")
      if most > bound { broken.append("\(most) \(name), at most \(bound)") }
    }
    let integrity = try await CommandRun.system(
      "sqlite3", ["\(daemon.stateDirectory)/cases.db", "PRAGMA integrity_check"]
    ).succeeded().standardOutput
    if integrity != "ok\n" { broken.append("integrity: \(integrity)") }
    print(
      "\(all) sent, \(status.messages.applied) applied, \(status.messages.duplicate) came again, integrity \(integrity)"
    )
    return broken
  }
}

/// What may be used, whatever happens; of a fleet of five thousand devices.
enum SoakBounds {
  static let residentMegabytes = 160
  /// Own ones, and those of the fault with a hundred connections.
  static let descriptors = 200
  static let logMegabytes = 64
  static let databaseMegabytes = 256
}
