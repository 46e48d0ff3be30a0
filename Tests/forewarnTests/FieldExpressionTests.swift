import Testing
import Vocabulary

@testable import Terminal

struct FieldExpressionTests {
  private let now = EventTime(seconds: 1_763_856_000)  // 2025-11-23T00:00:00Z

  private func item(_ text: String) throws -> JSONValue { try JSONValue(reading: Array(text.utf8)) }

  private func holds(_ text: String, _ item: String) throws -> Bool {
    try FieldExpression(text).holds(for: try self.item(item), now: now)
  }

  private let ticket = #"""
    {"id":"T-1","batch":"B17","firmware":"3.10.1","probability":{"mean":0.87,"low":0.8},"finding":null,
    "evidence":{"device_reports":212},"opened_at":"2025-11-22T12:00:00Z","held":false}
    """#

  @Test(arguments: [
    "batch=B17", "batch==B17", "batch!=B18", "probability>0.8", "probability<=0.87", "probability=0.870",
    "firmware>3.9", "firmware>=3.10.1", "evidence.device_reports>=212", "opened_at>-24h", "opened_at<2025-11-23",
    "held=false", "!finding", "finding=null", "batch", "batch=B17, firmware!=3.2.1 ,probability>0.8", "id!=null",
  ])
  func `these hold`(_ text: String) throws { #expect(try holds(text, ticket)) }

  @Test(arguments: [
    "batch=B18", "batch=B17,probability>0.9", "firmware<3.9", "opened_at>-6h", "finding>1", "finding", "!batch",
    "evidence.device_reports=21", "probability.low>0.8",
  ])
  func `these don't`(_ text: String) throws { #expect(try !holds(text, ticket)) }

  @Test(arguments: ["", "a b=1", "=x", "batch=B17,,", "Batch=1", ">3"])
  func `what is no condition is refused with an example`(_ text: String) {
    #expect { try FieldExpression(text) } throws: { "\($0)".contains("batch=B17,probability>0.8") }
  }

  @Test func `a field that nothing has is told with those that there are`() throws {
    let items = try [item(ticket)]
    #expect(try FieldExpression("bacth=B17").unknownField(in: items)?.field == "bacth")
    #expect(try FieldExpression("finding=F-1,evidence.device_reports>1").unknownField(in: items) == nil)
    #expect(try FieldExpression("bacth=B17").unknownField(in: []) == nil)
  }

  @Test func `sorted by any field, the greatest first if asked, and what lacks it last`() throws {
    let items = try ["3.9", "3.10", "4.0", nil].map { version in
      try item("{\"firmware\":\(version.map { "\"\($0)\"" } ?? "null")}")
    }
    func order(_ field: String) -> [String?] {
      FieldOrder.sorted(items.reversed(), by: field).map { $0.text(at: "firmware") }
    }
    #expect(order("firmware") == ["3.9", "3.10", "4.0", nil])
    #expect(order("-firmware") == ["4.0", "3.10", "3.9", nil])
  }

  @Test func `only the fields that are asked for, a missing one as null`() throws {
    #expect(
      try item(ticket).keeping(["id", "probability.mean", "finding"]).description
        == #"{"id":"T-1","probability.mean":0.87,"finding":null}"#)
  }
}
