import CaseStore
import ControlProtocol
import DeviceHistory
import FirmwareProfiles
import Pipeline
import Vocabulary

/// Facts in bulk: a file is taken whole, or with a fault in any line not at all.
extension Engine {
  func importDevices(_ csv: [UInt8], isDryRun: Bool) async throws -> ImportReport {
    let (revision, early) = await parsed(csv, catalogue, DeviceImport.parse)
    return try await turn {
      // Read before its turn, so that the stream goes on meanwhile; again only if the profiles changed in between.
      var table =
        revision == pipeline.catalogue.revision ? early : DeviceImport.parse(csv: csv, catalogue: pipeline.catalogue)
      for (line, row) in zip(table.lines, table.rows) {
        let (device, product) = (row.0.device, row.0.product)
        if let known = pipeline.history.identity(of: device), known.product != product {
          table.addToRow(
            ImportFault(
              line: line, message: "device \(device) is known as a \(known.product): ids are unique across products"))
        }
      }
      guard table.faultCount == 0 else { return ImportReport(refusing: table, isDryRun: isDryRun) }
      let applied = isDryRun ? foretold(table.rows) : learn(table.rows)
      if applied > 0, !isDryRun {
        let file = Delivery(topic: Self.importTopic, payload: csv, receivedAt: WallClock.now())
        guard await commit(imported: file) else { throw ProblemDetails.stopping }
      }
      return ImportReport(of: table, applied: applied, isDryRun: isDryRun)
    }
  }

  private func learn(_ rows: [(DeviceIdentity, Facts)]) -> Int {
    rows.count { pipeline.learn($0.1, of: $0.0) == .applied }
  }

  /// How many of the rows would be applied, one after the other.
  private func foretold(_ rows: [(DeviceIdentity, Facts)]) -> Int {
    var known: [String: Facts] = [:]
    return rows.count { identity, facts in
      let (fate, new) = FleetHistory.foretell(
        facts, on: known[identity.device] ?? pipeline.history.facts(of: identity.device))
      known[identity.device] = new
      return fate == .applied
    }
  }

  func importBatches(_ csv: [UInt8], isDryRun: Bool) async throws -> ImportReport {
    let (revision, early) = await parsed(csv, catalogue, BatchImport.parse)
    return try await turn {
      let table =
        revision == pipeline.catalogue.revision ? early : BatchImport.parse(csv: csv, catalogue: pipeline.catalogue)
      guard table.faultCount == 0 else { return ImportReport(refusing: table, isDryRun: isDryRun) }
      var register = pipeline.register
      var applied = 0
      for row in table.rows where register.take(row) { applied += 1 }
      if applied > 0, !isDryRun {
        let batches = register.changes(since: pipeline.register)
        guard await commit(batches: batches) else { throw ProblemDetails.stopping }
        pipeline.replaceRegister(register)
      }
      return ImportReport(of: table, applied: applied, isDryRun: isDryRun)
    }
  }

  /// Off the actor: a hundred thousand rows take most of a second.
  private nonisolated func parsed<Row: Sendable>(
    _ csv: [UInt8], _ catalogue: Catalogue, _ parse: @Sendable ([UInt8], Catalogue) -> ImportResult<Row>
  ) async -> (revision: String, table: ImportResult<Row>) {
    (catalogue.revision, parse(csv, catalogue))
  }

  /// How many devices say they are of a batch.
  func deviceCount(ofBatch batch: Symbol, product: Symbol) -> Int {
    var count = 0
    pipeline.history.forEachDevice { device in
      if device.identity.product == product, device.facts.batch == batch { count += 1 }
    }
    return count
  }
}

extension ImportReport {
  init<Row>(of table: ImportResult<Row>, applied: Int, isDryRun: Bool) {
    self.init(
      lines: table.lineCount, applied: applied, duplicate: table.rows.count - applied, faults: [], dryRun: isDryRun)
  }

  init<Row>(refusing table: ImportResult<Row>, isDryRun: Bool) {
    self.init(
      lines: table.lineCount, applied: 0, duplicate: 0,
      faults: table.faults.map { Fault(line: $0.line, message: $0.message) }, faultCount: table.faultCount,
      faultyLines: table.faultyLines, dryRun: isDryRun)
  }
}

extension BatchItem {
  init(_ facts: BatchFacts) {
    self.init(
      product: facts.product.text, batch: facts.batch.text, factory: facts.factory, line: facts.line,
      supplier: facts.supplier, manufactured: facts.manufactured?.date, componentLots: facts.componentLots)
  }
}
