import ArgumentParser
import Glibc
import Rig

/// `make evaluate`, part by part.
@main
struct Main {
  static func main() async {
    let work = Task<Int32, Never> { await perform() }
    let interruption = Interruption(cancels: work)
    let status = await work.value
    interruption.end()
    exit(status)
  }

  private static func perform() async -> Int32 {
    var isKept = false
    do {
      var command = try Evaluate.parseAsRoot()
      isKept = command is FleetsCommand
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch is CancellationError {
      Narration.say(
        isKept
          ? "interrupted; fleets that were finished are kept, and the same command goes on from there" : "interrupted")
      return 130
    } catch let error as EvaluationError {
      Narration.say("evaluate: \(error)")
      return 2
    } catch {
      if Evaluate.exitCode(for: error) != .failure { Evaluate.exit(withError: error) }
      Narration.say("evaluate: \(error)")
      return 2
    }
  }
}

struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Judge the defect model by fleets whose defects are known, and by recorded failures.",
    discussion: """
      EXIT STATUS  0 done, 2 failed, 64 wrong use, 130 interrupted (fleets that are finished are kept)
      """,
    subcommands: [
      FleetsCommand.self, DelaysCommand.self, CoverageCommand.self, MachinesCommand.self, DrivesCommand.self,
      TableCommand.self,
    ])
}
