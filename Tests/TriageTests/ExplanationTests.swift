import Testing
import Vocabulary

@testable import Triage

struct ExplanationTests {
  let triage = Situation.triage()
  let fix = CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)

  @Test func `a replacement ticket says what was seen, why, and what comes next`() throws {
    let device = Situation.device {
      $0.probability = Interval(mean: 0.87, low: 0.81, high: 0.92)
      $0.customersOtherDevicesAffected = 2
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [device]))
    let (ticket, finding) = (try #require(desk.ticket), try #require(desk.finding))
    #expect(
      ticket.explanation
        == "This Fire TV Stick 4K Max has an 87 % probability (81–92 %) of HDMI CEC failure within 30 days. "
        + "It belongs to batch W18 (finding \(finding.id)), where something changed on 2025-11-09 (UTC): "
        + "37 failures in 41 230 device-days; other devices in the same regions, carriers and days would have had 9.1. "
        + "Such devices fail an estimated 4.1 times as often as others (90 % interval 3–5.6). "
        + "The cause is put down to: batch 91 %, firmware 3 %, unknown 3 %, environment 2 %, the device itself 1 %. "
        + "The next explanation, firmware 3.1.0, has a probability of 2 %. See KB-087. "
        + "2 other devices of this customer had it. "
        + "Next: replace it with B0BP9SNVH9, which ships with firmware 4.1.0. "
        + "The replacement is expected to cost 48.00 USD, waiting 87.00 USD; it pays from a probability of 48 %.")
  }

  @Test func `a patch ticket says what the new firmware changes the probability to`() throws {
    var desk = Desk()
    desk.run(
      triage, Situation.pass(0, [Situation.belief(Situation.firmware) { $0.fixes = [fix] }], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    #expect(
      ticket.explanation.contains(
        "Next: update it to firmware 4.1.0, which brings the probability down to 6 % (5.4–6.4 %) within 30 days."))
  }

  @Test func `humid conditions are named where they make it worse`() throws {
    for (humid, isNamed) in [(0.95, true), (0.5, false)] {
      var desk = Desk()
      let device = Situation.device { $0.probabilityIfHumid = Situation.around(humid) }
      desk.run(triage, Situation.pass(0, [Situation.belief()], [device]))
      let text = try #require(desk.ticket?.explanation)
      #expect(text.contains(" within 30 days, 95 % in humid conditions.") == isNamed)
    }
  }

  @Test func `a finding says what was seen, against what, and what follows`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief(Situation.firmware) { $0.fixes = [fix] }]))
    #expect(
      desk.finding?.explanation
        == "HDMI CEC failure on Fire TV Stick 4K Max, firmware 3.2.0: 37 failures in 41 230 device-days; other devices "
        + "in the same regions, carriers and days would have had 9.1. Those other devices had 55 failures in "
        + "250 400 device-days. These devices fail an estimated 4.1 times as often as others (90 % interval 3–5.6). "
        + "The change began on 2025-11-09 (UTC). The probability that it is at least 1.3 times as often is 99.8 %. "
        + "Put down to: batch 91 %, firmware 3 %, unknown 3 %, environment 2 %, the device itself 1 %. "
        + "The next explanation, firmware 3.1.0, has a probability of 2 %. "
        + "The firmware profile says that firmware 4.1.0 fixes it. By the data, such devices are back to normal on "
        + "firmware 4.1.0 with a probability of 97 %. See KB-087. "
        + "Each device for which it pays gets a patch ticket to firmware 4.1.0.")
  }

  @Test func `without other devices to compare with a finding says so`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.controlDeviceDays = 0 }]))
    #expect(desk.finding?.explanation.contains("no other devices were there") == true)
    #expect(desk.finding?.explanation.contains("9.1") == false)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `every number in an explanation is one of its fields, and a probability has its horizon`(seed: UInt64) throws {
    var random = RandomBeliefs(seed: seed)
    var desk = Desk()
    var checked = 0
    // What is written for another reason (a wave, nobody answered) keeps the words of the pass that found them.
    var texts: [String: String] = [:]
    func isNew(_ id: String, _ text: String) -> Bool { texts.updateValue(text, forKey: id) != text }
    for day in 0..<4 {
      let pass = random.pass(day)
      for change in desk.run(triage, pass) {
        switch change {
        case .finding(let finding) where finding.state != .cleared && isNew(finding.id, finding.explanation):
          let belief = try #require(pass.modes.first?.cohorts.first { $0.cohort == finding.cohort })
          expectOnlyKnownNumbers(finding.explanation, allowed(finding, belief), seed)
          checked += 1
        case .ticket(let ticket) where ticket.state.isLive && isNew(ticket.id, ticket.explanation):
          let device = try #require(pass.devices.first { $0.identity.device == ticket.device })
          let finding = desk.findings.first { $0.id == ticket.finding }
          let belief = pass.modes.first?.cohorts.first { $0.cohort == finding?.cohort }
          expectOnlyKnownNumbers(ticket.explanation, allowed(ticket, device, finding, belief), seed)
          #expect(ticket.explanation.contains(" within 30 days"))
          checked += 1
        default: break
        }
      }
    }
    #expect(checked > 0)
  }

  private func expectOnlyKnownNumbers(_ text: String, _ allowed: [String], _ seed: UInt64) {
    var rest = text
    for known in allowed.sorted(by: { $0.count > $1.count }) { rest = rest.replacing(known, with: "·") }
    let digits = rest.filter(\.isNumber)
    #expect(digits.isEmpty, "seed \(seed): \(rest) — from: \(text)")
  }

  private func allowed(_ finding: Finding, _ belief: CohortBelief?) -> [String] {
    let ratio = finding.rateRatio
    var counts = [Double(finding.failures), finding.deviceDays]
    if let belief {
      counts += [
        belief.expectedFailures.toSixDigits, Double(belief.controlFailures), belief.controlDeviceDays.toSixDigits,
      ]
    }
    let fixes = belief?.fixes ?? []
    return names(finding.cohort) + finding.candidates.flatMap { names($0.cohort) + [Wording.percent($0.probability)] }
      + fixes.flatMap { ["firmware \($0.firmware)"] + [$0.probability.map(Wording.percent)].compactMap(\.self) }
      + counts.map(Wording.number)
      + [
        "\(Wording.number(ratio.mean)) times", "90 % interval", "1.3 times", "KB-087", "4K Max", finding.id,
        "\(Wording.number(ratio.low))–\(Wording.number(ratio.high))", Wording.percent(finding.probability),
        finding.onset?.date ?? "", belief?.separation ?? "",
      ].filter { !$0.isEmpty } + shares(finding.attribution)
  }

  private func allowed(
    _ ticket: Ticket, _ device: DeviceBelief, _ finding: Finding?, _ belief: CohortBelief?
  ) -> [String] {
    let probability = ticket.probability
    let remedy = ticket.remedy
    var list = [
      Wording.percent(probability.mean), Wording.percentRange(probability.low, probability.high), "30 days",
      Wording.percent(remedy.breakEvenProbability), Wording.money(remedy.expectedCost, remedy.currency),
      Wording.money(remedy.costOfWaiting, remedy.currency), Wording.count(device.onsets, "time"),
      Wording.count(device.reports, "report"), Wording.count(device.customersOtherDevicesAffected, "other device"),
      "KB-087", "4K Max", remedy.sku ?? "KB-087", remedy.firmware.map { "firmware \($0)" } ?? "KB-087",
    ]
    if let humid = device.probabilityIfHumid { list.append(Wording.percent(humid.mean)) }
    for fixed in device.probabilityByFirmware.values {
      list += [Wording.percent(fixed.mean), Wording.percentRange(fixed.low, fixed.high)]
    }
    list += ticket.history.map(\.at.date) + names(Cohort(cause: .firmware, firmware: ticket.firmware))
    if let finding { list += allowed(finding, belief) }
    return list + shares(ticket.attribution)
  }

  private func names(_ cohort: Cohort) -> [String] {
    [cohort.words] + [cohort.batch?.text, cohort.firmware?.text].compactMap(\.self)
  }

  private func shares(_ attribution: Attribution) -> [String] {
    [
      attribution.batch, attribution.firmware, attribution.environment, attribution.device, attribution.unknown,
    ].map(Wording.percent)
  }
}
