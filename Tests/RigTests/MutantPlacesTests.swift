import Foundation
import Rig
import Testing

/// `make mutants` takes an hour: whoever changes one of its places learns of it here.
struct MutantPlacesTests {
  @Test func `what the mutants break is in the sources`() throws {
    let listed = try text("Tests/Mutation/mutants.txt").split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("#") }
    let places = listed.split(separator: "").filter { !$0.isEmpty }.map(Array.init)
    #expect(places.count >= 40)
    for place in places {
      try #require(place.count == 4, "a place has four lines: \(place)")
      #expect(try text(String(place[0])).contains(place[1].replacing("\\n", with: "\n")), "\(place[0])")
      #expect(place[1] != place[2])
    }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(Executable.packageFolder)/\(path)", encoding: .utf8)
  }
}
