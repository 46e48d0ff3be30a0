import Broker
import FleetSimulation
import Foundation
import Rig
import Testing
import Vocabulary

/// A broker may hand everything over again, and in another order: that changes nothing.
struct RepeatedDaysTests {
  @Test(.longFault) func `every day twice and shuffled within its buckets gives the same tickets and evidence`()
    async throws
  {
    let days = try SmallFleet.days(seed: 20_250_601)
    let once = try await Self.evidence(of: days)
    var random = SplitMix(state: 7)
    let twice = try await Self.evidence(of: days.map { ($0 + $0).shuffled(using: &random) })
    #expect(once.tickets.count > 10)
    expectSame(twice.tickets, once.tickets)
    expectSame(twice.findings, once.findings)
    #expect(twice.cells == once.cells)
    #expect(twice.tally.applied == once.tally.applied)
    #expect(twice.tally.duplicate == once.tally.duplicate * 2 + once.tally.applied)
    let isSame = twice.tickets == once.tickets && twice.cells == once.cells
    try FaultReport.measured(
      "\(twice.tally.received) messages, \(twice.tally.duplicate) of them duplicates, \(twice.tickets.count) tickets and "
        + "\(twice.cells.count) cells, \(isSame ? "all" : "NOT all") the same", of: "every day twice and shuffled")
  }

  private static func evidence(of days: [[SimulatedMessage]]) async throws -> Evidence {
    let site = try await Installation.started(["clock: event"])
    let crowd = try Crowd(site.broker)
    for day in days {
      try await crowd.publish(
        day.enumerated().map {
          OutgoingPublish(id: Int64($0), topic: $1.topic, payload: Array($1.payload), isRetained: $1.isRetained)
        })
    }
    let tally = try await site.tallyAtRest(of: days.reduce(0) { $0 + $1.count })
    let evidence = try await Evidence.of(site, tally)
    try await site.daemon.stop()
    return evidence
  }
}
