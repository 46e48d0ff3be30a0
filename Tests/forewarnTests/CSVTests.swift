import Terminal
import Testing

@Suite struct CSVTests {
  @Test func `fields with commas, quotes or line breaks are quoted`() {
    #expect(CSV.line(["a", "b,c", "d\"e", "f\r\ng", "", "h\n"]) == "a,\"b,c\",\"d\"\"e\",\"f\r\ng\",,\"h\n\"\r\n")
  }

  @Test func `all scalar fields are columns, inner ones by their path, in the order they come`() throws {
    let text = #"""
      {"items":[{"id":"T-1","p":{"mean":0.870000,"low":null},"tags":[1,2],"pass":null},
      {"id":"T-2","p":{"mean":0.5,"low":0.1},"pass":{"seconds":2},"late":true}]}
      """#
    let items = try MachineOutput.items(in: Array(text.utf8))
    #expect(
      CSV.text(of: items)
        == "id,p.mean,p.low,pass.seconds,late\r\nT-1,0.870000,,,\r\nT-2,0.5,0.1,2,true\r\n")
    #expect(CSV.text(of: items, withHeaders: false).hasPrefix("T-1,"))
  }

  @Test func `the id is the first column wherever it stands in the JSON`() throws {
    let items = [try JSONValue(reading: Array(#"{"batch":"B1","id":"T-1"}"#.utf8))]
    #expect(CSV.text(of: items) == "id,batch\r\nT-1,B1\r\n")
  }

  @Test func `no items are no lines`() {
    #expect(CSV.text(of: []) == "")
  }

  @Test func `json goes through byte by byte and ndjson has a line for each item`() throws {
    let body = Array(#"{"items": [ {"a": 1.0}, {"b":"x\ny"} ]}"#.utf8)
    #expect(try MachineOutput.bytes(of: body, as: .json, withHeaders: true) == body + [0x0a])
    #expect(
      String(decoding: try MachineOutput.bytes(of: body, as: .ndjson, withHeaders: true), as: UTF8.self)
        == "{\"a\":1.0}\n{\"b\":\"x\\ny\"}\n")
  }
}
