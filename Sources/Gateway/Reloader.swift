import CheckedYAML
import ControlProtocol
import FirmwareProfiles
import Logging
import ServiceLifecycle
import UnixSignals

/// SIGHUP, or `forewarn profile reload`: configuration and profiles are read and checked first, and taken whole or not at
/// all; the stream goes on meanwhile.
struct Reloader: Service {
  let path: String
  let configuration: Configuration
  let engine: Engine
  let board: Board
  let logger: Logger
  let signals: UnixSignalsSequence

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in signals {
        ServiceManager.reloading()
        do {
          _ = try await reload()
        } catch {
          // Said to the log and to `status`, which keeps it until a reload succeeds.
          logger.error("reload refused; everything stays as it was", metadata: ["faults": "\(error)"])
        }
        ServiceManager.ready("running")
      }
    }
  }

  func reload() async throws -> ReloadReport {
    let catalogue: Catalogue
    do throws(YAMLFaults) {
      let fresh = try Configuration.load(path)
      catalogue = try Catalogue.load(folder: fresh.profiles)
      let fixed = zip(configuration.fixedParts, fresh.fixedParts).filter { $0.value != $1.value }.map(\.0.key)
      if !fixed.isEmpty {
        logger.warning(
          "these keys take effect only after a restart", metadata: ["keys": "\(fixed.joined(separator: ", "))"])
      }
    } catch {
      let faults = "\(error)"
      board.change { $0.reloadTrouble = faults }
      throw ProblemDetails(
        status: 409, title: "the reload was refused",
        detail: "nothing was changed; mend these, then reload again:\n\(faults)")
    }
    return try await engine.reload(catalogue)
  }
}
