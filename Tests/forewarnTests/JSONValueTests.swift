import Terminal
import Testing

@Suite struct JSONValueTests {
  @Test func `members keep their order and numbers their digits`() throws {
    let text = #"{"z":1.50,"a":-0.000001e+10,"m":[true,false,null,"ü\"\\\n"],"big":12345678901234567890}"#
    #expect(try value(text).description == text)
  }

  @Test func `blanks between the parts don't count`() throws {
    #expect(try value(" { \"a\" : [ 1 , 2 ] }\r\n\t").description == #"{"a":[1,2]}"#)
    #expect(try value("[ ]").description == "[]")
    #expect(try value("{ }").description == "{}")
  }

  @Test func `escapes become the characters they stand for`() throws {
    #expect(try value(#""\u00fc\ud83d\ude00\/\b\f\n\r\t""#) == .string("ü😀/\u{8}\u{c}\n\r\t"))
    #expect(try value(#""\ud83dx\udc00""#) == .string("\u{fffd}x\u{fffd}"))
    #expect(try value(#""\ud83d\u0041""#) == .string("\u{fffd}A"))
  }

  @Test func `control characters are escaped again`() {
    #expect(JSONValue.string("\u{1}\u{1f}").description == #""\u0001\u001f""#)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "+1", ".5", "1e", "tru", "\"a", "\"\n\"", "\"\\x\"",
    "\"\\u12g4\"", "\"\\u+123\"", "1 2", "nul", "'a'",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSONFault.self) { try value(text) }
  }

  @Test func `nesting that is too deep is refused instead of followed`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONFault.self) { try value(deep) }
  }

  @Test func `values are found by their path`() throws {
    let ticket = try value(Samples.ticketJSON)
    #expect(ticket.number(at: "probability.mean") == 0.87)
    #expect(ticket.text(at: "id") == "T-128")
    #expect(ticket.value(at: "outcome") == nil)
    #expect(ticket.text(at: "probability.none.deeper") == nil)
  }

  private func value(_ text: String) throws -> JSONValue { try JSONValue(reading: Array(text.utf8)) }
}
