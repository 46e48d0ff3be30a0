package import Vocabulary

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the generator itself knows of a device's next days: the best that anybody could foretell, and what came.
package struct FleetOracle: Sendable {
  package struct Answer: Sendable {
    /// By the device's true hazards on those days, of whatever firmware and weather they bring.
    package var probability: Double
    /// The best that can be learnt: by the same hazards, but with the device's frailty as its own record tells it. With N onsets
    /// told while hazards of H were accrued, frailty is gamma(a + N, a + H), and P = 1 − ((a + H) / (a + H + h))^(a + N).
    package var learnable: Double
    /// Whether an onset was told in a report of one of those days.
    package var happened: Bool
  }

  private let fleet: Fleet
  private let numbers: [String: Int]
  private let modes: [[String: Int]]

  package init(_ fleet: Fleet) {
    self.fleet = fleet
    numbers = Dictionary(uniqueKeysWithValues: fleet.devices.enumerated().map { ($1.id, $0) })
    modes = fleet.plan.products.map { product in
      Dictionary(uniqueKeysWithValues: product.modes.enumerated().map { ($1.id, $0) })
    }
  }

  /// `nil` where nothing is to be judged: a mode that no report tells of (`silent`), the days after the run's end, a device
  /// that wasn't heard in the three days before, whose clock is years ahead, or that is stuck.
  package func answer(device: String, mode: String, asOf: EventTime, days: Int) -> Answer? {
    let plan = fleet.plan
    let first = Int((asOf.milliseconds - plan.start.milliseconds) / EventTime.day)
    guard let number = numbers[device], first + days <= plan.days, first >= 3 else { return nil }
    let life = fleet.devices[number]
    guard let mode = modes[life.product][mode], life.clockError < EventTime.day, life.stuckInMode == nil,
      life.mayCollect, life.sent.count(from: first - 3, through: first - 1) > 0
    else { return nil }
    let model = plan.products[life.product].modes[mode]
    let last = life.episodes.last { $0.mode == mode && $0.day < first }
    let refractory = model.isPermanent ? plan.days : model.refractoryDays
    let free = last.map { max(first, $0.day + refractory) } ?? first
    var hazard = DeviceLife.DailyHazard(life: fleet.life, device: life, number: number, mode: mode, without: nil)
    var sum = 0.0
    if free < first + days { for day in free..<first + days { sum += hazard.on(day) } }
    return Answer(
      probability: -expm1(-sum), learnable: learnable(number, life, mode, first: first, days: days, refractory),
      happened: life.episodes.contains { $0.mode == mode && $0.day >= first && $0.day < first + days })
  }

  private func learnable(
    _ number: Int, _ device: SimulatedDevice, _ mode: Int, first: Int, days: Int, _ refractory: Int
  ) -> Double {
    let onsets = device.episodes.filter { $0.mode == mode && $0.day < first }.map(\.day)
    var hazard = DeviceLife.DailyHazard(
      life: fleet.life, device: device, number: number, mode: mode, without: nil, knowsFrailty: false)
    var accrued = 0.0
    var coming = 0.0
    var free = Int.min
    var next = 0
    for day in max(0, device.activatedDay)..<first + days where day >= free {
      if day < first { accrued += hazard.on(day) } else { coming += hazard.on(day) }
      if next < onsets.count, onsets[next] <= day {
        free = onsets[next] + refractory
        next += 1
      }
    }
    let shape = fleet.plan.frailtyShape
    return -expm1(-(shape + Double(onsets.count)) * log1p(coming / (shape + accrued)))
  }
}
