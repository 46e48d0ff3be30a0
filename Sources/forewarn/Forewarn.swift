import ArgumentParser
import ControlProtocol

struct Forewarn: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forewarn",
    abstract: "Ask and steer the forewarn gateway: its state, its tickets and the findings behind them.",
    discussion: Help.discussion(
      """
      Nouns may be written in the plural, and ls is list. Results go to standard output, remarks to standard error.
      Exit status: 0 done; 1 done, with a negative answer; 2 failed; 3 the daemon isn't reachable; 4 no such object; 5 firmware gate says stop; \
      64 wrong use; 77 not permitted; 130 interrupted.
      Of output, filters, times and the API tells: forewarn help topics.
      """,
      examples: [
        "forewarn status",
        "forewarn ticket list --severity critical",
        "forewarn --socket /tmp/forewarn.sock finding list -o json",
      ]),
    version: Version.current,
    subcommands: [
      StatusCommand.self, TopCommand.self, TicketCommand.self, FindingCommand.self, CareCommand.self,
      OutboxCommand.self, DeviceCommand.self, BatchCommand.self,
      FirmwareCommand.self, ModelCommand.self, ProfileCommand.self, QuarantineCommand.self, PredictionCommand.self,
      Replay.self, Simulate.self, WaitCommand.self,
      DoctorCommand.self, ExplainCommand.self, CheckCommand.self, AuditCommand.self, ImpactCommand.self,
      ExportCommand.self,
      StoreCommand.self, BackupCommand.self, RestoreCommand.self,
      APICommand.self, CompletionCommand.self,
    ])

  @OptionGroup var connection: Connection
}

enum Version {
  static let current = "0.1.0"
}

enum Help {
  /// A command's explanation and its examples, one a line.
  static func discussion(_ text: String = "", examples: [String]) -> String {
    let explanation = text.isEmpty ? "" : text + "\n\n"
    return explanation + "Examples:\n" + examples.map { "  \($0)" }.joined(separator: "\n")
  }
}
