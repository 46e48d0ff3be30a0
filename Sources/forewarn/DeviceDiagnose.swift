import ArgumentParser
import ControlProtocol
import FoundationEssentials
import Terminal

struct DeviceDiagnose: AsyncParsableCommand {
  enum Result: String, ExpressibleByArgument, CaseIterable {
    case fault, inconclusive
    case noFault = "no_fault"
  }

  static let configuration = CommandConfiguration(
    commandName: "diagnose", abstract: "Tell what a remote check of a device found.",
    discussion: Help.discussion(
      """
      The result moves the device's probability of that failure mode by the check's likelihood ratio, at once and less and \
      less within the mode's horizon; the next pass moves on its tickets. Devices tell it themselves on the topic \
      dt/<root>/<product>/<device>/diagnosis.
      """,
      examples: [
        "forewarn device diagnose G0911 --failure-mode hdmi-cec-failure --result fault",
        "forewarn device diagnose G0911 --failure-mode hdmi-cec-failure --result no_fault --detail 'CEC bus clean'",
        "forewarn device diagnose G0911 --failure-mode wifi-dropout --result inconclusive -o json",
      ]))

  @Argument(help: "The device's id.") var id: String
  @Option(name: [.long, .customLong("mode")], help: "The failure mode that was looked for.") var failureMode: String
  @Option(help: "What was found.") var result: Result
  @Option(help: ArgumentHelp("Anything worth keeping.", valueName: "text")) var detail: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let request = DiagnoseRequest(failureMode: failureMode, result: result.rawValue, detail: detail)
    let path = Route.action(Route.devices, id, "diagnose")
    let body = try await session.client.send(.init("POST", path, body: [UInt8](try JSONEncoder().encode(request))))
    if output.quiet, output.isTable { return }
    try session.show(body) { body, _ in Self.text(try Session.decode(DiagnoseReply.self, from: body)) }
  }

  static func text(_ reply: DiagnoseReply) -> String {
    func words(_ probability: HorizonProbability?) -> String {
      probability.map { Phrase.percent($0.mean, low: $0.low, high: $0.high) } ?? "not known yet"
    }
    let horizon = reply.after.map { " within \(Phrase.days($0.horizonDays))" } ?? ""
    return "\(Phrase.printable(reply.device)) \(Phrase.printable(reply.failureMode)): "
      + "\(reply.result.replacing("_", with: " ")), odds × \(Phrase.fixed(reply.likelihoodRatio, 3))\n"
      + "  probability\(horizon): \(words(reply.before)) → \(words(reply.after))\n"
  }
}
