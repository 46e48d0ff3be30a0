import ControlProtocol
import Terminal
import Testing
import Vocabulary

@Suite struct PagesTests {
  @Test func `a ticket's page tells what is likely, why, what to do and what to type next`() {
    let expected = """
      T-128  major  replacement  open
        fire-tv-stick-4k-max G0911 · batch FTV4KM-2024-W18 · firmware 3.2.0 · region
        US-FL · customer c-8842 · KB-FTV4KM-2024-087 · finding F-17
        opened 3h ago, decided as of 2025-11-22 07:00 UTC, trace e663fa0840f4c952

      Probability
        87 % [81–92 %] that hdmi-cec-failure sets in within 30 days

      Why
        Devices of batch FTV4KM-2024-W18 fail 4.8 times as often as others of the same
        days and places, and this one has shown the first symptoms.

      Evidence
        37 failures in 41,230 device-days of its cohort
        212 reports of the device itself

      Put down to
        batch        ██████████████████▎    91 %
        firmware     ▋                       3 %
        unknown      ▋                       3 %
        environment  ▍                       2 %
        device       ▎                       1 %

      Remedy
        replacement with B0BP9SNVH9, firmware 3.2.1
        expected cost 41.20 USD against 88.00 USD for waiting; worth it from a
        probability of 41 % on
        no contact: the customer gave no consent, so no care offer is sent

      History
        2025-11-23 04:00 UTC  forewarnd  opened open
          over its cost line

      Next: forewarn ticket ack T-128
            forewarn finding show F-17
            forewarn device show G0911

      """
    #expect(TicketPage.text(Samples.ticket, on: Samples.page) == expected)
  }

  @Test func `a finding's page tells the cohort, how much worse it is, and what competes`() {
    let expected = """
      F-17  confirmed  batch  hdmi-cec-failure
        fire-tv-stick-4k-max · batch FTV4KM-2024-W18
        confirmed as of 2025-11-22 07:00 UTC

      Rate ratio
        4.8 × [3.1–7.2] against other devices of the same days and places; real with
        probability >99.9 %

      Why
        All in one batch.

      Evidence
        37 failures in 41,230 device-days, 35 devices affected
        since 2025-11-03 07:00 UTC
        tickets: 12 open, 3 closed

      Put down to
        batch        ██████████████████▎    91 %
        firmware     ▋                       3 %
        unknown      ▋                       3 %
        environment  ▍                       2 %
        device       ▎                       1 %

      Explanations that compete
           96 %  batch: batch FTV4KM-2024-W18
            4 %  batch and firmware: batch FTV4KM-2024-W18 × firmware 3.2.0

      Next: forewarn ticket list --finding F-17
            forewarn finding clear F-17

      """
    #expect(FindingPage.text(Samples.finding, tickets: (12, 3), on: Samples.page) == expected)
  }

  @Test(arguments: Ticket.State.allCases)
  func `each state of a ticket names the command that moves it on`(state: Ticket.State) {
    var ticket = Samples.ticket
    ticket.state = state
    let first = TicketPage.nextCommands(ticket).first ?? ""
    let expected =
      switch state {
      case .proposed, .open, .onHold: "forewarn ticket ack T-128"
      case .acknowledged: "forewarn ticket resolve T-128 --outcome confirmed"
      case .resolved, .closed: "forewarn ticket reopen T-128"
      case .cancelled: "forewarn finding show F-17"
      }
    #expect(first == expected)
  }

  @Test func `a page never passes a device's control characters on`() {
    var ticket = Samples.ticket
    ticket.customer = "c\u{1b}]0;x\u{7}"
    ticket.explanation = "see\u{9b}2J this"
    let text = TicketPage.text(ticket, on: Samples.page)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value)) })
  }

  @Test func `a ready gateway says so first, with the figures that matter most`() {
    let text = StatusPage.text(status(.ready, []), on: Samples.page)
    #expect(
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) == [
        "READY  2,000 devices, 14 open tickets, 2 live findings",
        "broker      mqtt://127.0.0.1:1883 connected 3h",
        "lag         0.2 s",
        "clock       2025-11-23 07:00 UTC (event)",
        "messages    180,003 received: 180,000 applied, 0 duplicate, 0 late, 3",
        "            quarantined, 0 unconsented",
        "devices     2,000",
        "findings    2 live",
        "tickets     14 open, of these 1 proposed; 15 live",
        "care        mode act",
        "quarantine  3 messages, 1.2 kB (see: forewarn quarantine list)",
        "database    /var/lib/forewarn/cases.sqlite, 41 MB",
        "profiles    4, revision 0123abcd",
        "last pass   bucket up to 2025-11-22 00:00 UTC, took 0.31 s",
        "daemon      forewarnd 0.1.0, pid 4711, up 3h",
        "",
      ])
  }

  @Test func `a degraded gateway names every reason before any figure`() {
    var report = status(.degraded, ["the broker can't be reached: connection refused", "2 profiles are faulty"])
    report.broker.connected = false
    report.broker.lastError = "connection refused"
    let lines = StatusPage.text(report, on: Samples.page).split(separator: "\n").map(String.init)
    #expect(lines[0] == "DEGRADED  the broker can't be reached: connection refused")
    #expect(lines[1] == "          2 profiles are faulty")
    #expect(lines[2] == "broker      mqtt://127.0.0.1:1883 NOT CONNECTED 3h: connection refused")
  }

  @Test func `a score is a sentence with its horizon, its scenario and the way out`() {
    let score = DeviceScore(
      device: "G0911", product: "echo-dot-5", batch: "B1", firmware: "3.2.0", region: "US-FL",
      asOf: "2025-11-23T00:00:00Z", scenario: .init(horizonDays: 30, humidity: "humid", firmware: nil),
      modes: [
        .init(failureMode: "silent", probability: nil, asIs: nil, attribution: nil),
        .init(
          failureMode: "wifi-dropout", probability: .init(mean: 0.87, low: 0.81, high: 0.92, horizonDays: 30),
          asIs: .init(mean: 0.5, low: 0.4, high: 0.6, horizonDays: 30),
          byFirmware: [
            .init(firmware: "3.2.1", probability: .init(mean: 0.12, low: 0.1, high: 0.2, horizonDays: 30))
          ], attribution: nil),
      ])
    let expected = """
      echo-dot-5 G0911 · batch B1 · firmware 3.2.0 · region US-FL
        as of 2025-11-23 00:00 UTC
        wifi-dropout          87 % [81–92 %] within 30 days in humid conditions; 50 %
                              as things are; 12 % with firmware 3.2.1
        silent                not scored yet

      """
    #expect(ScorePage.text(score, on: Samples.page) == expected)
  }

  @Test func `a device's page has its facts, the likeliest failure first, and its tickets`() {
    let item = DeviceItem(
      device: "G0911", product: "echo-dot-5", batch: "B1", firmware: "3.2.0", region: "US-FL", carrier: "carrier-7",
      customer: nil, activated: "2024-06-11T00:00:00Z", lastHeard: "2025-11-23T06:59:00Z", reports: 1,
      consent: .init(telemetry: true, contact: false), retired: nil)
    let probability = HorizonProbability(mean: 0.87, low: 0.81, high: 0.92, horizonDays: 30)
    let device = DeviceDetail(
      item: item,
      modes: [
        .init(failureMode: "silent", onsets: 0, probability: nil, attribution: nil),
        .init(failureMode: "wifi-dropout", onsets: 2, probability: probability, attribution: nil),
      ], tickets: ["T-128"])
    let text = DevicePage.text(device, on: Samples.page)
    #expect(text.contains("  customer    unknown\n"))
    #expect(text.contains("  last heard  2025-11-23 06:59 UTC (1m ago), 1 report\n"))
    #expect(text.contains("  consent     telemetry yes, contact no\n"))
    #expect(
      text.contains(
        "  wifi-dropout  87 % [81–92 %] within 30 days; set in 2 times so far\n  silent        not scored yet\n"))
    #expect(text.hasSuffix("Next: forewarn device score G0911\n      forewarn ticket show T-128\n"))
  }

  @Test func `the store's page tells when it was checked as times are asked for`() {
    let report = StoreReport(
      path: "/cases.db", bytes: 1, spareBytes: 0, logBytes: 0, roomBytes: nil, growthBytesPerDay: nil, daysLeft: nil,
      integrity: .init(checkedAt: "2025-11-23T06:00:00Z", seconds: 1, faults: []))
    #expect(StorePage.text(report, on: Samples.page).contains("whole (2025-11-23 06:00 UTC, "))
    var screen = Samples.page
    screen.times = .utc
    #expect(StorePage.text(report, on: screen).contains("whole (2025-11-23T06:00:00Z, "))
  }

  private func status(_ state: StatusReport.State, _ reasons: [String]) -> StatusReport {
    StatusReport(
      state: state, reasons: reasons, version: "0.1.0", pid: 4711, startedAt: "2025-11-23T04:00:00Z",
      messages: .init(applied: 180_000, quarantined: 3), devices: 2000,
      tickets: .init(open: 14, proposed: 1, live: 15), findings: .init(live: 2),
      broker: .init(
        url: "mqtt://127.0.0.1:1883", connected: true, since: "2025-11-23T04:00:00Z", dropped: 0, sessionPresent: true,
        reconnects: 0, lastError: nil),
      lagSeconds: 0.21, clock: "2025-11-23T07:00:00Z", clockKind: "event",
      profiles: .init(count: 4, revision: "0123abcd"),
      database: .init(path: "/var/lib/forewarn/cases.sqlite", bytes: 41_000_000), unknownItems: 0, sequenceGaps: 0,
      quarantine: .init(messages: 3, bytes: 1200),
      lastPass: .init(bucketEnd: "2025-11-22T00:00:00Z", seconds: 0.31), care: .init(mode: "act"))
  }
}
