import Broker
import CaseStore
package import CheckedYAML
import FirmwareProfiles
import Glibc
import Hummingbird
import Logging
import Pipeline
import ServiceLifecycle
import UnixSignals
import Vocabulary

/// The assembly, in the order of dependence: configuration, profiles, store, engine, then the services. A service that
/// ends, ends the daemon; systemd starts it again.
package struct Daemon: Sendable {
  private let path: String
  private let configuration: Configuration
  private let catalogue: Catalogue
  private let logger: Logger

  /// Reads and checks everything that needs no other process.
  package init(configurationPath: String) throws(YAMLFaults) {
    path = configurationPath
    configuration = try Configuration.load(configurationPath)
    catalogue = try Catalogue.load(folder: configuration.profiles)
    let level = configuration.logLevel
    logger = Logger(label: "forewarnd") { _ in LogLines(level: level) }
  }

  /// Every fault of configuration and profiles at once; what is sound, in a line.
  package static func check(configurationPath: String) throws(YAMLFaults) -> String {
    let configuration = try Configuration.load(configurationPath)
    let catalogue = try Catalogue.load(folder: configuration.profiles)
    let count = catalogue.profiles.count
    return "\(configurationPath) and \(count) profile\(count == 1 ? "" : "s") in \(configuration.profiles) are sound"
  }

  /// Runs until a signal or a failure. Throws `StartFailure` or `StoreError` where it can't begin.
  package func run() async throws {
    // Before anything else: a HUP that comes before its handler kills.
    let hangUps = await UnixSignalsSequence(trapping: .sighup)
    try Listeners.check(socket: configuration.control.socket)
    if let address = configuration.httpListen { try Listeners.check(port: address) }
    let brokerSettings = try BrokerAccess(configuration.broker).settings()

    let faults = try FaultSwitch.read(stateDirectory: configuration.stateDirectory)
    faults.warn(logger)
    let store = try CaseDatabase(directory: configuration.stateDirectory)
    let board = Board()
    let engine = Engine(
      pipeline: StageLine(catalogue: catalogue, settings: configuration.pipelineSettings), store: store, board: board,
      logger: logger, configuration: configuration, faults: faults)
    let failure = FatalFailure()
    await engine.setOnFatal { failure.record($0) }
    let recovery = try await engine.recover()
    logger.notice(
      "state loaded", metadata: ["devices": "\(recovery.devices)", "journal_messages": "\(recovery.journal)"])

    let status = StatusReporter(board: board, store: store, configuration: configuration, startedAt: WallClock.now())
    let reloader = Reloader(
      path: path, configuration: configuration, engine: engine, board: board, logger: logger, signals: hangUps)
    let permissions = Permissions(
      readersGroup: configuration.control.readersGroup, operatorsGroup: configuration.control.operatorsGroup)
    let routes = Routes(
      engine: engine, store: store, status: status, permissions: permissions, reload: { try await reloader.reload() })
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)

    var services: [any Service] = [
      failure, reloader, Listeners.control(routes, configuration.control, logger: quiet),
    ]
    if let address = configuration.httpListen { services.append(Listeners.metrics(status, address, logger: quiet)) }
    services.append(Ticker(engine: engine, board: board))
    let logger = logger
    services.append(
      BrokerService(
        settings: brokerSettings, engine: engine, store: store, board: board, logger: logger, faults: faults
      ) {
        ServiceManager.ready("connected to \(configuration.broker.url)")
        logger.notice("ready")
      })

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
    try store.close()
    unlink(configuration.control.socket)
    if let reason = failure.reason { throw StartFailure(reason) }
    logger.notice("stopped")
  }
}
