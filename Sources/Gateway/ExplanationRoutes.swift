import CaseStore
import ControlProtocol
import Hummingbird
import Vocabulary

/// Why: the terms of a device's hazard, and what a finding rests on.
extension Routes {
  func deviceExplanation(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard let explanation = await engine.explanation(ofDevice: id) else {
      guard await engine.device(id) != nil else { throw ProblemDetails.noSuch("device", id) }
      throw ProblemDetails(
        status: 409, title: "not scored", detail: "device \(id) is retired, or nothing was heard yet to judge it by")
    }
    return .json(ObjectReply(schema: Schema.name("explain", "device"), value: explanation))
  }

  func findingGrounds(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard let found = try store.finding(id) else { throw ProblemDetails.noSuch("finding", id) }
    return .json(
      ObjectReply(schema: Schema.name("finding", "grounds"), value: await engine.grounds(of: found.finding)))
  }
}
