import ArgumentParser
import ControlProtocol
import Terminal

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what goes wrong in the field, and say what mends it.",
    discussion: Help.discussion(
      "Exit status: 0 nothing is wrong, 1 a check found a fault, 3 not reachable.",
      examples: ["forewarn doctor", "forewarn doctor -o json", "forewarn doctor --acknowledge"]))

  @Flag(help: "Losses of the broker have been seen to: stop telling of them.")
  var acknowledge = false

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let body =
      acknowledge
      ? try await session.client.send(.init("POST", Route.lossesSeen)) : try await session.get(Route.doctor)
    let report = try Session.decode(DoctorReport.self, from: body)
    if !output.quiet { try session.show(body) { _, screen in DoctorPage.text(report, on: screen) } }
    guard report.sound else { throw Failure.silently(.negative) }
  }
}
