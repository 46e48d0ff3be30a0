import Broker
import CheckedYAML
import ControlProtocol
import FirmwareProfiles
import Logging
import ServiceLifecycle
import Triage
import UnixSignals

/// SIGHUP, or `forewarn profile reload`: configuration and profiles are read and checked first, and taken whole or not at
/// all; the stream goes on meanwhile. What can't change while the daemon runs is named, in the log and in the answer.
struct Reloader: Service {
  let path: String
  let configuration: RunningConfiguration
  let engine: Engine
  let board: Board
  let access: AccessControl
  let logLevel: LogLevelSwitch
  let logger: Logger
  let signals: UnixSignalsSequence
  let credentials: CredentialWatch
  /// Tells the broker of other subscriptions; the filters so far may still be in its session.
  let resubscribe: @Sendable (_ configuration: Configuration, _ before: [String]) -> Void
  /// Two at once could leave the older files in force.
  private let turnstile = Turnstile()

  init(
    path: String, configuration: RunningConfiguration, engine: Engine, board: Board, access: AccessControl,
    logLevel: LogLevelSwitch, logger: Logger, signals: UnixSignalsSequence,
    credentials: CredentialWatch, resubscribe: @escaping @Sendable (Configuration, [String]) -> Void
  ) {
    self.path = path
    self.configuration = configuration
    self.engine = engine
    self.board = board
    self.access = access
    self.logLevel = logLevel
    self.logger = logger
    self.signals = signals
    self.credentials = credentials
    self.resubscribe = resubscribe
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in signals {
        ServiceManager.reloading()
        do {
          _ = try await reload(by: "SIGHUP")
        } catch {
          // Said to the log and to `status`, which keeps it until a reload succeeds.
          logger.error("reload refused; everything stays as it was", metadata: ["faults": "\(error)"])
        }
        ServiceManager.ready("running")
      }
    }
  }

  func reload(by actor: String) async throws -> ReloadReport {
    try await turnstile.pass { try await readAndTake(actor) }
  }

  private func readAndTake(_ actor: String) async throws -> ReloadReport {
    let fresh: Configuration
    let catalogue: Catalogue
    let messages: Messages
    do throws(YAMLFaults) {
      fresh = try Configuration.load(path)
      catalogue = try Catalogue.load(folder: fresh.profiles)
      messages = try MessageFolder.load(fresh.messages)
    } catch {
      throw refusal("\(error)")
    }
    let renewal: (credentials: BrokerCredentials, stamp: [String])?
    do throws(StartFailure) {
      try SecretFile.check(fresh.webhooks)
      renewal = try credentials.changed(in: configuration.current.taking(changeablePartsOf: fresh))
    } catch {
      throw refusal("\(error)")
    }
    await engine.speak(messages, fresh)
    let report = try await take(fresh, catalogue, actor)
    if let renewal { credentials.take(renewal) }
    return report
  }

  private func refusal(_ faults: String) -> ProblemDetails {
    board.change { $0.reloadTrouble = faults }
    return ProblemDetails(
      status: 409, title: "the reload was refused",
      detail: "nothing was changed; mend these, then reload again:\n\(faults)")
  }

  /// Nothing here can be refused any more: the engine's part is one commit, and the rest are values.
  private func take(
    _ fresh: Configuration, _ catalogue: Catalogue, _ actor: String
  ) async throws -> ReloadReport {
    let before = configuration.current
    let applied = before.differences(from: fresh, in: \.changeableParts)
    let needRestart = before.differences(from: fresh, in: \.fixedParts)
    let after = before.taking(changeablePartsOf: fresh)
    let isChange = try await engine.reload(
      catalogue, after.pipelineSettings, audited: after.auditedParts(catalogue), actor: actor)
    await engine.setWebhooks(after.webhooks)
    configuration.take(fresh)
    logLevel.set(after.logLevel)
    await engine.trace(at: after.logLevel)
    access.change(to: after.control, logger: logger)
    if before.broker.alsoSubscribe != after.broker.alsoSubscribe {
      resubscribe(after, BrokerAccess(before).filters)
    }
    if !applied.isEmpty {
      logger.notice("configuration reloaded", metadata: ["keys": "\(applied.joined(separator: ", "))"])
    }
    if !needRestart.isEmpty {
      logger.warning(
        "these keys take effect only after a restart", metadata: ["keys": "\(needRestart.joined(separator: ", "))"])
    }
    return ReloadReport(
      count: catalogue.profiles.count, revision: catalogue.revision, changed: isChange, applied: applied,
      needRestart: needRestart)
  }
}
