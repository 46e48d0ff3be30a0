import Foundation
import Rig
import Testing

@testable import forewarn

@Suite struct HelpTopicsTests {
  @Test func `help topics lists the topics, and each is told`() async throws {
    let list = try await CommandRun.built("forewarn", ["help", "topics"]).succeeded().standardOutput
    for topic in HelpTopics.all {
      #expect(list.contains("  \(topic.name) "))
      let told = try await CommandRun.built("forewarn", ["help", topic.name]).succeeded().standardOutput
      #expect(told == topic.text + "\n")
      #expect(told.split(separator: "\n").allSatisfy { $0.count <= 132 })
    }
    let statuses = HelpTopics.text(for: ["help", "exit-codes"]) ?? ""
    for status in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "64", "77", "130"] { #expect(statuses.contains("  \(status)")) }
  }

  @Test func `a topic that is mistyped is answered with the nearest one`() {
    #expect(Suggestion.forMistyped(["help", "exit-code"], below: Forewarn.self)?.meant == "help exit-codes")
    #expect(Suggestion.forMistyped(["help", "ticket"], below: Forewarn.self) == nil)
    #expect(HelpTopics.unknown(["help", "tickets"]) == nil)
    #expect(HelpTopics.unknown(["help", "exit-code"])?.advice.contains("forewarn help exit-codes") == true)
  }
}
