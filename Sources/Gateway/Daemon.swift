import Broker
import CaseStore
package import CheckedYAML
import FirmwareProfiles
import Glibc
import Hummingbird
import Logging
import Pipeline
import ServiceLifecycle
import Triage
import UnixSignals
import Vocabulary

/// The assembly, in the order of dependence: configuration, profiles, store, engine, then the services. A service that
/// ends, ends the daemon; systemd starts it again.
package struct Daemon: Sendable {
  private let path: String
  private let configuration: Configuration
  private let catalogue: Catalogue
  private let messages: Messages
  private let logger: Logger
  private let logLevel: LogLevelSwitch

  /// Reads and checks everything that needs no other process.
  package init(configurationPath: String) throws(YAMLFaults) {
    path = configurationPath
    configuration = try Configuration.load(configurationPath)
    catalogue = try Catalogue.load(folder: configuration.profiles)
    messages = try MessageFolder.load(configuration.messages)
    let level = LogLevelSwitch(configuration.logLevel)
    logLevel = level
    logger = Logger(label: "forewarnd") { _ in LogLines(level: level) }
  }

  /// Every fault of configuration and profiles at once; what is sound, in a line.
  package static func check(configurationPath: String) throws(YAMLFaults) -> String {
    let configuration = try Configuration.load(configurationPath)
    let catalogue = try Catalogue.load(folder: configuration.profiles)
    _ = try MessageFolder.load(configuration.messages)
    let count = catalogue.profiles.count
    let sound =
      "\(configurationPath) and \(count) profile\(count == 1 ? "" : "s") in \(configuration.profiles) are sound"
    let warnings = configuration.sources.undeclared(in: catalogue).map { "\nwarning: \($0)" }
    return sound + warnings.joined()
  }

  /// Runs until a signal or a failure. Throws `StartFailure` or `StoreError` where it can't begin.
  package func run() async throws {
    // Before anything else: a HUP that comes before its handler kills.
    let hangUps = await UnixSignalsSequence(trapping: .sighup)
    try Listeners.check(socket: configuration.control.socket)
    let entrances = try WebEntrance.all(of: configuration.httpListen, logger: logger)
    let brokerSettings = try BrokerAccess(configuration).settings()
    try SecretFile.check(configuration.webhooks)

    let faults = try FaultSwitch.read(stateDirectory: configuration.stateDirectory)
    faults.warn(logger)
    let store = try CaseDatabase(directory: configuration.stateDirectory, limits: configuration.storeLimits)
    let erasures = try ErasureList(directory: configuration.stateDirectory)
    let board = Board()
    let engine = Engine(
      pipeline: StageLine(catalogue: catalogue, settings: configuration.pipelineSettings), store: store,
      erasures: erasures, board: board, logger: logger, faults: faults)
    let failure = FatalFailure()
    await engine.setOnFatal { failure.record($0) }
    await engine.setWebhooks(configuration.webhooks)
    await engine.speak(messages, configuration)
    let recovery = try await engine.recover()
    // Not before: what the journal holds was applied, and told, when it came.
    await engine.trace(at: configuration.logLevel)
    try await engine.audit(configuration.auditedParts(catalogue))
    store.releaseMemory()
    ResidentMemory.releaseHeap()
    logger.notice(
      "state loaded", metadata: ["devices": "\(recovery.devices)", "journal_messages": "\(recovery.journal)"])

    for words in configuration.sources.undeclared(in: catalogue) {
      logger.warning("a source maps to what no profile declares", metadata: ["fault": "\(words)"])
    }

    let running = RunningConfiguration(configuration)
    let session = try SessionAccess(running, store: store)
    let access = AccessControl(configuration.control)
    let logger = logger
    let broker = try BrokerService(
      settings: brokerSettings, session: session, engine: engine, board: board, logger: logger, faults: faults
    ) {
      ServiceManager.ready("connected to \(configuration.broker.url)")
      logger.notice("ready")
      ResidentMemory.releaseCode()
    }
    let status = StatusReporter(board: board, store: store, configuration: running, startedAt: WallClock.now())
    let credentials = CredentialWatch(running, logger: logger) { broker.subscriber.renew($0) }
    let reloader = Reloader(
      path: path, configuration: running, engine: engine, board: board, access: access, logLevel: logLevel,
      logger: logger, signals: hangUps, credentials: credentials
    ) { fresh, before in
      broker.subscriber.subscribe(
        to: BrokerAccess(fresh).filters.map { Subscription(filter: $0, retainHandling: .ifNew) })
      do throws(StoreError) {
        if board.read(\.isSessionRemembered) { try session.remember(alsoHeld: before) }
      } catch {
        logger.warning("the subscriptions can't be remembered", metadata: ["error": "\(error)"])
      }
    }
    let keeper = try StoreKeeper(engine: engine, store: store, board: board, configuration: running, logger: logger)
    let routes = Routes(
      engine: engine, store: store, status: status, access: access, keeper: keeper,
      reload: { try await reloader.reload(by: $0) })
    var quiet = logger
    quiet.logLevel = .warning

    var services: [any Service] = [
      failure, reloader, Listeners.control(routes, configuration.control, logger: quiet),
    ]
    if let first = entrances.first {
      let rates = RateRecorder(board: board)
      let dashboard = DashboardRoutes(engine: engine, store: store, status: status, rates: rates, listen: first.address)
      services.append(rates)
      services += Listeners.web(dashboard, at: entrances, logger: quiet)
    }
    services += [credentials, keeper]
    services.append(Ticker(engine: engine, board: board))
    services.append(
      WebhookCourier(engine: engine, store: store, board: board, configuration: running, logger: logger))
    services.append(broker)

    // Shut down in the reverse order: first the intake.
    var groupConfiguration = ServiceGroupConfiguration(
      services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
    // A client that never finishes its request must not hold the daemon: after this it is cut off.
    groupConfiguration.maximumGracefulShutdownDuration = .seconds(Limits.shutdownSeconds)
    do {
      try await ServiceGroup(configuration: groupConfiguration).run()
    } catch is CancellationError {
      logger.notice("connections that wouldn't end were cut")
    }
    ServiceManager.stopping()
    await engine.commitRest()
    if failure.reason == nil { await engine.rest() }
    if board.read(\.isSessionRemembered), failure.reason == nil {
      // From here on a copy of the store that was taken while it ran is told from the store.
      try session.remember()
    }
    try store.close()
    unlink(configuration.control.socket)
    if let reason = failure.reason { throw StartFailure(reason) }
    logger.notice("stopped")
  }
}
