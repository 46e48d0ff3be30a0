import ArgumentParser
import Foundation
import Rig

/// `make soak`: the daemon under a steady load for hours, with a fault every minute, and what it took of the machine meanwhile.
@main
struct Soak: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak", abstract: "Runs broker and daemon under load for hours, with a fault every minute.",
    discussion:
      "Example: soak --hours 1 --out .build/soak. Writes samples.csv and soak.svg there; exit status 1 if a bound broke."
  )

  @Option(help: "How long, in hours.")
  var hours = 1.0

  @Option(help: "Messages a second.")
  var rate = 1000

  @Option(help: "Devices that send them.")
  var devices = 5000

  @Option(help: "Where the samples and the plot go.")
  var out = ".build/soak"

  @Option(help: "Seconds between two faults.")
  var faultSeconds = 60

  func run() async throws {
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let course = try await SoakCourse.begin(rate: rate, devices: devices)
    let samples = try await course.run(for: .seconds(hours * 3600), faultSeconds: faultSeconds)
    try SoakPlot.table(samples).write(toFile: "\(out)/samples.csv", atomically: true, encoding: .utf8)
    try SoakPlot.picture(samples).write(toFile: "\(out)/soak.svg", atomically: true, encoding: .utf8)
    let broken = try await course.judge(samples)
    print("see \(out)/samples.csv and \(out)/soak.svg")
    for line in broken { print("BROKEN: \(line)") }
    if !broken.isEmpty { throw ExitCode.failure }
  }
}
