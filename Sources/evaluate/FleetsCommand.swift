import ArgumentParser
import FleetSimulation
import Foundation

/// `evaluate fleets`: simulated fleets of some seeds, each judged and written to a file.
struct FleetsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleets", abstract: "Run simulated fleets through the pipeline of forewarn replay and judge findings.",
    discussion: """
      EXAMPLES
        evaluate fleets --tier normal --seeds 1-30
        evaluate fleets --tier hard --seeds 101-110 --jobs 2
        evaluate fleets --tier normal --seeds 3 --devices 6000 --days 90    (small, to try something)

      Fleets that are measured already are not measured again, unless the program or a profile has changed.
      """)

  @Option(help: "normal, hard or null.") var tier = EvaluationTier.normal
  @Option(help: ArgumentHelp("One seed or a range.", valueName: "from-to")) var seeds = SeedRange(1...30)
  @Option(help: "Devices of a fleet.") var devices = 40_000
  @Option(help: "Days of a fleet.") var days = 120
  @Flag(help: "The planted batches stand in the profile as known defects.") var known = false
  @Option(help: "Leave a trouble out, to see what it does; may be given several times.") var without:
    [EvaluationTrouble] = []
  @Option(help: "Fleets at a time.") var jobs = 1
  @Flag(help: "Write the cells that the peers look at beside the results.") var cells = false
  @Flag(help: "Take results of another build of this program as they are.") var anyBuild = false
  @Option(help: "Firmware profiles.") var profiles = Places.profiles
  @Option(help: "Where the results go.") var folder = Places.work

  func validate() throws {
    guard (100...1_000_000).contains(devices) else { throw ValidationError("--devices must be 100 to 1000000.") }
    guard (60...730).contains(days) else { throw ValidationError("--days must be 60 to 730.") }
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs must be 1 to 64.") }
    if known, tier == .null { throw ValidationError("--known needs planted defects: tier normal or hard.") }
  }

  func run() async throws {
    let files = try ProfileFiles(folder: profiles)
    _ = try await FleetSeries(
      tier: tier, seeds: seeds.seeds, devices: devices, days: days, isKnown: known, without: Set(without),
      jobs: jobs, withCells: cells,
      takesAnyBuild: anyBuild, folder: URL(filePath: folder), profiles: files, build: try Places.build(files)
    ).run()
  }
}

extension EvaluationTier: ExpressibleByArgument {}
extension EvaluationTrouble: ExpressibleByArgument {}
