import Testing
import Triage
import Vocabulary

struct FindingRulesTests {
  let triage = Situation.triage()

  @Test func `the sequential gate alone makes a suspicion, without a time of detection`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = false }]))
    let finding = try #require(desk.finding)
    #expect(finding.state == .suspected)
    #expect(finding.detectedAt == nil)
  }

  @Test func `both gates make a confirmed finding, detected in that pass`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(3, [Situation.belief()]))
    let finding = try #require(desk.finding)
    #expect(finding.state == .confirmed)
    #expect(finding.detectedAt == Situation.day(3))
    #expect(finding.id == CaseID.finding(Situation.key, cohort: Situation.batch, episode: 1))
    #expect(finding.kb == "KB-087")
    #expect(finding.candidates.map(\.probability) == [0.02])
  }

  @Test func `the posterior gate alone makes nothing`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.logEvidence = 3 }]))
    #expect(desk.findings.isEmpty)
  }

  @Test func `a suspicion is confirmed under the same id, and keeps its first decision`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = false }]))
    let id = desk.finding?.id
    desk.run(triage, Situation.pass(4, [Situation.belief()]))
    let finding = try #require(desk.finding)
    #expect(finding.id == id)
    #expect(finding.state == .confirmed)
    #expect(finding.decidedAt == Situation.day(0))
    #expect(finding.detectedAt == Situation.day(4))
    #expect(finding.history.map(\.change) == ["opened", "confirmed"])
    #expect(!finding.explanation.contains("suspected"))
  }

  @Test func `a defect that the profile lists is known as soon as there are such devices`() throws {
    let known = FirmwareProfile.KnownDefect(
      mode: Situation.mode, batch: "W18", relativeRisk: 4, probability: 0.5, kb: "KB-2024")
    func quiet(_ deviceDays: Double) -> CohortBelief {
      Situation.belief {
        $0.known = known
        $0.logEvidence = 0
        $0.isPosteriorGateOpen = false
        $0.deviceDays = deviceDays
      }
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [quiet(0)]))
    #expect(desk.findings.isEmpty)
    desk.run(triage, Situation.pass(1, [quiet(10)]))
    var finding = try #require(desk.finding)
    #expect(finding.state == .known)
    #expect(finding.kb == "KB-2024")
    #expect(finding.detectedAt == nil)

    desk.run(triage, Situation.pass(2, [Situation.belief { $0.known = known }]))
    finding = try #require(desk.finding)
    #expect(finding.state == .known)
    #expect(finding.detectedAt == Situation.day(2))

    desk.run(triage, Situation.pass(3, []))
    #expect(desk.finding?.state == .known, "only a person ends what a profile entered")
  }

  @Test func `a confirmed finding clears when both its gates are far away`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()]))
    desk.run(triage, Situation.pass(1, [Situation.belief { $0.probability = 0.4 }]))
    #expect(desk.finding?.state == .confirmed, "the sequential gate is still open")
    desk.run(
      triage,
      Situation.pass(
        2,
        [
          Situation.belief {
            $0.logEvidence = 1
            $0.probability = 0.7
          }
        ]))
    #expect(desk.finding?.state == .confirmed, "its probability is still over the line")
    let faded = Situation.belief {
      $0.logEvidence = 1
      $0.probability = 0.4
    }
    desk.run(triage, Situation.pass(3, [faded]))
    #expect(desk.finding?.state == .confirmed, "it has stood for three days only")
    desk.run(triage, Situation.pass(7, [faded]))
    #expect(desk.findings.isEmpty)
    let last = try #require(desk.lastFindings.first)
    #expect(last.state == .cleared)
    #expect(last.history.last?.reason == "its probability fell to 40 %")
  }

  @Test func `a suspicion that the profile comes to list is known from then on, whatever its gates say`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = false }]))
    let id = desk.finding?.id
    let listed = Situation.belief {
      $0.known = .init(mode: Situation.mode, batch: "W18", relativeRisk: 4, probability: 0.5)
      $0.logEvidence = 0
      $0.probability = 0.1
      $0.isPosteriorGateOpen = false
    }
    desk.run(triage, Situation.pass(1, [listed]))
    #expect(desk.finding?.state == .known)
    #expect(desk.finding?.id == id)
  }

  @Test func `a finding whose cohort the model no longer lists clears, but not in a pass without its mode`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()]))
    desk.run(triage, PassBeliefs(decidedAt: Situation.day(7), modes: [], devices: []))
    #expect(desk.findings.count == 1)
    desk.run(triage, Situation.pass(8, []))
    #expect(desk.findings.isEmpty)
  }

  @Test func `the same defect seen again is a new episode with another id`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()]))
    let first = try #require(desk.finding)
    desk.run(triage, Situation.pass(8, []))
    desk.run(triage, Situation.pass(9, [Situation.belief()]))
    let second = try #require(desk.finding)
    #expect(second.episode == 2)
    #expect(second.id != first.id)
  }

  @Test func `what a person confirmed stays until a person clears it`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = false }]))
    let suspected = try #require(desk.finding)
    let confirmed = try triage.apply(
      .confirm(reason: "seen in the lab"), to: suspected, at: Situation.day(0), actor: "ada")
    desk.take(.finding(confirmed))
    desk.run(triage, Situation.pass(1, []))
    #expect(desk.finding?.state == .confirmed)
  }

  @Test func `what a person cleared opens again only after the mode's window`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()]))
    let finding = try #require(desk.finding)
    desk.take(
      .finding(try triage.apply(.clear(reason: "a test rig"), to: finding, at: Situation.day(0), actor: "ada")))
    desk.run(triage, Situation.pass(27, [Situation.belief()]))
    #expect(desk.findings.isEmpty)
    desk.run(triage, Situation.pass(28, [Situation.belief()]))
    #expect(desk.finding?.episode == 2)
  }

  @Test func `a cohort inside another's finding is explained by that one`() {
    let inner = Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0")
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief(inner), Situation.belief()]))
    #expect(desk.findings.map(\.cohort) == [Situation.batch])
  }

  @Test func `a cohort inside another's finding has its own if its rate lies wholly above`() {
    let inner = Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0")
    var desk = Desk()
    desk.run(
      triage,
      Situation.pass(
        0,
        [Situation.belief(inner) { $0.rateRatio = Interval(mean: 8, low: 5.7, high: 10) }, Situation.belief()]))
    #expect(Set(desk.findings.map(\.cohort)) == [Situation.batch, inner])
  }

  @Test func `an unresolved finding ends when one of its candidates turns out to be the cause`() throws {
    let both = Cohort(cause: .unresolved, batch: "W18", firmware: "3.2.0")
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief(both)]))
    #expect(desk.finding?.cohort == both)
    desk.run(triage, Situation.pass(1, [Situation.belief(both), Situation.belief()]))
    let batch = try #require(desk.finding)
    #expect(batch.cohort == Situation.batch)
    let cleared = try #require(desk.lastFindings.first { $0.cohort == both })
    #expect(cleared.history.last?.reason == "finding \(batch.id) (batch W18) explains it")
  }

  @Test func `a confirmed finding stands while the data can't tell it from another, a suspected one makes room`() throws
  {
    let pair = Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0")
    let undecided = Situation.belief(Cohort(cause: .unresolved, batch: "W18", firmware: "3.2.0")) {
      $0.candidates = [
        Candidate(cohort: pair, probability: 0.8), Candidate(cohort: Situation.batch, probability: 0.2),
      ]
    }
    for isConfirmed in [true, false] {
      var desk = Desk()
      desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = isConfirmed }]))
      let batch = try #require(desk.finding)
      // Long after the days that it stands for in any case.
      for day in 1...40 { desk.run(triage, Situation.pass(day, [undecided])) }
      #expect(desk.findings.map(\.cohort) == [isConfirmed ? Situation.batch : undecided.cohort])
      let last = try #require(desk.lastFindings.first { $0.id == batch.id })
      #expect(last.state == (isConfirmed ? .confirmed : .cleared))
      if !isConfirmed {
        #expect(last.history.last?.reason == "the data can't tell it from batch W18 on firmware 3.2.0")
      }
    }
  }

  /// The batch's probability against the pair's, when the pair was named and later, and whether it is named in its place.
  @Test(arguments: [
    (0.007, 0.992, false), (0.007, 0.9998, true), (0.04, 0.95, false), (0.04, 0.999, true), (0, 0.9999, false),
    (0, 0.999_999, true),
  ])
  func `what named a cause still counts when it has left the model's window`(then: Double, now: Double, isNamed: Bool)
    throws
  {
    let pair = Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0")
    func belief(_ cohort: Cohort, ofBatch probability: Double) -> CohortBelief {
      Situation.belief(cohort) {
        $0.candidates = [
          Candidate(cohort: pair, probability: 1 - probability),
          Candidate(cohort: Situation.batch, probability: probability),
        ]
      }
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief(pair, ofBatch: then)]))
    let first = try #require(desk.finding)
    // Long after the days that it stands for in any case; with the model's list, as it would be, without the pair.
    for day in 1...40 { desk.run(triage, Situation.pass(day, [belief(Situation.batch, ofBatch: now)])) }
    #expect(desk.findings.map(\.cohort) == [isNamed ? Situation.batch : pair])
    let last = try #require(desk.lastFindings.first { $0.id == first.id })
    #expect(last.state == (isNamed ? .cleared : .confirmed))
  }

  @Test func `a wider cohort that was suspected isn't confirmed while a narrower one has named the cause`() throws {
    let pair = Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0")
    let candidates = [
      Candidate(cohort: pair, probability: 0.02), Candidate(cohort: Situation.batch, probability: 0.98),
    ]
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = false }]))
    #expect(desk.finding?.state == .suspected)
    let above = Interval(mean: 8, low: 5.7, high: 10)
    desk.run(
      triage,
      Situation.pass(
        1,
        [
          Situation.belief { $0.isPosteriorGateOpen = false },
          Situation.belief(pair) {
            $0.rateRatio = above
            $0.candidates = [
              Candidate(cohort: pair, probability: 0.98), Candidate(cohort: Situation.batch, probability: 0.02),
            ]
          },
        ]))
    desk.run(triage, Situation.pass(2, [Situation.belief { $0.candidates = candidates }]))
    let states = Dictionary(uniqueKeysWithValues: desk.findings.map { ($0.cohort, $0.state) })
    #expect(states == [Situation.batch: .suspected, pair: .confirmed])
  }

  @Test func `a cause that is named isn't called open again`() {
    let pair = Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0")
    let undecided = Situation.belief(Cohort(cause: .unresolved, batch: "W18", firmware: "3.2.0")) {
      $0.candidates = [
        Candidate(cohort: Situation.batch, probability: 0.7), Candidate(cohort: pair, probability: 0.3),
      ]
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief(pair)]))
    for day in 1...40 { desk.run(triage, Situation.pass(day, [undecided])) }
    #expect(desk.findings.map(\.cohort) == [pair])
  }

  @Test(arguments: [
    (1.05, false), (1.12, true),
  ])
  func `a finding is written again only for a change that an operator would see`(factor: Double, isWritten: Bool) {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()]))
    let changes = desk.run(triage, Situation.pass(1, [Situation.belief { $0.deviceDays *= factor }]))
    #expect(changes.isEmpty == !isWritten)
  }

  @Test func `devices affected are counted in the cohort, or taken from whoever knows them all`() {
    let devices = [
      Situation.device("A"), Situation.device("B") { $0.onsets = 0 },
      Situation.device("C") { $0.covariates.batch = "W19" },
    ]
    let pass = Situation.pass(0, [Situation.belief()], devices)
    func count(_ known: [CaseBook.DefectKey: Int]) -> [Int] {
      triage.decide(pass, cases: CaseBook(), devicesAffected: known, openedAt: pass.decidedAt).compactMap {
        if case .finding(let finding) = $0 { finding.devicesAffected } else { nil }
      }
    }
    #expect(count([:]) == [1])
    #expect(count([.init(mode: Situation.key, cohort: Situation.batch): 33]) == [33])
  }

  @Test func `numbers are kept to six digits`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.probability = 0.998_123_456_789 }]))
    #expect(desk.finding?.probability == 0.998123)
  }
}
