import Foundation
import Rig
import Testing
import Vocabulary

/// Facts in bulk, as a registry and a supply chain hand them in.
struct ImportTests {
  @Test func `a hundred thousand devices are taken whole, tried first, and outlive a kill`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let rows = (1...100_000).map {
      "D\($0),echo-dot-5,ED5-2024-W\($0 % 40),SZ-3,2024-05-02,2024-06-11,3.2.0,US-FL,carrier-\($0 % 5),c-\($0),en-US,true,false"
    }
    let header =
      "device,product,batch,factory,manufactured,activated,firmware,region,carrier,customer,locale,consent_telemetry,consent_contact"
    let table = try folder.write(([header] + rows).joined(separator: "\n") + "\n", to: "devices.csv")
    let tried = try await site.json("device", "import", "--dry-run", table)
    #expect(tried["applied"] == .number(100_000) && tried["dry_run"] == .flag(true))
    #expect(try await site.json("status")["devices"] == .number(0))
    let taken = try await site.daemon.forewarn("device", "import", table).succeeded()
    #expect(taken.standardOutput == "100,000 lines: 100,000 applied, 0 unchanged, 0 faulty\n")
    #expect(try await site.json("status")["devices"] == .number(100_000))
    let again = try await site.daemon.forewarn("device", "import", "-n", table).succeeded()
    #expect(
      again.standardOutput
        == "100,000 lines: 0 would be applied, 100,000 unchanged, 0 faulty; nothing was changed\n")
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.json("device", "show", "D77777")["customer"] == .text("c-77777"))
  }

  @Test func `of a table full of faults the first thousand are named with their lines, and all are counted`()
    async throws
  {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let rows = (1...5000).map { "D \($0),echo-dot-5" }
    let table = try folder.write((["device,product"] + rows).joined(separator: "\n") + "\n", to: "bad.csv")
    let refused = try await site.daemon.forewarn("device", "import", table)
    #expect(refused.status == 1)
    #expect(refused.standardOutput == "5,000 lines: 0 applied, 0 unchanged, 5,000 faulty\n")
    let faults = refused.standardError.split(separator: "\n")
    #expect(faults.count == 1001)
    #expect(faults.first?.hasPrefix("\(table):2: device: expected an id") == true)
    #expect(faults.last == "\(table): and 4,000 more faults; mend these first")

    // A device that is known as another product's is named with its line, too.
    try await site.publish(report(), from: "X1", of: "fire-tv-stick-4k-max")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
    let other = try folder.write("device,product\nX0,echo-dot-5\nX1,echo-dot-5\n", to: "other.csv")
    let known = try await site.daemon.forewarn("device", "import", other)
    #expect(known.status == 1 && known.standardError.contains("\(other):3: device X1 is known as a"))
    #expect(try await site.list("device").count == 1)
  }

  @Test func `batches are taken whole, listed by their lots and shown with their devices`() async throws {
    let site = try await Installation.started()
    let folder = try ScratchFolder()
    let good = try folder.write(
      """
      product,batch,factory,line,supplier,manufactured,component_lots
      echo-dot-5,W07,SZ-3,2,"Acme, Inc.",2024-02-14,R-9;C-1
      echo-dot-5,W08,SZ-3,,,,C-1
      fire-tv-stick-4k-max,W07,,,,,

      """, to: "batches.csv")
    let bad = try folder.write("product,batch,manufactured\necho-dot-5,W09,\ntoaster-2,W07,soon\n", to: "bad.csv")
    let refused = try await site.daemon.forewarn("batch", "import", bad)
    #expect(refused.status == 1)
    #expect(refused.standardError.contains("\(bad):3: product: ") && refused.standardError.contains("\(bad):3: manuf"))
    #expect(try await site.daemon.forewarn("batch", "list").standardError.contains("no batches"))
    let tried = try await site.daemon.forewarn("batch", "import", "--dry-run", good).succeeded()
    #expect(tried.standardOutput == "3 lines: 3 would be applied, 0 unchanged, 0 faulty; nothing was changed\n")
    #expect(try await site.list("batch").isEmpty)
    let taken = try await site.daemon.forewarn("batches", "import", good).succeeded()
    #expect(taken.standardOutput == "3 lines: 3 applied, 0 unchanged, 0 faulty\n")
    #expect(try await site.json("batch", "import", good)["duplicate"] == .number(3))

    try await site.publish(#"{"batch": "W07"}"#, from: "A1", as: "state")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
    site.daemon.kill()
    try await site.daemon.start()
    let shown = try await site.json("batch", "show", "W07", "--product", "echo-dot-5")
    #expect(shown["supplier"] == .text("Acme, Inc.") && shown["manufactured"] == .text("2024-02-14"))
    #expect(shown["component_lots"] == .list([.text("C-1"), .text("R-9")]) && shown["devices"] == .number(1))
    #expect(try await site.json("batch", "show", "W07")["items"]?.items.count == 2)
    #expect(try await site.list("batch", "--component-lot", "C-1").count == 2)
    #expect(try await site.daemon.forewarn("batch", "show", "W99").status == 4)
  }
}
