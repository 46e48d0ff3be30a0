import ArgumentParser
import ControlProtocol
import Terminal

struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "The defect model: what it rests on, how far to trust it, how devices age.",
    discussion: Help.discussion(
      examples: [
        "forewarn model show",
        "forewarn model ageing --product echo-show-8 --failure-mode emmc-wear-out",
        "forewarn model show --product echo-dot-5 --failure-mode wifi-dropout",
      ]),
    subcommands: [ModelShow.self, ModelAgeing.self], aliases: ["models"])
}

struct ModelShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Each failure mode's evidence, false-finding budget, effects and calibration.",
    discussion: Help.discussion(
      """
      A row a failure mode, or a page where one is left. False findings are those that the last week's looking may have \
      raised in a fleet without a defect, at most. Near the gate is a candidate with half the evidence that a finding \
      needs. Effects are factors on the hazard with their 90 % intervals, against the average of the same day and place.
      """,
      examples: [
        "forewarn model show", "forewarn model show --product echo-dot-5 --failure-mode wifi-dropout",
        "forewarn model show -o json",
      ]))

  @Option(help: "The product's id (default: all).") var product: String?
  @OptionGroup var mode: ModeOption
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let path = Route.query(Route.model, [("product", product), ("failure_mode", mode.failureMode)])
    try await session.show(path, watching) { body, screen in
      ModelPage.text(
        try Session.decode(ListReply<ModeReportItem>.self, from: body).items, withHeaders: !output.noHeaders,
        on: screen)
    }
  }
}

struct ModelAgeing: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ageing", abstract: "How failure modes set in with age, by batch, and how many are to come.",
    discussion: Help.discussion(
      """
      The shape is a Weibull hazard's: below 1 young devices fail most (infant_mortality), at 1 age makes no difference \
      (random), above 1 devices wear out (wear_out); cannot_tell and not_identifiable say so. A product's shape compares \
      ages within batches only. Forecasts are onsets of the devices that are heard now, as they get older.
      """,
      examples: [
        "forewarn model ageing --product echo-show-8 --failure-mode emmc-wear-out",
        "forewarn model ageing --product echo-show-8 --batch ES8-2024-W11 -o json",
        "forewarn model ageing --product echo-show-8 --limit 5 -o csv",
      ]), aliases: ["aging"])

  @Option(help: "The product's id.") var product: String
  @OptionGroup var mode: ModeOption
  @Option(help: "The batch (default: the product and all of its batches).") var batch: String?
  @OptionGroup var limit: Limit
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let path = Route.query(
      Route.ageing,
      [
        ("product", product), ("failure_mode", mode.failureMode), ("batch", batch),
        ("limit", limit.limit.map { String($0) }),
      ])
    let body = try await session.get(path)
    if output.isTable, try Session.items(in: body).isEmpty {
      output.remark("no evidence yet; it comes as buckets close")
    }
    try session.show(body) { body, screen in
      AgeingPage.text(
        try Session.decode(ListReply<AgeingItem>.self, from: body).items, withHeaders: !output.noHeaders, on: screen)
    }
  }
}
