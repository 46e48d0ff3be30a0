import Vocabulary

/// Who owns what: customers with one to four devices each, batches that reach regions and ages unevenly, so that
/// batch, region and age are entangled as in a real fleet.
struct Population: Sendable {
  /// A batch of one product.
  struct Batch: Sendable {
    var id: String
    var factory: String
    /// Day of the simulation; negative before its start.
    var manufacturedDay: Int
    /// How much of it went to each region, against what the region's size would give.
    var affinity: [Double]
    var size: Double
  }

  /// By product, oldest first.
  let batches: [[Batch]]
  let devices: [SimulatedDevice]

  init(plan: FleetPlan) {
    batches = plan.products.indices.map { Population.batches(of: $0, plan: plan) }
    var devices: [SimulatedDevice] = []
    devices.reserveCapacity(plan.devices)
    // The share of each carrier differs by region: they are no independent factors either.
    let carrierShares = plan.regions.indices.map { region in
      var stream = RandomStream(seed: plan.seed, .customer, -1, region)
      return plan.carriers.map { _ in 0.5 + stream.uniform() }
    }
    var customer = 0
    while devices.count < plan.devices {
      var stream = RandomStream(seed: plan.seed, .customer, customer)
      let region = stream.index(weights: plan.regions.map(\.share))
      let carrier = stream.index(weights: carrierShares[region])
      let owned = 1 + stream.index(weights: [0.55, 0.25, 0.13, 0.07])
      for _ in 0..<min(owned, plan.devices - devices.count) {
        devices.append(
          Population.device(
            number: devices.count, customer: customer, region: region, carrier: carrier, plan: plan, batches: batches))
      }
      customer += 1
    }
    self.devices = devices
  }

  private static func batches(of product: Int, plan: FleetPlan) -> [Batch] {
    let count = plan.batchesPerProduct
    return (0..<count).map { number in
      var stream = RandomStream(seed: plan.seed, .batch, product, number)
      let made = -plan.batchSpacingDays * (count - number)
      let size = 0.7 + 0.7 * stream.uniform()
      return Batch(
        id: "\(plan.products[product].prefix)-\(yearAndWeek(plan.start + Int64(made) * EventTime.day))",
        factory: stream.happens(0.6) ? "SZ-3" : "HN-1", manufacturedDay: made,
        affinity: plan.regions.map { _ in 0.25 + stream.gammaOfMeanOne(shape: 1.5) },
        // The last but one is of full size whatever the seed: plans plant their bad batch there, and a defect that
        // hardly any device has can't be found by anybody.
        size: number == count - 2 ? 1.2 : size)
    }
  }

  /// `2025-W18`: the year, and the week counted from 1 January.
  private static func yearAndWeek(_ time: EventTime) -> String {
    let date = time.date
    let year = Int(date.prefix(4)) ?? 1970
    let newYear = EventTime(year: year, month: 1, day: 1) ?? time
    let week = (time.milliseconds - newYear.milliseconds) / EventTime.day / 7 + 1
    return "\(date.prefix(4))-W\(week < 10 ? "0" : "")\(week)"
  }

  private static func device(
    number: Int, customer: Int, region: Int, carrier: Int, plan: FleetPlan, batches: [[Batch]]
  ) -> SimulatedDevice {
    var stream = RandomStream(seed: plan.seed, .device, number)
    let product = stream.index(weights: plan.products.map(\.share))
    let batch = stream.index(weights: batches[product].map { $0.size * $0.affinity[region] })
    let made = batches[product][batch].manufacturedDay
    // Two weeks at sea, then some weeks on a shelf; the last are in use a week before the end.
    let lag = 14 + Int(30 * stream.exponential())
    let latest = max(0, plan.days - 8)
    let activated = made + lag <= latest ? made + lag : stream.whole(min(made + 14, latest), latest)
    var label = batch
    if plan.mislabelledShare > 0 {
      var stream = RandomStream(seed: plan.seed, .label, number)
      if stream.happens(plan.mislabelledShare) { label = stream.whole(0, batches[product].count - 1) }
    }
    let digits = String(number)
    let id = String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    return SimulatedDevice(
      id: "\(plan.products[product].prefix)-\(id)", product: product, batch: batch,
      labelledBatch: label, region: region, carrier: carrier,
      customer: customer, activatedDay: activated,
      signalStrengthDbm: min(-35, max(-92, -60 + 9 * stream.normal())), warmthC: 4 * stream.normal(),
      wearADay: 0.01 + 0.03 * stream.exponential(),
      reportOffset: Int64(20 * 60_000 + stream.uniform() * 23 * 3_600_000),
      hasSequence: !stream.happens(plan.withoutSequenceShare),
      mayCollect: !stream.happens(plan.withoutTelemetryConsentShare),
      mayContact: !stream.happens(plan.withoutContactConsentShare))
  }
}
