import Testing
import Vocabulary

@testable import DefectModel

/// What those who looked at devices found, as evidence.
struct VerdictTests {
  private let product: Symbol = "stick"
  private static let mode = FailureMode(id: "hdmi", title: "HDMI", onset: .event("hdmi", count: 1), horizonDays: 30)
  private let start = EventTime(seconds: 1_763_856_000)

  private func day(_ number: Double) -> EventTime { start + Int64(number * Double(EventTime.day)) }

  private func verdict(
    _ device: String, _ result: Verdict.Result, _ source: Verdict.Source = .check, on number: Double = 0,
    mode: Symbol? = "hdmi", ticket: String? = nil
  ) -> Verdict {
    Verdict(
      identity: DeviceIdentity(product: product, device: device), failureMode: mode, time: day(number), result: result,
      source: source, ticket: ticket)
  }

  private func standing(batch: Symbol = "W18", firmware: Symbol = "3.2.0", onsets: [String: Int] = ["hdmi": 1])
    -> KeptVerdict.Standing
  {
    KeptVerdict.Standing(batch: batch, firmware: firmware, region: "DE", onsets: onsets)
  }

  private func ratio(_ book: VerdictBook, at number: Double, firmware: Symbol = "3.2.0") -> Double {
    book.verdict(on: "D1", Self.mode, firmware: firmware, before: day(number) + 1)?.likelihoodRatio ?? 1
  }

  @Test func `a remote check multiplies the odds by its likelihood ratio, and less and less within the horizon`() {
    var book = VerdictBook()
    let isNews = book.take(verdict("D1", .fault))
    let isNewsAgain = book.take(verdict("D1", .fault))
    #expect(isNews && !isNewsAgain)
    #expect(abs(ratio(book, at: 0) - 18) < 1e-6)
    #expect(abs(0.3.timesOdds(ratio(book, at: 0)) - 0.885_246) < 1e-6)
    #expect(abs(ratio(book, at: 15) - 18.0.squareRoot()) < 1e-6)
    #expect(abs(0.3.timesOdds(ratio(book, at: 15)) - 0.645_180) < 1e-5)
    #expect(ratio(book, at: 30) == 1 && ratio(book, at: 60) == 1)
    // What isn't known yet at a moment doesn't count.
    #expect(book.verdict(on: "D1", Self.mode, firmware: "3.2.0", before: day(0)) == nil)
    var sound = VerdictBook()
    sound.take(verdict("D1", .noFault))
    #expect(abs(ratio(sound, at: 0) - 0.1 / 0.95) < 1e-9)
    var unclear = VerdictBook()
    unclear.take(verdict("D1", .inconclusive))
    #expect(ratio(unclear, at: 0) == 1)
  }

  @Test func `the probability of a device moves by exactly those odds`() throws {
    let key = ModeKey(product: product, mode: "hdmi")
    let profile = FirmwareProfile(product: product, title: "", modes: [Self.mode])
    let knowledge = try #require(ModeKnowledge.merged([profile])[key])
    let hazard = ModeModel(key: key, knowledge: knowledge).hazard
    let posterior = DevicePosterior(mode: Self.mode, hazard: hazard)
    var risk = DeviceRisk(covariates: Covariates(batch: "W18", firmware: "3.2.0"))
    let before = posterior.probability(risk, horizonDays: 30)
    risk.likelihoodRatio = 18
    let after = posterior.probability(risk, horizonDays: 30)
    for (old, new) in [(before.mean, after.mean), (before.low, after.low), (before.high, after.high)] {
      #expect(abs(new / (1 - new) / (old / (1 - old)) / 18 - 1) < 1e-9)
    }
    #expect(posterior.attribution(risk).device > 0.9)
  }

  @Test func `a check speaks of the firmware that ran then, a bench of the device`() {
    var book = VerdictBook()
    book.take(verdict("D1", .fault))
    book.settle(before: day(1)) { _ in standing() }
    #expect(ratio(book, at: 0) > 17 && ratio(book, at: 0, firmware: "3.3.0") == 1)
    var bench = VerdictBook()
    bench.take(verdict("D1", .fault, .bench))
    bench.settle(before: day(1)) { _ in standing() }
    #expect(abs(ratio(bench, at: 0, firmware: "3.3.0") - 49) < 1e-6)
  }

  @Test
  func
    `a bench without a fault takes the onsets before it out of the device's own record, a later fault puts them back`()
  {
    var book = VerdictBook()
    book.take(verdict("D1", .noFault, .bench, mode: nil))
    book.settle(before: day(1)) { _ in standing(onsets: ["hdmi": 3]) }
    var risk = DeviceRisk(covariates: Covariates(firmware: "3.2.0"), onsets: 4)
    book.inform(&risk, of: "D1", Self.mode, before: day(40))
    #expect(risk.onsets == 1 && risk.likelihoodRatio == 1)
    book.take(verdict("D1", .fault, .bench, on: 2))
    var again = DeviceRisk(covariates: Covariates(firmware: "3.2.0"), onsets: 4)
    book.inform(&again, of: "D1", Self.mode, before: day(3))
    #expect(again.onsets == 4 && again.likelihoodRatio > 1)
    var other = DeviceRisk(covariates: Covariates(firmware: "3.2.0"), onsets: 4)
    let none = book.inform(&other, of: "D2", Self.mode, before: day(3))
    #expect(none == nil && other.onsets == 4)
  }

  @Test func `a ticket's end is a verdict, and a reopened ticket takes it back`() {
    var book = VerdictBook()
    var ticket = Self.ticket(start)
    book.apply(.ticket(ticket))
    #expect(book.isEmpty)
    ticket.state = .resolved
    ticket.outcome = .noFaultFound
    ticket.history = [
      Ticket.Change(at: day(1), actor: "ada", change: "resolved", from: "open", to: "resolved", reason: nil)
    ]
    book.apply(.ticket(ticket))
    #expect(book.verdicts(of: "D1").map(\.verdict.result) == [.noFault])
    _ = book.takeChanges()
    ticket.state = .open
    ticket.outcome = nil
    book.apply(.ticket(ticket))
    let changes = book.takeChanges()
    #expect(book.isEmpty && changes.removed.count == 1)
    // Nobody looked, or the daemon only repeats what it was told.
    for (outcome, actor) in [(Ticket.Outcome.declined, "ada"), (.cured, "forewarnd"), (.noFaultFound, "forewarnd")] {
      ticket.state = .resolved
      ticket.outcome = outcome
      ticket.history[0].actor = actor
      book.apply(.ticket(ticket))
      #expect(book.isEmpty)
    }
  }

  private static func ticket(_ time: EventTime) -> Ticket {
    Ticket(
      id: "T-1", kind: .replacement, state: .open, severity: .major, device: "D1", product: "stick", batch: "W18",
      firmware: "3.2.0", region: "DE", customer: nil, failureMode: "hdmi", kb: nil,
      probability: .init(Interval(mean: 0.5, low: 0.4, high: 0.6), horizonDays: 30),
      evidence: .init(cohortDeviceDays: nil, cohortFailures: nil, deviceReports: 1), attribution: Attribution(),
      finding: nil,
      remedy: .init(
        type: .replacement, sku: nil, firmware: nil, expectedCost: 1, costOfWaiting: 2, breakEvenProbability: 0.5,
        currency: "USD"), explanation: "", decidedAt: time, openedAt: time, updatedAt: time, episode: 1,
      mayContact: true)
  }

  @Test func `order, repetition and shards change nothing`() {
    var all: [Verdict] = []
    for number in 0..<60 {
      let result: Verdict.Result = number % 3 == 0 ? .fault : number % 3 == 1 ? .noFault : .otherCause
      all.append(
        verdict("D\(number % 40)", result, Verdict.Source.allCases[number % 2], on: Double(number % 7)))
    }
    func settled(_ verdicts: [Verdict]) -> VerdictBook {
      var book = VerdictBook()
      for verdict in verdicts { book.take(verdict) }
      book.settle(before: day(30)) { standing(batch: $0.identity.device.hasSuffix("1") ? "W18" : "W19") }
      return book
    }
    let tallies = settled(all).tallies(before: day(30))
    #expect(settled(all.reversed() + all).tallies(before: day(30)) == tallies)
    var merged = VerdictTallies()
    for shard in 0..<3 {
      merged += settled(all.filter { $0.identity.device.utf8.reduce(0) { $0 + Int($1) } % 3 == shard })
        .tallies(before: day(30))
    }
    #expect(merged == tallies)
    let key = ModeKey(product: product, mode: "hdmi")
    #expect(tallies.tally(of: key).examined == 40)
    let (one, other) = (Cohort(cause: .batch, batch: "W18"), Cohort(cause: .batch, batch: "W19"))
    #expect(tallies.tally(of: key, in: one).examined + tallies.tally(of: key, in: other).examined == 40)
  }

  @Test func `a bench that found one mode clears the others, and only suspects count`() {
    var book = VerdictBook()
    book.take(verdict("D1", .fault, .bench, mode: "wifi"))
    book.take(verdict("D2", .noFault, .bench, mode: nil))
    book.settle(before: day(1)) {
      $0.identity.device == "D1" ? standing(onsets: ["hdmi": 2, "wifi": 0]) : standing(onsets: [:])
    }
    let tallies = book.tallies(before: day(1))
    #expect(tallies.tally(of: ModeKey(product: product, mode: "hdmi")) == VerdictTally(otherCauses: 1))
    #expect(tallies.tally(of: ModeKey(product: product, mode: "wifi")) == VerdictTally(faults: 1))
  }

  @Test func `a handful of suspects without the fault outweighs any rates, and faults lower what rates must show`() {
    func probability(_ rates: Double, _ faults: Int, _ cleared: Int, _ share: Double = 0.3) -> Double {
      VerdictWeight.probability(byRates: rates, faults: faults, cleared: cleared, noFaultFound: share)
    }
    #expect(abs(VerdictWeight.bayesFactor(faults: 0, cleared: 5, noFaultFound: 0.3) - 0.042_71) < 1e-4)
    #expect(abs(VerdictWeight.bayesFactor(faults: 2, cleared: 0, noFaultFound: 0.3) - 29.26) < 0.01)
    #expect(abs(probability(1 - 1e-12, 0, 5) - 0.459) < 1e-3)
    #expect(abs(probability(1 - 1e-12, 0, 4) - 0.552) < 2e-3)
    #expect(abs(probability(0.95, 2, 0) - 0.998) < 5e-4)
    #expect(probability(0.97, 0, 0) == 0.97)
    // Among five, one fault rescues it; where the profile expects many sound suspects, five say little.
    #expect(probability(0.999, 1, 4) > 0.8 && probability(0.999, 0, 5, 0.7) > 0.9)
    for rates in [0.5, 0.9, 0.99, 0.999_999] {
      for count in 0..<20 {
        #expect(probability(rates, 0, count + 1) < probability(rates, 0, count))
        #expect(probability(rates, count + 1, 0) >= probability(rates, count, 0))
      }
    }
  }

  @Test func `the no-fault-found rate has its interval, by quantiles that are the published ones`() throws {
    #expect(abs(BetaDistribution.cumulative(0.5, 2, 3) - 0.6875) < 1e-12)
    let rate = try #require(VerdictTally(faults: 7, noFaults: 2, otherCauses: 1).noFaultFoundRate)
    // scipy.stats.beta.ppf([.05, .95], 3.5, 7.5)
    #expect(abs(rate.low - 0.117_329_38) < 1e-7 && abs(rate.high - 0.558_126_77) < 1e-7 && rate.mean == 0.3)
    #expect(VerdictTally().noFaultFoundRate == nil)
    #expect(VerdictTally(noFaults: 4).noFaultFoundRate?.high == 1)
  }
}
