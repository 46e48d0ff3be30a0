import Foundation
import Glibc
import Rig
import Testing

/// A state directory as no start wishes to find it: each time clear words or a whole store, and never an empty one.
@Suite(.serialized) struct DamagedStateTests {
  private static func used() async throws -> Installation {
    let site = try await Installation.started(broker: .init(isPersistent: true))
    try await Crowd(site.broker).publish(numberedReports(0..<500, devices: 50))
    #expect(try await site.tally(of: 500) == Tally(applied: 500))
    try await site.daemon.stop()
    return site
  }

  @Test func `a corrupt database is refused by name with what to do, and left as it is`() async throws {
    let site = try await Self.used()
    var bytes = try Data(contentsOf: URL(filePath: site.databasePath))
    bytes.replaceSubrange(0..<4096, with: Data(repeating: 0xA5, count: 4096))
    try bytes.write(to: URL(filePath: site.databasePath))
    let exit = try await site.daemon.startExpectingExit()
    #expect(exit != .code(0))
    #expect(site.daemon.standardError.contains("cases.db"))
    #expect(site.daemon.standardError.contains("restore"), "\(site.daemon.standardError)")
    #expect(try Data(contentsOf: URL(filePath: site.databasePath)) == bytes)
    try FaultReport.measured("refused with \(exit), the file untouched", of: "corrupt database")
  }

  @Test(.enabled(if: SmallDisk.isPossible, "needs root, and a machine where it may mount a tmpfs"))
  func `a state directory that turns read-only acknowledges nothing, and loses nothing`() async throws {
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(.init(brokerURL: broker.url, profiles: Installation.shippedProfiles))
    let disk = try SmallDisk(over: daemon.stateDirectory, megabytes: 64)
    defer { withExtendedLifetime(daemon) { disk.unmount() } }
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    try await Crowd(broker).publish(numberedReports(0..<500, devices: 50))
    #expect(try await site.tally(of: 500) == Tally(applied: 500))
    daemon.kill()
    try disk.setReadOnly(true)
    let exit = try await daemon.startExpectingExit()
    #expect(exit == .code(2) && daemon.standardError.contains("can't write in the state directory"))
    try await Crowd(broker).publish(numberedReports(500..<1000, devices: 50))
    try disk.setReadOnly(false)
    try await daemon.start()
    let tally = try await site.tallyAtRest(of: 1000)
    #expect(tally.applied == 1000)
    try FaultReport.measured("refused with \(exit), then \(1000 - tally.applied) of 1000 lost", of: "read-only state")
    try await daemon.stop()
  }
}
