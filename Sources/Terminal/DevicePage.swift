package import ControlProtocol
import Vocabulary

/// One device on a page: what is known of it, and its probability in each failure mode.
package enum DevicePage {
  package static func text(_ device: DeviceDetail, on screen: Screen) -> String {
    let item = device.item
    var lines = [screen.painted(Phrase.printable("\(item.product) \(item.device)"), .strong)]
    func field(_ label: String, _ value: String?) {
      lines += Layout.field("  " + label, value ?? "unknown", width: screen.width, column: 14)
    }
    field("batch", item.batch)
    field("firmware", item.firmware)
    field("region", item.region)
    field("carrier", item.carrier)
    field("customer", item.customer)
    field("activated", item.activated.map { screen.moment($0) })
    let heard = item.lastHeard.map { "\(screen.moment($0)) (\(screen.age(of: $0)) ago)" } ?? "never"
    let missing =
      item.sequenceGaps.map { $0 > 0 ? ", \(Phrase.count($0)) missing by their sequence numbers" : "" } ?? ""
    field("last heard", "\(heard), \(Phrase.count(item.reports, "report"))\(missing)")
    field("consent", "telemetry \(word(item.consent.telemetry)), contact \(word(item.consent.contact))")
    if let retired = item.retired { field("retired", screen.moment(retired)) }
    field("tickets", device.tickets.isEmpty ? "none live" : device.tickets.joined(separator: ", "))
    lines += ["", screen.painted("Failure modes", .strong)]
    let column = device.modes.map { Phrase.printable($0.failureMode).count }.max() ?? 0
    lines += device.modes.sorted { ($0.probability?.mean ?? -1) > ($1.probability?.mean ?? -1) }.map { mode in
      let name = Layout.padded(Phrase.printable(mode.failureMode), to: column)
      let probability = mode.probability.map { ScorePage.sentence($0) } ?? "not scored yet"
      let onsets = mode.onsets == 0 ? "" : "; set in \(mode.onsets == 1 ? "once" : "\(mode.onsets) times") so far"
      return "  \(name)  \(probability)\(onsets)"
    }
    if device.modes.isEmpty {
      lines.append(
        item.consent.telemetry
          ? "  none yet: nothing was heard to judge it by, or no profile describes it"
          : "  none: telemetry consent was withdrawn, nothing is kept")
    }
    var next = ["forewarn device score \(Phrase.printable(item.device))"]
    next += device.tickets.prefix(3).map { "forewarn ticket show \(Phrase.printable($0))" }
    lines += ["", "Next: " + next.joined(separator: "\n      ")]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func word(_ isGranted: Bool) -> String { isGranted ? "yes" : "no" }
}

/// The answer to `device score`: one sentence a failure mode, the likeliest first.
package enum ScorePage {
  package static func text(_ score: DeviceScore, on screen: Screen) -> String {
    let firmware = score.firmware.map { " · firmware \($0)" } ?? ""
    let about = "\(score.product) \(score.device) · batch \(score.batch)\(firmware) · region \(score.region)"
    var lines = [screen.painted(Phrase.printable(about), .strong), "  as of \(screen.moment(score.asOf))"]
    let modes = score.modes.sorted { ($0.probability?.mean ?? -1) > ($1.probability?.mean ?? -1) }
    for mode in modes {
      lines += Layout.field(
        "  " + Phrase.printable(mode.failureMode), describe(mode, score.scenario), width: screen.width, column: 24)
    }
    if modes.isEmpty { lines.append("  no failure modes: its product has no profile") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `87 % [81–92 %] within 30 days in humid conditions; 12 % with firmware 3.2.1`.
  private static func describe(_ mode: DeviceScore.Mode, _ scenario: DeviceScore.Scenario) -> String {
    guard let probability = mode.probability else { return "not scored yet" }
    var text = sentence(probability)
    if let humidity = scenario.humidity { text += " in \(humidity) conditions" }
    if let firmware = scenario.firmware { text += " with firmware \(firmware)" }
    if scenario.humidity != nil || scenario.firmware != nil, let asIs = mode.asIs {
      text += "; \(Phrase.percent(asIs.mean)) as things are"
    }
    if scenario.humidity == nil, let humid = mode.ifHumid {
      text += "; \(Phrase.percent(humid.mean)) in humid conditions"
    }
    for other in mode.byFirmware where other.firmware != scenario.firmware {
      text += "; \(Phrase.percent(other.probability.mean)) with firmware \(other.firmware)"
    }
    return text
  }

  static func sentence(_ probability: HorizonProbability) -> String {
    Phrase.percent(probability.mean, low: probability.low, high: probability.high) + " within "
      + Phrase.days(probability.horizonDays)
  }
}
