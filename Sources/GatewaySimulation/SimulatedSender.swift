import Vocabulary

/// One device of a simulated world: what it says, and how its numbers go on.
struct SimulatedSender {
  let index: Int
  let isNumbered: Bool
  /// How often it fails, a report.
  let failures: Double
  let batch: String
  let region: String
  let carrier: String
  /// Days by which its clock is ahead, and from which day on.
  let ahead: Int
  let aheadFrom: Int
  /// Gives nothing to the broker on these days, and all of it on the day after.
  let away: Range<Int>
  private let reportsADay: Int
  private let isOrderly: Bool
  private var boot = 0
  private var sequence = 0
  private var lastStateTime = EventTime.distantPast

  init(index: Int, traits: Traits, dice: inout Dice) {
    self.index = index
    isNumbered = dice.happens(0.85)
    batch = "B\(dice.whole(1...3))"
    failures = dice.happens(0.08) ? 0.5 : traits.hasBadBatch && batch == "B3" ? 0.15 : 0.003
    region = dice.pick(["US-FL", "US-TX"])
    carrier = dice.pick(["c-1", "c-2"])
    reportsADay = traits.reportsADay
    isOrderly = traits.isOrderly
    ahead = traits.hasEarlyReports && dice.happens(0.2) ? dice.whole(1...4) : 0
    aheadFrom = dice.whole(0...traits.days)
    if traits.hasStragglers, dice.happens(0.3) {
      let from = dice.whole(0...traits.days - 1)
      away = from..<from + dice.whole(1...12)
    } else {
      away = 0..<0
    }
  }

  static func name(_ index: Int) -> String { "H-\(index)" }

  func topic(_ last: String) -> String { "dt/forewarn/\(SimulatedProfile.product)/\(Self.name(index))/\(last)" }

  mutating func state(at time: EventTime, telemetry: Bool = true, batch: String? = nil) -> Message {
    let said = SentState(
      time: time, batch: batch ?? self.batch, region: region, carrier: carrier, telemetry: telemetry)
    let text = """
      {"ts":\(time.milliseconds),"batch":"\(said.batch)","activated":"2025-05-01","region":"\(region)",\
      "carrier":"\(carrier)","consent":{"telemetry":\(telemetry)}}
      """
    return Message(topic: topic("state"), payload: Array(text.utf8), content: .state(device: index, said))
  }

  /// What is measured at `time`, as the device's own clock tells it.
  mutating func report(at time: EventTime, day: Int, dice: inout Dice) -> SentReport {
    if dice.happens(0.04 / Double(reportsADay)) {
      boot += 1
      sequence = 0
    }
    // Some numbers are never given.
    sequence += dice.happens(0.02) ? dice.whole(2...3) : 1
    if dice.happens(0.002 / Double(reportsADay)), !isOrderly { sequence += dice.whole(900...1200) }
    // Of a day, not of a report.
    let failures = failures / Double(max(1, reportsADay / 2))
    let offset = day >= aheadFrom ? Int64(ahead) * EventTime.day : 0
    return SentReport(
      time: time + offset, sequence: isNumbered ? sequence : nil, boot: boot,
      drops: dice.happens(failures)
        ? dice.whole(5...9) : dice.happens(0.1 / Double(reportsADay)) ? dice.whole(1...3) : 0,
      heat: dice.happens(failures / 3) ? 1 : 0, salt: dice.whole(0...999))
  }

  func message(_ reports: [SentReport]) -> Message {
    var text = reports.count == 1 ? "" : "["
    for (number, report) in reports.enumerated() {
      if number > 0 { text += "," }
      text += "{\"ts\":\(report.time.milliseconds)"
      if let sequence = report.sequence { text += ",\"seq\":\(sequence),\"boot\":\"b\(report.boot)\"" }
      text += ",\"firmware\":\"1.0.0\",\"signals\":{\"rssi_dbm\":-\(40 + report.salt % 50)},\"events\":["
      if report.drops > 0 { text += "{\"type\":\"link_lost\",\"count\":\(report.drops)}" }
      if report.heat > 0 {
        text += (report.drops > 0 ? "," : "") + "{\"type\":\"overheated\",\"count\":\(report.heat)}"
      }
      text += "],\"x\":\(report.salt)}"
    }
    if reports.count > 1 { text += "]" }
    return Message(topic: topic("report"), payload: Array(text.utf8), content: .reports(device: index, reports))
  }

  static let rubbish: [(topic: String, payload: String)] = [
    ("dt/forewarn/hub/J-0/report", "{\"ts\":"),
    ("dt/forewarn/hub/J-0/report", "{}"),
    ("dt/forewarn/teapot/T-1/report", "{\"ts\":1748736000000}"),
    ("dt/forewarn/hub", "x"),
    ("dt/forewarn/hub/J-0/state", "[]"),
    ("dt/forewarn/hub/J 0/report", "{\"ts\":1748736000000}"),
  ]
}
