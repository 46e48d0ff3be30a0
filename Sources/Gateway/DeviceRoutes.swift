import CaseStore
import ControlProtocol
import Hummingbird
import Vocabulary

/// A customer's right to know, and to be forgotten.
extension Routes {
  func exportDevice(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard let export = try await engine.export(device: id) else { throw ProblemDetails.noSuch("device", id) }
    return .json(ObjectReply(schema: Schema.name("device", "export"), value: export))
  }

  func eraseDevice(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let id = try context.id()
    let query = try Query(request, allowed: ["refuse"])
    let refuses = try query.word("refuse", of: ["true", "false"]) == "true"
    let report = try await engine.erase(device: id, refuses: refuses, actor: peer.name)
    return .json(ObjectReply(schema: Schema.name("device", "erase"), value: report))
  }
}
