import Vocabulary

/// Writes what a device says on one day. What happened follows from the device's life; the rest is drawn from the
/// stream of that device and day, so that a report is the same whenever it is asked for.
struct ReportWriter {
  private let plan: FleetPlan
  private let climate: Climate
  /// By product: the events its devices may report, and where each mode's event stands among them.
  private let events: [[String]]
  private let eventOfMode: [[Int]]
  private let signalKeys: [[[UInt8]]]
  private let disconnects: [Int?]
  private let flaps: [Int?]
  private let watchdog: [Int?]
  private var counts: [Int] = []

  init(plan: FleetPlan, climate: Climate) {
    self.plan = plan
    self.climate = climate
    let events = plan.products.map { product in
      var names: [String] = []
      for mode in product.modes where !names.contains(mode.event) { names.append(mode.event) }
      if !names.contains("wifi_disconnect") { names.append("wifi_disconnect") }
      return names
    }
    self.events = events
    eventOfMode = plan.products.indices.map { product in
      plan.products[product].modes.map { mode in events[product].firstIndex(of: mode.event) ?? 0 }
    }
    disconnects = events.map { $0.firstIndex(of: "wifi_disconnect") }
    flaps = events.map { $0.firstIndex(of: "wifi_band_flap") }
    watchdog = events.map { $0.firstIndex(of: "watchdog_reboot") }
    signalKeys = plan.products.map { $0.signals.map { Array("\"\($0.name)\":".utf8) } }
  }

  /// - Parameter measuredAt: the true time; the report says it as the device's clock shows it.
  mutating func report(of device: SimulatedDevice, number: Int, day: Int, measuredAt: EventTime) -> [UInt8] {
    let product = plan.products[device.product]
    var stream = RandomStream(seed: plan.seed, .content, number, day)
    count(device, number: number, day: day, measuredAt: measuredAt, stream: &stream)

    var out: [UInt8] = []
    out.reserveCapacity(512)
    out.write("{\"ts\":")
    out.write(Int((measuredAt + device.clockError).milliseconds))
    let boot = device.boot(on: day)
    if device.hasSequence {
      out.write(",\"seq\":")
      out.write(max(0, -boot.since) + device.sent.count(from: boot.since, through: day))
      out.write(",\"boot\":\"")
      writeBoot(number: number, boot: boot.number, to: &out)
      out.write("\"")
    }
    out.write(",\"firmware\":")
    out.write(quoted: product.releases[device.release(on: day)].version)
    out.write(",\"signals\":{")
    writeSignals(device, day: day, measuredAt: measuredAt, bootDay: boot.since, stream: &stream, to: &out)
    out.write("},\"events\":[")
    var isFirst = true
    for (index, count) in counts.enumerated() where count > 0 {
      if !isFirst { out.write(",") }
      isFirst = false
      out.write("{\"type\":")
      out.write(quoted: events[device.product][index])
      out.write(",\"count\":")
      out.write(count)
      out.write("}")
    }
    out.write("]}")
    return out
  }

  /// What happened since the last report, by event.
  private mutating func count(
    _ device: SimulatedDevice, number: Int, day: Int, measuredAt: EventTime, stream: inout RandomStream
  ) {
    let product = plan.products[device.product]
    counts.removeAll(keepingCapacity: true)
    counts.append(contentsOf: repeatElement(0, count: events[device.product].count))
    for (mode, model) in product.modes.enumerated() where stream.happens(model.noise) {
      counts[eventOfMode[device.product][mode]] += stream.whole(1, max(1, (model.threshold - 1) / 2))
    }
    for episode in device.episodes where episode.day <= day && day < episode.day + episode.symptomDays {
      let model = product.modes[episode.mode]
      counts[eventOfMode[device.product][episode.mode]] += model.threshold + stream.whole(0, 2 * model.threshold)
    }
    if let mode = device.stuckInMode {
      counts[eventOfMode[device.product][mode]] += product.modes[mode].threshold + stream.whole(0, 3)
    }
    for artefact in plan.artefacts
    where artefact.days.contains(day) && plan.regions[device.region].id == artefact.region {
      guard let mode = product.modes.firstIndex(where: { $0.id == artefact.mode }), stream.happens(artefact.share)
      else {
        continue
      }
      counts[eventOfMode[device.product][mode]] += product.modes[mode].threshold + stream.whole(0, 3)
    }
    // An update restarts the device, some of them several times: no defect, and the gateway must not take it for one.
    if device.installs(on: day), stream.happens(0.3) {
      if let watchdog = watchdog[device.product] { counts[watchdog] += stream.whole(3, 5) }
      if let disconnects = disconnects[device.product] { counts[disconnects] += stream.whole(6, 9) }
    }
    let hour = Int((measuredAt.milliseconds - plan.start.milliseconds) / EventTime.hour)
    for outage in plan.outages
    where plan.carriers[device.carrier] == outage.carrier && plan.regions[device.region].id == outage.region
      && outage.tellingHours.contains(hour)
    {
      guard stream.happens(outage.share), let disconnects = disconnects[device.product] else { continue }
      counts[disconnects] += stream.whole(6, 24)
    }
  }

  private func writeSignals(
    _ device: SimulatedDevice, day: Int, measuredAt: EventTime, bootDay: Int, stream: inout RandomStream,
    to out: inout [UInt8]
  ) {
    let product = plan.products[device.product]
    let weather = climate.days[device.region][day]
    let isHumid = weather.relativeHumidityPct >= product.humidAtPct
    var hottest = 0.0
    for (index, signal) in product.signals.enumerated() {
      if index > 0 { out.write(",") }
      out.append(contentsOf: signalKeys[device.product][index])
      switch signal.source {
      case .uptime:
        let sinceBoot = measuredAt.milliseconds - (plan.start + Int64(bootDay) * EventTime.day).milliseconds
        out.write(Int(max(60_000, sinceBoot / 2 + (bootDay == day ? 0 : sinceBoot / 2)) / 1000))
      case .signalStrength:
        let value = device.signalStrengthDbm - (isHumid ? 1.5 : 0) + 2 * stream.roughNormal()
        out.write(tenths: Int((10 * min(-25, max(-105, value))).rounded()))
      case .reconnects:
        out.write((disconnects[device.product].map { counts[$0] } ?? 0) + stream.whole(0, 1))
      case .bandSteers:
        out.write((flaps[device.product].map { counts[$0] } ?? 0) + stream.whole(0, 2))
      case .temperature(let mean):
        let value = mean + device.warmthC + 0.4 * (weather.temperatureC - 18) + 1.5 * stream.roughNormal()
        hottest = max(hottest, value)
        out.write(tenths: Int((10 * min(105, max(-15, value))).rounded()))
      case .throttledSeconds:
        out.write(hottest > 75 ? Int(60 * (hottest - 75)) : 0)
      case .level(let mean, let spread, let range):
        let value = mean + spread * stream.roughNormal()
        out.write(tenths: Int((10 * min(range.upperBound, max(range.lowerBound, value))).rounded()))
      case .count(let mean):
        // Binomial of four tries: close enough to a rare event's count.
        var count = 0
        for _ in 0..<4 where stream.happens(mean / 4) { count += 1 }
        out.write(count)
      case .hoursOfUse(let perDay):
        out.write(max(0, Int(perDay * Double(day - device.activatedDay))))
      case .wornShare:
        // As the memory reports it: the upper end of a step of ten.
        out.write((Int(device.wornPct(on: day)) / 10 + 1) * 10)
      case .badBlocks:
        out.write(badBlocks(of: device, day: day))
      case .word(let words):
        // The band or link a device is on stays the same for most of them.
        let isUsual = stream.happens(0.9)
        let usual = Int(device.reportOffset / 1000) % words.count
        out.write(quoted: words[isUsual ? usual : (usual + 1) % words.count])
      case .flag(let share):
        out.write(stream.happens(share) ? "true" : "false")
      }
    }
  }

  /// A few from the factory, some more with wear; past 400 once the memory has worn out.
  private func badBlocks(of device: SimulatedDevice, day: Int) -> Int {
    let modes = plan.products[device.product].modes
    let wornOut = device.episodes.first { modes[$0.mode].isPermanent && $0.day <= day }
    let usual = 3 + Int(2 * device.wornPct(on: day))
    guard let wornOut else { return usual }
    return 405 + usual + 3 * (day - wornOut.day)
  }

  /// Four hexadecimal digits; successive boots of a device differ.
  private func writeBoot(number: Int, boot: Int, to out: inout [UInt8]) {
    var stream = RandomStream(seed: plan.seed, .boot, number, 1)
    let value = (Int(stream.next() & 0xffff) + boot * 0x2b67) & 0xffff
    for shift in [12, 8, 4, 0] {
      let digit = UInt8(value >> shift & 15)
      out.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
