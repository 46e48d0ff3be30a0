import ArgumentParser
import Testing

@testable import forewarn

@Suite struct HelpTests {
  struct Place: CustomTestStringConvertible, Sendable {
    var words: String
    var command: any ParsableCommand.Type
    var testDescription: String { words }
  }

  static let places = walk(Forewarn.self, "forewarn")

  private static func walk(_ command: any ParsableCommand.Type, _ words: String) -> [Place] {
    [Place(words: words, command: command)]
      + command.configuration.subcommands.flatMap { walk($0, "\(words) \($0.configuration.commandName ?? "?")") }
  }

  @Test(
    arguments: places.filter {
      $0.words.split(separator: " ").count == 2 && !$0.command.configuration.subcommands.isEmpty
    })
  func `every noun with a list has its plural and ls`(place: Place) throws {
    let verbs = place.command.configuration.subcommands
    guard let list = verbs.first(where: { $0.configuration.commandName == "list" }) else { return }
    #expect(list.configuration.aliases.contains("ls"))
    let noun = try #require(place.command.configuration.commandName)
    #expect(
      place.command.configuration.aliases.contains(noun + (noun.hasSuffix("ch") || noun.hasSuffix("x") ? "es" : "s")))
    #expect(Forewarn.helpMessage(for: list, columns: 80).contains("--limit"))
  }

  @Test func `a mistyped command is answered with the nearest one`() throws {
    func meant(_ words: String...) -> String? { Suggestion.forMistyped(words, below: Forewarn.self)?.meant }
    #expect(meant("tikcet", "list") == "ticket")
    #expect(meant("--socket", "/s", "ticket", "sho", "T-1") == "show")
    #expect(meant("ticket", "list") == nil)
    #expect(meant("xyzzy") == nil)
  }
}
