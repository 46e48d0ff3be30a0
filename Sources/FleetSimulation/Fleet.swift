import Vocabulary

/// A simulated fleet: all that its devices, the registry and the feeds publish, day by day. A value: asking it changes
/// nothing, and any day can be asked for alone.
package struct Fleet: Sendable {
  package let plan: FleetPlan
  let climate: Climate
  let batches: [[Population.Batch]]
  let devices: [SimulatedDevice]
  let life: DeviceLife
  private let writer: ReportWriter
  private let reportTopics: [String]

  /// - Precondition: at least one device, day, product, region, carrier and batch.
  package init(plan: FleetPlan) {
    precondition(plan.devices > 0 && plan.days > 0 && plan.batchesPerProduct > 0, "a fleet needs devices and days")
    precondition(!plan.products.isEmpty && !plan.regions.isEmpty && !plan.carriers.isEmpty, "a fleet needs a world")
    self.plan = plan
    climate = Climate(plan: plan)
    let population = Population(plan: plan)
    batches = population.batches
    let life = DeviceLife(plan: plan, climate: climate, batches: batches)
    var devices = population.devices
    for number in devices.indices { life.live(&devices[number], number: number) }
    for number in devices.indices.filter({ devices[$0].activatedDay < 0 }).prefix(plan.wrongClocks) {
      devices[number].clockError = 3 * 365 * EventTime.day
    }
    if plan.skewedClockShare > 0 {
      for number in devices.indices where devices[number].clockError == 0 {
        var stream = RandomStream(seed: plan.seed, .nuisance, number, 1)
        guard stream.happens(plan.skewedClockShare) else { continue }
        devices[number].clockError = Int64((stream.uniform() - 0.5) * 40 * 3_600_000)
      }
    }
    self.devices = devices
    self.life = life
    writer = ReportWriter(plan: plan, climate: climate)
    reportTopics = devices.map { "dt/\(plan.root)/\(plan.products[$0.product].product)/\($0.id)/report" }
  }

  /// What the registry knows before day 0, six hours before it, of every device that is in use by then. The others'
  /// states are among the messages of the day of their activation, before their first report.
  package func states() -> [SimulatedMessage] {
    devices.indices.filter { devices[$0].activatedDay < 0 }.map {
      state(of: $0, time: plan.start - 6 * EventTime.hour)
    }
  }

  /// Everything that is published on a day, in the order of time: states of new devices, reports (on time, late ones
  /// of up to three days before, doubles), weather, announced outages.
  package func messages(day: Int) -> [SimulatedMessage] {
    guard (0..<plan.days).contains(day) else { return [] }
    var writer = writer
    return schedule(day: day).map { entry in
      switch entry.kind {
      case .state: state(of: entry.index, time: entry.time)
      case .outage: outage(entry.index, time: entry.time)
      case .weather: weather(region: entry.index, day: day, time: entry.time)
      case .report, .duplicate:
        SimulatedMessage(
          topic: reportTopics[entry.index],
          payload: writer.report(
            of: devices[entry.index], number: entry.index, day: entry.day,
            measuredAt: delivery(of: entry.index, day: entry.day).measuredAt),
          isRetained: false, time: entry.time)
      }
    }
  }

  private struct Entry {
    enum Kind: Int8 { case state, outage, report, duplicate, weather }
    var time: EventTime
    var kind: Kind
    var index: Int
    /// The day that a report tells of.
    var day: Int
  }

  private func schedule(day: Int) -> [Entry] {
    let dayStart = plan.start + Int64(day) * EventTime.day
    let dayEnd = dayStart + EventTime.day
    var entries: [Entry] = []
    entries.reserveCapacity(devices.count + 64)
    for number in devices.indices {
      if devices[number].activatedDay == day {
        entries.append(Entry(time: dayStart + 5 * 60_000, kind: .state, index: number, day: day))
      }
      for measured in max(0, day - 3)...day
      where devices[number].sent.contains(measured) && !devices[number].lost.contains(measured) {
        let delivery = delivery(of: number, day: measured)
        guard delivery.arrivesAt >= dayStart, delivery.arrivesAt < dayEnd else { continue }
        entries.append(Entry(time: delivery.arrivesAt, kind: .report, index: number, day: measured))
        guard let wait = delivery.repeatedAfter else { continue }
        let again = min(delivery.arrivesAt + wait, dayEnd - 1)
        entries.append(Entry(time: again, kind: .duplicate, index: number, day: measured))
      }
    }
    for (index, outage) in plan.outages.enumerated() where outage.isAnnounced && outage.fromHour / 24 == day {
      entries.append(
        Entry(time: plan.start + Int64(outage.fromHour) * EventTime.hour, kind: .outage, index: index, day: day))
    }
    for region in plan.regions.indices {
      entries.append(Entry(time: dayEnd - 15 * 60_000, kind: .weather, index: region, day: day))
    }
    return entries.sorted {
      ($0.time, $0.kind.rawValue, $0.index, $0.day) < ($1.time, $1.kind.rawValue, $1.index, $1.day)
    }
  }

  private struct ReportDelivery {
    var measuredAt: EventTime
    var arrivesAt: EventTime
    /// Milliseconds until the same report comes once more.
    var repeatedAfter: Int64?
  }

  /// Once a day, ten minutes around the device's own time; most arrive within seconds, late ones after 2 to 72 hours.
  private func delivery(of number: Int, day: Int) -> ReportDelivery {
    var stream = RandomStream(seed: plan.seed, .delivery, number, day)
    let measured =
      plan.start + Int64(day) * EventTime.day + devices[number].reportOffset
      + Int64((stream.uniform() - 0.5) * 1_200_000)
    let latency = Int64(200 + stream.uniform() * 5000)
    let isLate = stream.happens(plan.lateShare)
    let delay = isLate ? Int64((2 + 69.9 * stream.uniform()) * 3_600_000) : 0
    let isRepeated = stream.happens(plan.duplicateShare)
    return ReportDelivery(
      measuredAt: measured, arrivesAt: measured + latency + delay,
      repeatedAfter: isRepeated ? Int64(5000 + stream.uniform() * 600_000) : nil)
  }

  private func state(of number: Int, time: EventTime) -> SimulatedMessage {
    let device = devices[number]
    let product = plan.products[device.product]
    let batch = batches[device.product][device.labelledBatch]
    var out: [UInt8] = []
    out.reserveCapacity(384)
    out.write("{\"ts\":")
    out.write(Int(time.milliseconds))
    for (key, value) in [
      ("batch", batch.id), ("factory", batch.factory), ("manufactured", date(batch.manufacturedDay)),
      ("activated", date(device.activatedDay)),
      ("firmware", product.releases[device.release(on: max(device.activatedDay, -1))].version),
      ("region", plan.regions[device.region].id), ("carrier", plan.carriers[device.carrier]),
      ("customer", "c-\(device.customer + 1)"), ("locale", plan.regions[device.region].locale),
    ] {
      out.write(",")
      out.write(quoted: key)
      out.write(":")
      out.write(quoted: value)
    }
    out.write(",\"consent\":{\"telemetry\":")
    out.write(device.mayCollect ? "true" : "false")
    out.write(",\"contact\":")
    out.write(device.mayContact ? "true" : "false")
    out.write("}}")
    return SimulatedMessage(
      topic: "dt/\(plan.root)/\(product.product)/\(device.id)/state", payload: out, isRetained: true, time: time)
  }

  private func weather(region: Int, day: Int, time: EventTime) -> SimulatedMessage {
    let weather = climate.days[region][day]
    var out: [UInt8] = []
    out.write("{\"ts\":")
    out.write(Int((plan.start + Int64(day) * EventTime.day).milliseconds))
    out.write(",\"temperature_c\":")
    out.write(tenths: weather.tenthsOfDegree)
    out.write(",\"relative_humidity_pct\":")
    out.write(tenths: weather.tenthsOfPercent)
    out.write("}")
    return SimulatedMessage(
      topic: "ctx/\(plan.root)/weather/\(plan.regions[region].id)", payload: out, isRetained: false, time: time)
  }

  private func outage(_ index: Int, time: EventTime) -> SimulatedMessage {
    let outage = plan.outages[index]
    var out: [UInt8] = []
    out.write("{\"ts\":")
    out.write(Int(time.milliseconds))
    out.write(",\"until\":")
    out.write(Int(time.milliseconds + Int64(outage.hours) * EventTime.hour))
    out.write("}")
    return SimulatedMessage(
      topic: "ctx/\(plan.root)/outage/\(outage.carrier)/\(outage.region)", payload: out, isRetained: false, time: time)
  }

  private func date(_ day: Int) -> String { (plan.start + Int64(day) * EventTime.day).date }
}
