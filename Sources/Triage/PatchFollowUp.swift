import Vocabulary

/// What becomes of a patch ticket once its device runs the target firmware or a later one.
///
/// From then on the remedy's figures stand as they were decided, because they say what was promised: the device's
/// probability was to come down from `cost_of_waiting / failure` to about `expected_cost / failure`. After the observation
/// time it is `cured` if it came at least half of that way and nothing set in for as long, and the ticket resolves itself;
/// otherwise the patch failed, and the ticket becomes a replacement as soon as a replacement pays. With failure 100, cost of
/// waiting 80 and expected cost 10 the line lies at 0.45. (Half of the break-even would often lie below what a perfect fix
/// can reach.) An onset after the installation makes it likelier that the patch didn't take here: see `PatchTrial`.
struct PatchFollowUp {
  let policy: TriagePolicy
  let now: EventTime
  let device: DeviceBelief
  let options: CareOptions

  /// In the light of how the device does on the patch of this ticket.
  init(policy: TriagePolicy, now: EventTime, ticket: Ticket, device: DeviceBelief, options: CareOptions) {
    self.policy = policy
    self.now = now
    let judged =
      switch ticket.kind {
      case .patch: Self.judged(device, ticket, options, at: now)
      case .replacement: Self.asDecided(device, ticket, options, at: now, policy)
      case .diagnose: nil as DeviceBelief?
      }
    self.device = judged ?? device
    self.options = judged.map(options.of) ?? options
  }

  private static func judged(
    _ device: DeviceBelief, _ ticket: Ticket, _ options: CareOptions, at now: EventTime
  ) -> DeviceBelief? {
    let mode = options.entry.mode
    guard let onset = onset(since: ticket, of: device), let installed = ticket.history.last(.targetFirmwareInstalled),
      let trial = PatchTrial(ticket.remedy, fixed: device.probability.mean, horizonDays: mode.horizonDays)
    else { return nil }
    let probability = trial.probability(
      onsetAfterDays: installed.at.days(to: onset), quietDays: onset.days(to: now) - mode.refractoryDays)
    let share = probability / max(device.probability.mean, 1e-12)
    var judged = device
    judged.probability = Interval(
      mean: probability, low: min(device.probability.low * share, probability),
      high: max(min(1, device.probability.high * share), probability))
    return judged
  }

  private static func onset(since ticket: Ticket, of device: DeviceBelief) -> EventTime? {
    guard let installed = ticket.history.last(.targetFirmwareInstalled), let onset = device.lastOnset,
      onset > installed.at
    else { return nil }
    return onset
  }

  /// A replacement after a patch that failed is believed as it was decided for as long as the device may still be failing: by
  /// the cohort of its new firmware alone it would be sound.
  private static func asDecided(
    _ device: DeviceBelief, _ ticket: Ticket, _ options: CareOptions, at now: EventTime, _ policy: TriagePolicy
  ) -> DeviceBelief? {
    let decided = ticket.probability
    guard let onset = onset(since: ticket, of: device), device.probability.mean < decided.mean,
      onset.days(to: now) < options.entry.mode.refractoryDays + policy.observationDays
    else { return nil }
    var judged = device
    judged.probability = Interval(mean: decided.mean, low: decided.low, high: decided.high)
    return judged
  }

  func isOnTarget(_ ticket: Ticket) -> Bool {
    guard ticket.kind == .patch, let target = ticket.remedy.firmware else { return false }
    let (running, wanted) = (device.covariates.firmware, target)
    return running == wanted || FirmwareVersion(wanted.text) < FirmwareVersion(running.text)
  }

  func followed(_ ticket: Ticket) -> Ticket {
    var next = ticket
    guard let installed = ticket.history.last(.targetFirmwareInstalled) else {
      next.history.append(
        Ticket.Change(
          .targetFirmwareInstalled, at: now, from: ticket.firmware.text, to: device.covariates.firmware.text,
          reason: "it is watched for \(Wording.days(policy.observationDays)) now"))
      // Nobody has to answer: it ends by itself.
      next.dueAt = nil
      return next
    }
    guard now >= installed.at + policy.observationDays.daysInMilliseconds else { return next }
    let probability = device.probability.mean
    let watched = "\(Wording.percent(probability)) after \(Wording.days(policy.observationDays)) on the new firmware"
    let onset = Self.onset(since: ticket, of: device)
    // A symptom that never stops is an onset a refractory time at a step.
    let quietDays = max(policy.observationDays, options.entry.mode.refractoryDays)
    let isQuiet = onset.map { $0.days(to: now) >= quietDays } ?? true
    if probability < cureLine(ticket.remedy), isQuiet {
      next.outcome = .cured
      next.step(.resolved, to: .resolved, at: now, reason: "the probability is \(watched)")
    } else if options.comparison.pays(options.replacement.expectedCost) {
      next.history.append(
        Ticket.Change(
          .kind, at: now, from: ticket.kind.rawValue, to: Ticket.Kind.replacement.rawValue,
          reason: "the patch did not help: the probability is still \(watched)"))
      next.kind = .replacement
      next.remedy = options.replacement
      next = policy.clocks.started(next, at: now)
    }
    return next
  }

  func cureLine(_ remedy: Ticket.Remedy) -> Double {
    // From the break-even, which is the same in every currency: the region's may have changed since.
    guard remedy.expectedCost > 0 else { return remedy.costOfWaiting / 2 / options.entry.mode.costs.failure }
    return remedy.breakEvenProbability * (remedy.costOfWaiting / remedy.expectedCost + 1) / 2
  }
}

extension EventTime {
  fileprivate func days(to later: EventTime) -> Double {
    Double(later.milliseconds - milliseconds) / Double(EventTime.day)
  }
}
