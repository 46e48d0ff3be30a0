import ControlProtocol
import Hummingbird

/// The database's room and health.
extension Routes {
  var storeRoutes: [ControlRoute] {
    [
      asks("/v1/store", "The room that the database takes and has, and whether it is whole", .object("store.show")) {
        _, _ in .json(status.storeReport())
      },
      changes("/v1/store/check", "All of the database is read and checked", .object("store.show"), checkStore),
    ]
  }

  private func checkStore(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    do {
      try await keeper.check()
    } catch {
      throw ProblemDetails(
        status: 503, title: "the check was broken off", detail: "the daemon is stopping: ask again when it runs")
    }
    return .json(status.storeReport())
  }
}
