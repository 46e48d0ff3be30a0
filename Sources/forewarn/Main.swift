import ArgumentParser
import ControlProtocol
import Glibc
import Terminal

/// Parses, runs, and turns every ending into an exit status and a line that says what to do next.
@main
enum Main {
  static func main() async {
    signal(SIGINT) { _ in _exit(ExitStatus.interrupted.rawValue) }
    if let text = HelpTopics.text(for: Array(CommandLine.arguments.dropFirst())) {
      return StandardStreams.print(text)
    }
    if let failure = HelpTopics.unknown(CommandLine.arguments.dropFirst()) {
      failure.tell()
      exit(failure.status.rawValue)
    }
    do {
      var command = try await Forewarn.asyncParseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let ending as CheckEnding {
      exit(ending.status)
    } catch let failure as Failure {
      failure.tell()
      exit(failure.status.rawValue)
    } catch let error as ControlError {
      let failure = Failure(error)
      failure.tell()
      exit(failure.status.rawValue)
    } catch {
      // Help and wrong use are the parser's: 0 on standard output, 64 on standard error.
      if Forewarn.exitCode(for: error) == .validationFailure,
        let (word, meant) = Suggestion.forMistyped(CommandLine.arguments.dropFirst(), below: Forewarn.self)
      {
        StandardStreams.remark("forewarn: no command \(Phrase.printable(word)); did you mean \(meant)?")
      }
      Forewarn.exit(withError: error)
    }
  }
}
