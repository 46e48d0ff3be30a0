import ArgumentParser

/// Which fleets are drawn into cells.
struct UnitFleetOptions: ParsableArguments {
  @Option(help: "batch, pair, firmware, humid or none.") var defect = UnitFleet.Defect.batch
  @Option(help: ArgumentHelp("One seed or a range.", valueName: "from-to")) var seeds = SeedRange(1...20)
  @Option(help: "Devices of a fleet.") var devices = 40_000
  @Option(help: "Days of a fleet.") var days = 120
  @Option(help: "Onsets a device and day where nothing is planted.") var rate = 0.001
  @Option(help: "Standard deviation of ln(hazard) between sound batches.") var variation = 0.1
  @Option(help: "Lowest relative risk.") var low = 2.5
  @Option(help: "Highest relative risk.") var high = 4.0

  func validate() throws {
    guard devices > 0, days > 0 else { throw ValidationError("--devices and --days are at least 1.") }
    guard rate > 0, rate <= 0.1, variation >= 0 else {
      throw ValidationError("--rate is above 0 and at most 0.1, --variation at least 0.")
    }
    guard low > 0, low <= high else { throw ValidationError("--low is above 0 and not above --high.") }
  }

  func fleet(_ seed: UInt64) -> UnitFleet {
    UnitFleet(
      seed: seed, defect: defect, risks: low...high, devices: devices, days: days, rate: rate,
      variation: variation)
  }
}

extension UnitFleet.Defect: ExpressibleByArgument {}
