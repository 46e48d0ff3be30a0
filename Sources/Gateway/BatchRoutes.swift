import CaseStore
import ControlProtocol
import Hummingbird
import Vocabulary

/// What the supply chain knows of batches, and facts in bulk.
extension Routes {
  func batches(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "batch", "factory", "supplier", "component_lot", "limit"])
    var filter = BatchFilter()
    filter.product = query["product"]
    filter.batch = query["batch"]
    filter.factory = query["factory"]
    filter.supplier = query["supplier"]
    filter.componentLot = query["component_lot"]
    filter.limit = try query.limit()
    return .json(
      ListReply(schema: Schema.name("batch", "list"), items: try store.batches(filter).map(BatchItem.init)))
  }

  /// A batch's id may be used for several products.
  func batch(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.parameters.require("id")
    let query = try Query(request, allowed: ["product"])
    var filter = BatchFilter()
    filter.product = query["product"]
    filter.batch = id
    var details: [BatchDetail] = []
    for facts in try store.batches(filter) {
      var findings = FindingFilter()
      findings.product = facts.product.text
      findings.batch = id
      details.append(
        BatchDetail(
          item: BatchItem(facts), devices: await engine.deviceCount(ofBatch: facts.batch, product: facts.product),
          findings: try store.findings(findings).map(\.finding).filter(\.state.isLive).map(\.id)))
    }
    return try .shown(details, "batch", id)
  }

  func importDevices(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let (table, isDryRun) = try await importTable(request)
    let report = try await engine.importDevices(table, isDryRun: isDryRun)
    return .json(ObjectReply(schema: Schema.name("device", "import"), value: report))
  }

  func importBatches(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let (table, isDryRun) = try await importTable(request)
    let report = try await engine.importBatches(table, isDryRun: isDryRun)
    return .json(ObjectReply(schema: Schema.name("batch", "import"), value: report))
  }

  func importTable(_ request: Request) async throws -> (table: [UInt8], isDryRun: Bool) {
    let query = try Query(request, allowed: ["dry_run"])
    let isDryRun = try query.word("dry_run", of: ["true", "false"]) == "true"
    let buffer = try await request.body.collect(upTo: Limits.requestBodyBytes)
    return (Array(buffer.readableBytesView), isDryRun)
  }

  func batchFacts(of finding: Finding) throws -> BatchItem? { try store.batchFacts(of: finding) }
}

extension CaseDatabase {
  /// What the supply chain knows of the batch that a finding is about.
  func batchFacts(of finding: Finding) throws(StoreError) -> BatchItem? {
    guard let batch = finding.cohort.batch else { return nil }
    var filter = BatchFilter()
    filter.product = finding.product.text
    filter.batch = batch.text
    return try batches(filter).first.map(BatchItem.init)
  }
}
