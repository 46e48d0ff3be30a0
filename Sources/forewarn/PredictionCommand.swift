import ArgumentParser
import ControlProtocol
import Terminal

struct PredictionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prediction", abstract: "The daily predictions that the gateway keeps.",
    discussion: Help.discussion(
      examples: [
        "forewarn prediction list --device G0911",
        "forewarn prediction list -o csv",
        "forewarn prediction list --product echo-dot-5 --sort-by -probability --limit 20",
      ]),
    subcommands: [PredictionList.self], aliases: ["predictions"])
}

struct PredictionList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Probabilities by device, failure mode and day.",
    discussion: Help.discussion(
      "Each is that of at least one onset from AS OF on within DAYS, from evidence before AS OF only.",
      examples: [
        "forewarn prediction list --device G0911",
        "forewarn prediction list --failure-mode wifi-dropout -o csv",
        "forewarn prediction list -l 'probability>0.5,as_of>-7d'",
      ]),
    aliases: ["ls"])

  @Option(help: "The device's id.") var device: String?
  @Option(help: "The product's id.") var product: String?
  @Option(help: "The failure mode's id.") var failureMode: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .predictions, Route.predictions,
      filters: [("device", device), ("product", product), ("failure_mode", failureMode)], selection)
  }
}
