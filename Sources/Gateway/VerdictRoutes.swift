import ControlProtocol
import Foundation
import Hummingbird

/// Verdicts by hand and in bulk.
extension Routes {
  func diagnose(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let id = try context.id()
    let buffer = try await request.body.collect(upTo: Limits.requestBodyBytes)
    let body = try JSONDecoder().decode(DiagnoseRequest.self, from: Data(buffer.readableBytesView))
    return .json(ObjectReply(schema: Schema.name("device", "diagnose"), value: try await engine.diagnose(id, body)))
  }

  func importReturns(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let (table, isDryRun) = try await importTable(request)
    let report = try await engine.importReturns(table, isDryRun: isDryRun)
    return .json(ObjectReply(schema: Schema.name("device", "import"), value: report))
  }
}
