package import Vocabulary

/// The load of `make bench`: what devices of `Benchmarks/profile/bench-device.yaml` say, straight into bytes, fast enough
/// for a million devices. 40 batches × 8 firmwares over 6 regions × 4 carriers; failures are as rare as in a sound
/// fleet, but for one batch, so that there are findings and tickets, and few.
///
/// Any report can be asked for alone, and the same seed gives the same bytes.
package struct BenchmarkFleet: Sendable {
  package static let product = "bench-device"
  /// Of every report but those of an onset (one in thousands), which have ten more.
  package static let reportBytes = 234
  package static let start = EventTime(milliseconds: 1_735_689_600_000)  // 2025-01-01

  package var devices: Int
  package var reportsPerDay: Int
  package var seed: UInt64
  /// First level of the topics and the `<root>` below it: another one reaches the idle subscriber alone.
  package var prefix = "dt/forewarn"

  private static let batches = 40
  private static let firmwares = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0"]
  private static let regions = 6
  private static let carriers = 4
  private static let events: [StaticString] = ["wd", "bf", "au", "ts", "wr", "kp"]
  /// Of a mode, a device and a day: 0.5 % a device-week.
  private static let onsetsPerDay = 0.0007
  /// In this batch the last mode fails so many times as often.
  private static let badBatch = 7
  private static let badBatchFactor = 15.0
  /// Share of the reports that tell of a single event, which is none.
  private static let harmlessEvents = 0.01

  package init(devices: Int, reportsPerDay: Int, seed: UInt64 = 1) {
    self.devices = devices
    self.reportsPerDay = reportsPerDay
    self.seed = seed
  }

  private var interval: Int64 { EventTime.day / Int64(reportsPerDay) }

  // MARK: Topics

  package func reportTopic(_ device: Int) -> String { "\(prefix)/\(Self.product)/\(id(device))/report" }
  package func stateTopic(_ device: Int) -> String { "\(prefix)/\(Self.product)/\(id(device))/state" }

  private func id(_ device: Int) -> String {
    let digits = String(device)
    return "B" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }

  // MARK: Payloads

  package func writeState(of device: Int, into bytes: inout [UInt8]) {
    let nature = Nature(device, seed)
    bytes.write("{\"ts\":")
    bytes.write(Int((Self.start - EventTime.day).milliseconds))
    bytes.write(",\"batch\":\"W")
    bytes.write(nature.batch, width: 2)
    bytes.write("\",\"activated\":\"2024-")
    bytes.write(nature.activationMonth, width: 2)
    bytes.write("-01\",\"region\":\"R")
    bytes.write(nature.region)
    bytes.write("\",\"carrier\":\"C")
    bytes.write(nature.carrier)
    bytes.write("\"}")
  }

  /// The device's `slot`-th report, counted from `start` on in steps of the interval.
  package func writeReport(of device: Int, slot: Int, into bytes: inout [UInt8]) {
    let begin = bytes.count
    let nature = Nature(device, seed)
    var random = RandomStream(seed: seed, .content, device, slot)
    let event = event(nature, &random)
    bytes.write("{\"ts\":")
    bytes.write(Int(time(of: device, slot: slot).milliseconds))
    bytes.write(",\"seq\":")
    bytes.write(1000 + slot)
    bytes.write(",\"boot\":\"b1\",\"firmware\":")
    bytes.write(quoted: Self.firmwares[nature.firmware])
    bytes.write(",\"signals\":{\"rs\":")
    // Decimals make room for an event, where there is one.
    let isShort = event != nil
    func gauge(_ name: StaticString, _ low: Int, _ high: Int) {
      bytes.write(name)
      let value = random.whole(low, high)
      bytes.write(value)
      if isShort { return }
      bytes.write(".")
      bytes.write(random.whole(0, 99), width: 2)
    }
    bytes.write(nature.signalStrength + random.whole(-2, 2))
    if !isShort {
      bytes.write(".")
      bytes.write(random.whole(0, 9))
    }
    gauge(",\"st\":", 45, 69)
    gauge(",\"at\":", 40, 59)
    gauge(",\"fm\":", 300, 799)
    bytes.write(",\"ut\":")
    bytes.write(isShort ? random.whole(100_000, 999_999) : random.whole(1_000_000, 9_999_999))
    gauge(",\"ew\":", 1, 9)
    gauge(",\"bl\":", 80, 99)
    gauge(",\"cl\":", 10, 60)
    bytes.write(",\"rc\":")
    bytes.write(random.whole(0, 3))
    bytes.write(",\"bs\":")
    bytes.write(random.whole(0, 2))
    bytes.write(",\"th\":0,\"hr\":")
    bytes.write(random.whole(0, 1))
    bytes.write(",\"fe\":0,\"mu\":false,\"tv\":true,\"wb\":\"5g\"}")
    if let event {
      bytes.write(",\"events\":[{\"type\":\"")
      bytes.write(Self.events[event.mode])
      bytes.write("\"")
      if event.count > 1 {
        bytes.write(",\"count\":")
        bytes.write(event.count)
      }
      bytes.write("}]")
    }
    // Blanks before the end are JSON as well.
    let wanted = Self.reportBytes + (event.map { $0.count > 1 } ?? false ? 10 : 0)
    while bytes.count - begin < wanted - 1 { bytes.append(UInt8(ascii: " ")) }
    bytes.write("}")
  }

  package func time(of device: Int, slot: Int) -> EventTime {
    Self.start + Int64(slot) * interval + Int64(device) * (interval - 1) / Int64(devices)
  }

  private func event(_ nature: Nature, _ random: inout RandomStream) -> (mode: Int, count: Int)? {
    let rate = Self.onsetsPerDay / Double(reportsPerDay)
    let last = Self.events.count - 1
    let lastRate = nature.batch == Self.badBatch ? rate * Self.badBatchFactor : rate
    var drawn = random.uniform()
    if drawn < rate * Double(last) { return (random.whole(0, last - 1), 3) }
    drawn -= rate * Double(last)
    if drawn < lastRate { return (last, 3) }
    drawn -= lastRate
    // Not the thermal shutdown: a single one of them is an onset.
    guard drawn < Self.harmlessEvents else { return nil }
    return ([0, 1, 2, 4, 5][random.whole(0, 4)], 1)
  }

  // MARK: Captures

  /// The lines of a capture: all states, then day by day the weather and the reports in the order of their slots. `sink` gets
  /// them in pieces of about a megabyte.
  package func writeCapture(slots: Range<Int>, withStates: Bool = true, to sink: ([UInt8]) throws -> Void) rethrows {
    var writer = CaptureWriter(capacity: 1 << 21)
    var payload: [UInt8] = []
    func line(_ topic: String, at time: EventTime, isRetained: Bool = false) throws {
      writer.append(SimulatedMessage(topic: topic, payload: payload, isRetained: isRetained, time: time))
      payload.removeAll(keepingCapacity: true)
      guard writer.bytes.count > 1 << 20 else { return }
      try sink(writer.bytes)
      writer.removeAll()
    }
    let topics = (0..<devices).map(reportTopic)
    for device in withStates ? 0..<devices : 0..<0 {
      writeState(of: device, into: &payload)
      try line(stateTopic(device), at: Self.start, isRetained: true)
    }
    for slot in slots {
      if slot % reportsPerDay == 0 {
        for (topic, text) in weather(day: slot / reportsPerDay) {
          payload = text
          try line(topic, at: Self.start + Int64(slot) * interval)
        }
      }
      for device in 0..<devices {
        writeReport(of: device, slot: slot, into: &payload)
        try line(topics[device], at: time(of: device, slot: slot))
      }
    }
    try sink(writer.bytes)
  }

  /// A daily mean of each region: topic and payload.
  package func weather(day: Int) -> [(String, [UInt8])] {
    (0..<Self.regions).map { region in
      var random = RandomStream(seed: seed, .weather, region, day)
      var payload: [UInt8] = []
      payload.write("{\"ts\":")
      payload.write(Int((Self.start + Int64(day) * EventTime.day).milliseconds))
      payload.write(",\"relative_humidity_pct\":")
      payload.write(random.whole(50, 89))
      payload.write("}")
      return ("ctx/forewarn/weather/R\(region)", payload)
    }
  }

  /// What never changes of a device.
  private struct Nature {
    let batch: Int
    let firmware: Int
    let region: Int
    let carrier: Int
    let activationMonth: Int
    let signalStrength: Int

    init(_ device: Int, _ seed: UInt64) {
      var random = RandomStream(seed: seed, .device, device)
      batch = random.whole(0, batches - 1)
      firmware = random.whole(0, firmwares.count - 1)
      region = random.whole(0, regions - 1)
      carrier = random.whole(0, carriers - 1)
      activationMonth = random.whole(1, 12)
      signalStrength = -65 + Int(random.roughNormal() * 8)
    }
  }
}
