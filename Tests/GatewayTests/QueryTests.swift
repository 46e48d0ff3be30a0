import ControlProtocol
import Testing

@testable import Gateway

/// What a request's query is refused for says what to do.
struct QueryTests {
  private func query(_ fields: (String, String)...) throws -> Query {
    try Query(fields.map { (name: $0.0, value: $0.1) }, allowed: ["firmware", "limit", "state", "horizon_days"])
  }

  private func detail(_ body: () throws -> some Any) -> String? {
    do {
      _ = try body()
      return nil
    } catch {
      return (error as? ProblemDetails)?.detail
    }
  }

  @Test func `an unknown name is answered with those that are known`() {
    #expect(
      detail { try query(("batch", "B1")) } == "batch isn't one of firmware, limit, state, horizon_days")
  }

  @Test func `a name that is given must not be empty`() throws {
    #expect(detail { try query(("firmware", "")).name("firmware") } == "firmware is empty; name one or leave it out")
    #expect(try query(("firmware", "3.1")).name("firmware") == "3.1")
    #expect(try query().name("firmware") == nil)
  }

  @Test(arguments: ["-1", "1.5", "many", "", "1000000000"])
  func `a limit is a whole number within bounds`(text: String) {
    #expect(detail { try query(("limit", text)).limit() } == "limit is a whole number from 0 to \(Limits.listItems)")
  }

  @Test(arguments: ["0", "nan", "inf", "-3", "4e3"])
  func `a number is within its range`(text: String) {
    #expect(
      detail { try query(("horizon_days", text)).number("horizon_days", in: 1...3650) }
        == "horizon_days is a number from 1.0 to 3650.0")
  }

  @Test func `one of some words, or none`() throws {
    #expect(
      detail { try query(("state", "wet")).word("state", of: ["humid", "dry"]) }
        == "state is one of humid, dry; not wet")
    #expect(try query(("state", "dry")).word("state", of: ["humid", "dry"]) == "dry")
    #expect(try query().word("state", of: ["humid", "dry"]) == nil)
  }
}
