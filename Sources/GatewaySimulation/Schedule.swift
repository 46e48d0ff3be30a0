import Vocabulary

/// All that happens in one seed's world, in order.
struct Schedule: Sendable {
  let traits: Traits
  var steps: [Step]
  /// Of the last reload.
  private var form = SimulatedProfile.Form.plain

  init(traits: Traits, steps: [Step]) {
    self.traits = traits
    self.steps = steps
  }

  init(traits: Traits) {
    self.traits = traits
    steps = []
    // Apart from the traits' own draws.
    var dice = Dice(seed: traits.seed ^ 0x5eed_5eed_5eed_5eed)
    var senders = (0..<traits.devices).map { SimulatedSender(index: $0, traits: traits, dice: &dice) }
    var published = published(by: &senders, &dice)
    published.sort { $0.time < $1.time }
    var now = Traits.start
    var next = 0
    while next < published.count {
      let end = min(published.count, next + dice.whole(1...2 * traits.batch))
      for index in next..<end {
        steps.append(.publish(published[index].message))
        // A device that didn't hear the broker says it again.
        if dice.happens(traits.hasStragglers ? 0.03 : 0.005) { steps.append(.publish(published[index].message)) }
      }
      let time = published[end - 1].time
      steps.append(.pass(milliseconds: max(0, time.milliseconds - now.milliseconds)))
      now = max(now, time)
      next = end
      addTroubles(&dice)
      addDeliveries(&dice)
    }
    // Two more days, so that the last ones close.
    for _ in 0..<4 {
      steps.append(.pass(milliseconds: EventTime.day / 2))
      steps.append(.tick)
    }
  }

  private func published(by senders: inout [SimulatedSender], _ dice: inout Dice) -> [(
    time: EventTime, message: Message
  )] {
    var published: [(time: EventTime, message: Message)] = []
    for index in senders.indices {
      func moment(_ day: Int, _ dice: inout Dice) -> EventTime {
        Traits.start + Int64(day) * EventTime.day + Int64(dice.whole(0...Int(EventTime.day) - 1))
      }
      if dice.happens(0.8) {
        let time = Traits.start + Int64(dice.whole(0...Int(EventTime.hour)))
        published.append((time, senders[index].state(at: time)))
      }
      for day in 0..<traits.days {
        let times = (0..<dice.whole(0...traits.reportsADay)).map { _ in moment(day, &dice) }.sorted()
        var reports = times.map { senders[index].report(at: $0, day: day, dice: &dice) }
        guard let last = times.last else { continue }
        let isAway = senders[index].away.contains(day)
        let back = Traits.start + Int64(senders[index].away.upperBound) * EventTime.day
        if (2...50).contains(reports.count), dice.happens(0.2) {
          published.append((isAway ? back : last, senders[index].message(reports)))
        } else {
          for (number, report) in reports.enumerated() {
            published.append((isAway ? back + Int64(number) : times[number], senders[index].message([report])))
          }
        }
        if traits.hasRefusals, dice.happens(0.01) {
          let time = moment(day, &dice)
          published.append((time, senders[index].state(at: time, telemetry: false)))
          let later = time + Int64(dice.whole(1...Int(3 * EventTime.day)))
          published.append((later, senders[index].state(at: later, telemetry: true)))
        }
        if dice.happens(0.02) {
          let time = moment(day, &dice)
          published.append((time, senders[index].state(at: time, batch: dice.pick([nil, "B9"]))))
        }
        if traits.hasRubbish, dice.happens(0.03) {
          let (topic, payload) = dice.pick(SimulatedSender.rubbish)
          published.append(
            (moment(day, &dice), Message(topic: topic, payload: Array(payload.utf8), content: .rubbish)))
        }
        reports.removeAll()
      }
    }
    return published
  }

  private mutating func addTroubles(_ dice: inout Dice) {
    if traits.hasFaults, dice.happens(0.08) {
      let trouble = dice.pick(Step.Trouble.allCases)
      let cut = dice.happens(0.5) ? dice.next() : nil
      steps.append(.fail(trouble, after: dice.whole(0...40), length: dice.whole(1...30), cut: cut))
    }
    if traits.hasFaults, dice.happens(0.03) { steps.append(.kill(cut: dice.happens(0.5) ? dice.next() : nil)) }
    if traits.hasFaults, dice.happens(0.02) { steps.append(.restart) }
    if traits.hasFaults, dice.happens(0.005) { steps.append(.loseSession) }
    if traits.hasJumps, dice.happens(0.03) {
      let most = Int(3 * EventTime.day)
      steps.append(.setClock(by: Int64(dice.whole(-most...most))))
    }
    // A few a world: each writes all that is kept. And twenty-four passes a day are soon enough seen.
    if traits.hasReloads, dice.happens(form == .hourly ? 0.5 : min(0.05, Double(traits.batch) / 3000)) {
      form = dice.pick(form == .hourly ? [.plain, .wider] : SimulatedProfile.Form.allCases)
      steps.append(.reload(form))
    }
    if traits.hasOperators, dice.happens(0.15) {
      steps.append(.act(ticket: dice.whole(0...50), dice.pick(Step.OperatorAct.allCases)))
    }
  }

  private mutating func addDeliveries(_ dice: inout Dice) {
    // Now and then the queue grows.
    if dice.happens(0.1) { return }
    if dice.happens(0.3) { steps.append(.tick) }
    for _ in 0..<dice.whole(1...3) {
      steps.append(
        .deliver(
          count: dice.whole(1...2 * traits.batch), shuffle: dice.happens(0.2) ? dice.next() : nil,
          answer: dice.happens(0.03) ? .lost : .heard))
    }
    if dice.happens(0.5) { steps.append(.send(count: dice.whole(1...50), isConfirmed: dice.happens(0.85))) }
  }
}
