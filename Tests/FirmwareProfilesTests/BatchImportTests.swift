import FirmwareProfiles
import Testing
import Vocabulary

struct BatchImportTests {
  private func parse(_ csv: String) throws -> (rows: [BatchFacts], faults: [String]) {
    let table = BatchImport.parse(csv: Array(csv.utf8), catalogue: try Samples.lamps())
    return (table.rows, table.faults.map(\.description))
  }

  @Test func `columns come in any order, lots in any order and once each, an empty cell says nothing`() throws {
    let (rows, faults) = try parse(
      """
      component_lots,batch,product,supplier,manufactured,line
      R-9; C-1;;C-1,W18,lamp,"Acme, Inc.",2024-05-02,
      ,W19,lamp,,,7
      """)
    #expect(faults.isEmpty)
    #expect(
      rows == [
        BatchFacts(
          product: "lamp", batch: "W18", supplier: "Acme, Inc.",
          manufactured: EventTime(year: 2024, month: 5, day: 2), componentLots: ["C-1", "R-9"]),
        BatchFacts(product: "lamp", batch: "W19", line: "7"),
      ])
  }

  @Test func `every faulty row is named with its line`() throws {
    let lots = (0...256).map { "L\($0)" }.joined(separator: ";")
    let (rows, faults) = try parse(
      """
      product,batch,manufactured,component_lots
      lamp,W 18,tomorrow,
      lamb,W18,,
      lamp,W18
      lamp,W19,,\(lots)
      lamp,W20,,ok
      """)
    #expect(rows.map(\.batch) == ["W20"])
    #expect(
      faults == [
        "line 2: batch: expected an id (1 to 128 of A–Z a–z 0–9 . _ : -), found \"W 18\"",
        "line 2: manufactured: expected a date such as 2024-05-02, from 2000 to 2100, found \"tomorrow\"",
        "line 3: product: no firmware profile describes \"lamb\"",
        "line 4: expected 4 fields as in the header, found 2",
        "line 5: component_lots: expected at most 256 lots, found 257",
      ])
  }

  @Test func `a later line replaces field by field`() {
    var facts = BatchFacts(product: "lamp", batch: "W18", factory: "SZ-3", supplier: "Acme", componentLots: ["C-1"])
    facts.take(BatchFacts(product: "lamp", batch: "W18", supplier: "Other"))
    #expect(
      facts == BatchFacts(product: "lamp", batch: "W18", factory: "SZ-3", supplier: "Other", componentLots: ["C-1"]))
  }
}
