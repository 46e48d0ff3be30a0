import ArgumentParser
import CheckedYAML
import Gateway
import Glibc

/// The daemon's main: arguments in, one call, an exit status.
@main
struct Forewarnd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forewarnd",
    abstract: "Predicts which devices are about to fail, and opens tickets before their owners call.",
    discussion: """
      Subscribes to the devices' telemetry over MQTT, keeps its cases in SQLite, and answers `forewarn` on a local
      socket. Runs in the foreground; systemd is its parent (see forewarnd.service).

      Examples:
        forewarnd
        forewarnd --config ./forewarn.yaml
        forewarnd --check --config ./forewarn.yaml

      Signals: TERM and INT finish the batch in hand and end; HUP reads configuration and profiles again.
      Exit status: 0 ended by a signal, or sound; 1 faults in the configuration or profiles; 2 failed; 64 wrong use.
      """,
    version: "forewarnd 0.1.0")

  @Option(help: "The configuration file.")
  var config = Configuration.defaultPath

  @Flag(help: "Check the configuration and the profiles, print every fault, and end.")
  var check = false

  func run() async throws {
    do {
      if check {
        print(try Daemon.check(configurationPath: config))
      } else {
        try await Daemon(configurationPath: config).run()
      }
    } catch let faults as YAMLFaults {
      Self.say("\(faults)")
      throw ExitCode(1)
    } catch {
      Self.say("forewarnd: \(error)")
      throw ExitCode(2)
    }
  }

  private static func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    // Standard error is the last place to say anything: a failure to write there has none.
    _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}
