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
      probability: -expm1(-sum),
      happened: life.episodes.contains { $0.mode == mode && $0.day >= first && $0.day < first + days })
  }
}
