import ControlProtocol
import Hummingbird

/// The database's room and health.
extension Routes {
  func addStoreRoutes(to router: Router<ControlContext>) {
    router.get("/v1/store", use: reading { _, _ in .json(status.storeReport()) })
    router.post("/v1/store/check", use: changing(checkStore))
  }

  private func checkStore(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    do {
      try await keeper.check()
    } catch {
      throw ProblemDetails(status: 503, title: "the database can't be checked", detail: "\(error)")
    }
    return .json(status.storeReport())
  }
}
