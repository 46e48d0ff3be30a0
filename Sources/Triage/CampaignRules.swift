import Vocabulary

/// When the tickets of a finding are let out.
///
/// A wave takes tickets until it is full, the likeliest failures first; the next begins when the last was watched long
/// enough, enough of its tickets are judged (a verdict, or the new firmware runs), and few enough of those were for
/// nothing: no fault found, another cause, a patch that didn't help, a risk that rose. The defaults let ten thousand
/// tickets out as 100, 500, 2 500 and 6 900, of which the limit makes 1 000 a day.
struct CampaignRules {
  let policy: WavePolicy
  let now: EventTime

  enum Gate: Hashable {
    case passed
    /// Will pass by itself, or once more is known.
    case waits(String)
    /// Wants an operator.
    case failed(String)
  }

  struct Plan {
    var campaign: Campaign
    /// How many of the waiting tickets go out now, and in which wave.
    var release: Int
    var wave: Int
    /// Why no more go out; `nil`: all did.
    var reason: String?
  }

  /// - Parameter isForced: an operator lets the next wave out whatever the last one's gate says.
  func plan(
    _ finding: Finding, standings: [WaveStanding], waiting: Int, isForced: Bool = false
  ) -> Plan {
    var campaign = finding.campaign ?? Campaign()
    func nothing(_ reason: String?) -> Plan {
      Plan(campaign: campaign, release: 0, wave: campaign.waves.last?.number ?? 0, reason: reason)
    }
    guard waiting > 0 else { return nothing(nil) }
    if let pause = campaign.pause, !isForced { return nothing("\(pause.by) paused it on \(pause.since.date)") }
    let day = now.startOfReleaseDay
    let limit = campaign.limitADay ?? policy.limitADay
    let allowance = limit - (campaign.lastDay == day ? campaign.releasedOnLastDay : 0)
    guard allowance > 0 else { return nothing("the limit of \(limit) tickets a day is reached") }

    var room = 0
    if let wave = campaign.waves.last {
      room = wave.size - standings.count { $0.wave == wave.number }
    }
    if room <= 0 {
      if let wave = campaign.waves.last, !isForced {
        switch gate(wave, standings) {
        case .passed: break
        case .waits(let reason), .failed(let reason): return nothing("wave \(wave.number): \(reason)")
        }
      }
      let wave = nextWave(campaign, tickets: waiting + standings.count)
      campaign.waves.append(wave)
      room = wave.size
    }
    let count = min(room, waiting, allowance)
    campaign.waves[campaign.waves.count - 1].lastReleaseAt = now
    campaign.releasedOnLastDay = (campaign.lastDay == day ? campaign.releasedOnLastDay : 0) + count
    campaign.lastDay = day
    let number = campaign.waves[campaign.waves.count - 1].number
    let reason: String? =
      count == waiting
      ? nil : count == allowance ? "the limit of \(limit) tickets a day is reached" : "wave \(number) is full"
    return Plan(campaign: campaign, release: count, wave: number, reason: reason)
  }

  private func nextWave(_ campaign: Campaign, tickets: Int) -> Campaign.Wave {
    let size =
      if !policy.isOn {
        Double(WavePolicy.largestWave)
      } else if let last = campaign.waves.last {
        Double(last.size) * policy.growth
      } else {
        max(Double(policy.canaryDevices), (policy.canaryShare * Double(tickets)).rounded(.up))
      }
    return Campaign.Wave(
      number: (campaign.waves.last?.number ?? 0) + 1, size: Int(min(size, Double(WavePolicy.largestWave))), begunAt: now
    )
  }

  /// Whether the wave has shown enough for the next to begin.
  func gate(_ wave: Campaign.Wave, _ standings: [WaveStanding]) -> Gate {
    let tally = WaveTally(wave, standings)
    guard tally.released > 0 else { return .passed }
    let end = wave.lastReleaseAt + policy.observationDays.daysInMilliseconds
    // A wave that does harm is stopped at once, not when its time is over.
    if tally.judged > 0, Double(tally.bad) > policy.mostBadShare * Double(tally.judged),
      Double(tally.bad) >= max(1, policy.mostBadShare * policy.judgedShare * Double(tally.released))
    {
      return .failed(
        "of \(tally.judged) judged tickets \(tally.bad) were for nothing or did harm; an operator decides: "
          + "forewarn finding release ID --force")
    }
    guard now >= end else { return .waits("it is watched until \(end.description)") }
    let needed = Int((policy.judgedShare * Double(tally.released)).rounded(.up))
    let known = tally.judged + tally.declined
    guard known >= needed else {
      return .waits("\(needed) of its \(tally.released) tickets must be judged or run the new firmware; \(known) are")
    }
    return .passed
  }
}

/// The outcomes of one wave.
struct WaveTally {
  private(set) var counts: [WaveStanding.State: Int] = [:]

  init(_ wave: Campaign.Wave, _ standings: [WaveStanding]) {
    for standing in standings where standing.wave == wave.number { counts[standing.state, default: 0] += 1 }
  }

  subscript(state: WaveStanding.State) -> Int { counts[state] ?? 0 }

  /// But for what was cancelled.
  var released: Int { counts.values.reduce(0, +) - self[.cancelled] }
  var bad: Int { self[.bad] + self[.failed] + self[.worse] }
  /// Those that say whether the care helps.
  var judged: Int { bad + self[.good] + self[.installed] }
  var declined: Int { self[.declined] }
}

extension EventTime {
  /// A bucket's end belongs to the day that it closes.
  fileprivate var startOfReleaseDay: EventTime {
    let time = milliseconds - 1
    return EventTime(milliseconds: time - ((time % EventTime.day) + EventTime.day) % EventTime.day)
  }
}
