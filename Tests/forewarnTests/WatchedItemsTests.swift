import Terminal
import Testing

struct WatchedItemsTests {
  private func items(_ text: String) throws -> [JSONValue] {
    try MachineOutput.items(in: Array(#"{"items":[\#(text)]}"#.utf8))
  }

  @Test func `what comes, changes and goes is told once, in the order of the list`() throws {
    var watched = WatchedItems()
    let first = try watched.take(items(#"{"id":"T-1","state":"open"},{"id":"T-2","state":"open"}"#))
    #expect(
      first.map(\.description) == [
        #"{"event":"added","id":"T-1","state":"open"}"#, #"{"event":"added","id":"T-2","state":"open"}"#,
      ])
    #expect(try watched.take(items(#"{"id":"T-2","state":"open"},{"id":"T-1","state":"open"}"#)).isEmpty)
    let last = try watched.take(items(#"{"id":"T-2","state":"resolved"},{"id":"T-3","state":"open"}"#))
    #expect(last.compactMap { $0.text(at: "event") } == ["changed", "added", "removed"])
    #expect(last.compactMap { $0.text(at: "id") } == ["T-2", "T-3", "T-1"])
    #expect(last[2].text(at: "state") == "open", "as it was")
  }

  @Test func `what has no id is told apart by what it is of, and by its place where that is the same`() throws {
    var watched = WatchedItems()
    let rows = #"{"device":"A","failure_mode":"x","p":1},{"device":"A","failure_mode":"y","p":1},{"p":2},{"p":2}"#
    #expect(try watched.take(items(rows)).count == 4)
    #expect(try watched.take(items(rows)).isEmpty)
  }
}
