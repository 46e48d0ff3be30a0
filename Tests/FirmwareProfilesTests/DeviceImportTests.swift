import FirmwareProfiles
import Testing
import Vocabulary

struct DeviceImportTests {
  private func parse(_ csv: String) throws -> (rows: [(DeviceIdentity, Facts)], faults: [String]) {
    let table = DeviceImport.parse(csv: Array(csv.utf8), catalogue: try Samples.lamps())
    return (table.rows, table.faults.map(\.description))
  }

  @Test func `columns come in any order, an empty cell says nothing`() throws {
    let (rows, faults) = try parse(
      """
      product,device,batch,activated,consent_telemetry,consent_contact,ts,retired_at
      lamp,L1,W18,2024-06-11,true,FALSE,1763881200000,
      lamp,L2,,,,,,2025-01-01
      """)
    #expect(faults.isEmpty)
    #expect(rows.map(\.0.device) == ["L1", "L2"])
    #expect(
      rows[0].1
        == Facts(
          time: EventTime(milliseconds: 1_763_881_200_000), batch: "W18",
          activated: EventTime(year: 2024, month: 6, day: 11), telemetryConsent: true, contactConsent: false))
    #expect(rows[1].1 == Facts(retired: EventTime(year: 2025, month: 1, day: 1)))
  }

  @Test func `byte order mark, CRLF, quotes and line breaks in quotes are read as RFC 4180 says`() throws {
    let (rows, faults) = try parse(
      "\u{feff}\"device\",product,customer\r\nL1,lamp,\"a, \"\"b\"\"\"\r\n\r\nL2,lamp,\"two\nlines\"\r\nL3,lamp,c")
    #expect(rows.map(\.0.device) == ["L1", "L3"])
    #expect(rows[0].1.customer == "a, \"b\"")
    #expect(rows[1].1.customer == "c")
    #expect(faults.count == 1 && faults[0].hasPrefix("line 4: customer: expected"), "\(faults)")
  }

  @Test func `every faulty row is named with its line and the others are read`() throws {
    let (rows, faults) = try parse(
      """
      device,product,batch,consent_contact
      L1,lamp,ok,true
      L 2,lamp,W 18,maybe
      L3,lamb,,
      L4,lamp
      L5,lamp,"x"y,
      L6,lamp,a"b,
      L7,lamp,ok,
      L8,lamp,"never closed,
      """)
    #expect(rows.map(\.0.device) == ["L1", "L7"])
    #expect(
      faults == [
        "line 3: device: expected an id (1 to 128 of A–Z a–z 0–9 . _ : -), found \"L 2\"",
        "line 3: batch: expected an id (1 to 128 of A–Z a–z 0–9 . _ : -), found \"W 18\"",
        "line 3: consent: expected true or false, found \"maybe\"",
        "line 4: product: no firmware profile describes \"lamb\"",
        "line 5: expected 4 fields as in the header, found 2",
        "line 6: has text after a closing quote",
        "line 7: holds a quote inside a field: put the whole field in quotes and double it",
        "line 9: has a quote that is never closed",
      ])
  }

  @Test(arguments: [
    ("", "is empty: expected a header such as device,product,batch"),
    ("device\n", "line 1: the column product is missing"),
    ("device,product,colour\n", "line 1: unknown column \"colour\""),
    ("device,product,batch,batch\n", "line 1: batch stands twice"),
  ])
  func `a header that can't be used is a fault`(csv: String, fault: String) throws {
    #expect(try parse(csv).faults == [fault])
  }

  @Test func `a device can't be of two products`() throws {
    let catalogue = try Samples.catalogue("product: lamp", "product: fan")
    let table = DeviceImport.parse(csv: Array("device,product\nA,lamp\nA,fan\n".utf8), catalogue: catalogue)
    #expect(table.rows.count == 1 && table.lines == [2] && table.lineCount == 2)
    #expect(
      table.faults.map(\.description) == ["line 3: the device A is a lamp in line 2: ids are unique across products"])
  }

  @Test func `a row that is refused by what is known of others is one line, however much is wrong with it`() throws {
    var table = DeviceImport.parse(
      csv: Array("device,product\nA,lamp\nB 1,lamp\nC,lamp\n".utf8), catalogue: try Samples.lamps())
    #expect(table.lineCount == 3 && table.faultyLines == 1)
    for message in ["is known as a fan", "is retired"] { table.addToRow(ImportFault(line: 2, message: message)) }
    table.addToRow(ImportFault(line: 4, message: "is known as a fan"))
    #expect(table.lineCount == 3 && table.faultyLines == 3 && table.faultCount == 4)
  }

  @Test func `of many faults the first thousand are named and all are counted`() throws {
    let rows = (1...1500).map { "L \($0),lamp,W \($0)\n" }.joined()
    let table = DeviceImport.parse(csv: Array(("device,product,batch\n" + rows).utf8), catalogue: try Samples.lamps())
    #expect(table.faults.count == 1000 && table.faultCount == 3000)
    #expect(table.faultyLines == 1500 && table.lineCount == 1500)
    #expect(table.faults.last?.line == 501)
  }
}
