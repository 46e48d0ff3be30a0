/// Every key of a profile and of the configuration in a sentence: what `forewarn explain field` tells. A test holds it against
/// the keys that the readers ask for.
enum FieldGuide {
  enum File: String, Encodable { case profile, configuration }

  struct Entry: Encodable {
    var file: File
    var key: String
    var type: String
    var standard: String
    var range: String
    var words: String
    private enum CodingKeys: String, CodingKey {
      case file, key, type
      case standard = "default"
      case range
      case words = "description"
    }
  }

  /// The entry of exactly that key, else those that end with it or begin with it.
  static func entries(for key: String) -> [Entry] {
    let exact = all.filter { $0.key == key }
    if !exact.isEmpty { return exact }
    let plain = key.replacing("[]", with: "")
    let ending = all.filter { $0.plainKey == plain || $0.plainKey.hasSuffix("." + plain) }
    return ending.isEmpty ? all.filter { $0.plainKey.hasPrefix(plain + ".") } : ending
  }

  static func nearest(to key: String) -> [String] {
    let last = key.split(separator: ".").last.map(String.init) ?? key
    func distance(_ entry: Entry) -> Int {
      Suggestion.distance(last, entry.plainKey.split(separator: ".").last.map(String.init) ?? entry.key)
    }
    return all.filter { distance($0) <= 2 }.map(\.key)
  }

  private static func entries(_ file: File, _ text: String) -> [Entry] {
    text.split(separator: "\n").map { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { String($0).trimmingSpaces }
      return Entry(
        file: file, key: cells[0], type: cells[1], standard: cells[2], range: cells[3], words: cells[4])
    }
  }

  static let all = entries(.profile, profile) + entries(.configuration, configuration)

  private static let profile = """
    product | id | required | 1–128 of A–Z a–z 0–9 . _ : - | The product that the file describes; devices name it in their topics.
    title | text | the product's id | | The product's name for people.
    firmware | versions | all | such as ">=3.0.0 <5.0.0"; files of a product must not overlap | Which firmware the file describes.
    replacement | mapping | none | | The unit that replaces a faulty one.
    replacement.sku | text | required | | What to order.
    replacement.firmware | version | none | | The firmware that it ships with.
    weather | mapping | | | How weather is judged.
    weather.humid_at_pct | number, % | 70 | 0–100 | Daily mean relative humidity from which a day is humid.
    signals | mapping of ids | none | at most 256 | What reports measure; a signal that isn't declared is counted and kept out of the model.
    signals.<id>.type | word | required | gauge, count, flag, word | A level, happenings since the last report, a truth value, or one of a list of words.
    signals.<id>.unit | text | none | | For people.
    signals.<id>.range | [low, high] | all finite numbers; a count from 0 on | low < high | Values outside are counted and kept out of the model.
    signals.<id>.words | list of text | required for word | 1–64 | The words that a report may say.
    events | list of ids | none | at most 256 | What may have happened since the last report.
    modes | list | silent alone | at most 64 | The ways of failing.
    modes[].id | id | required | unlike the others | The failure mode's name; silent is a device that falls silent for good.
    modes[].title | text | the id | | The mode's name for people.
    modes[].kb | text | none | | The knowledge-base article that tickets name.
    modes[].severity | word | major | critical, major, minor | Of its tickets.
    modes[].onset | rule | required, refused for silent | | When a bucket of a device counts as a symptom. A change begins the mode's evidence anew.
    modes[].onset.event | id | | declared in events | This event happened at least count times in the bucket.
    modes[].onset.count | whole number | 1 | 1–1000000 | How often the event must happen.
    modes[].onset.signal | id | | a gauge or count | The signal whose sum_above, mean_above, mean_below, max_above or min_below is judged over the bucket.
    modes[].bucket | word | day | day, hour | How long a stretch of time is judged at once. A change begins the evidence anew.
    modes[].refractory_days | number | 7 | 0–365, whole buckets | After a symptom the device counts no new onset for so long. A change begins the evidence anew.
    modes[].grace_buckets | whole number | 1 | 0–168 | Buckets after a firmware change that give no evidence. A change begins the evidence anew.
    modes[].horizon_days | number | 30 | above 0, at most 365 | How far ahead probabilities look, and for how long a verdict on a device counts.
    modes[].window_days | whole number | 28 | 7–365 | How many days of evidence the fit looks at.
    modes[].age_bins_days | list of numbers | 30, 90, 180, 365, 730 | 1–13, ascending | Edges of the ages that are told apart. A change begins the evidence anew.
    modes[].factors | list | none | at most 8 | What is known of a device before a bucket and may change its hazard. A change begins the evidence anew.
    modes[].factors[].signal | id | | a gauge, count or flag | The mean over the device's last bucket, in bins.
    modes[].factors[].event | id | | declared in events | How often it happened within window_days, in bins.
    modes[].factors[].window_days | whole number | required with event | 1–90 | How far the count of an event looks back.
    modes[].factors[].since | install, activation or an event | | | The time since then, in bins_days.
    modes[].factors[].bins | list of numbers | required | 1–13, ascending | Edges of the values that are told apart.
    modes[].factors[].bins_days | list of numbers | required with since | 1–13, ascending | Edges of the times that are told apart, in days.
    modes[].costs | mapping | | | What failing and each remedy cost: care is the cheapest of them.
    modes[].costs.failure | number | 60 | 0 or more | A failure that reaches the customer. At 0 no care ever pays.
    modes[].costs.patch | number | 0.5 | 0 or more | Sending a firmware to one device.
    modes[].costs.replacement | number | 45 | 0 or more | A new unit at the customer's.
    modes[].costs.diagnose | number | 2 | 0 or more | A remote check.
    modes[].costs.currency | three letters | USD | | Of all costs.
    modes[].holdout_share | number | 0.05 | 0–0.5, never of a critical mode | The share of the devices due for care that gets none, so that forewarn impact can tell what care does.
    modes[].verdicts | mapping | | | How far those who look at devices can be trusted.
    modes[].verdicts.check | mapping | 0.9, 0.95 | | A remote check's sensitivity and specificity.
    modes[].verdicts.bench | mapping | 0.98, 0.98 | | A workbench's.
    modes[].verdicts.ticket | mapping | 0.95, 0.95 | | Those of whoever resolves a ticket.
    modes[].verdicts.check.sensitivity | number | 0.9 | 0.5–0.999 | P(fault is said, if there is one); the same of bench and ticket.
    modes[].verdicts.check.specificity | number | 0.95 | 0.5–0.999 | P(no fault is said, if there is none); the same of bench and ticket.
    modes[].verdicts.no_fault_found | number | 0.3 | 0.01–0.95 | The share of suspects without the fault that is to be expected even of a real defect.
    modes[].silent_after_days | whole number | 14 | 1–365, of silent alone | After so many days without a word a device has fallen silent.
    releases | list | none | | Firmware releases that are known.
    releases[].version | version | required | begins with a number | The release.
    releases[].date | date | none | | When it came out.
    releases[].fixes | list of mode ids | none | | What the release notes say that it mends; it counts until the data refute it.
    known | list | none | | Defects that people know of before the data show them.
    known[].mode | mode id | required | | The failure mode.
    known[].batch | id | none | batch, firmware or both | The batch it is in.
    known[].firmware | version | none | batch, firmware or both | The firmware it is in.
    known[].relative_risk | number | required | above 1, at most 1000 | How many times as often such devices are thought to fail.
    known[].probability | number | required | between 0 and 1 | How sure people are.
    known[].kb | text | none | | The article about it.
    """

  private static let configuration = """
    state_directory | path | /var/lib/forewarn | absolute | Where the case store and all else that must be kept lies.
    profiles | path | /etc/forewarn/firmware-profiles | absolute | The folder of firmware profiles.
    broker | mapping | | | The MQTT broker.
    broker.url | address | mqtt://127.0.0.1:1883 | mqtt://, mqtts://, unix:/// | Where the broker is.
    broker.client_id | text | forewarn | 1–64 bytes | The name of the session that the broker keeps.
    broker.root | one topic level | forewarn | no / + # | The <root> of all topics.
    broker.username | text | none | | Who the daemon is to the broker.
    broker.password_file | path | none | needs username | A file with the password; under systemd the credential mqtt-password.
    broker.ca_file | path | the system's | with mqtts:// | Who the broker's certificate must come from.
    broker.certificate_file | path | none | with mqtts:// | The daemon's own certificate.
    broker.key_file | path | none | with mqtts:// | Its key.
    broker.also_subscribe | list of topic filters | none | at most 32 | Foreign topics that sources read.
    control | mapping | | | The control socket.
    control.socket | path | /run/forewarn/forewarn.sock | at most 107 bytes | Where forewarn finds the daemon.
    control.readers_group | group | forewarn | | Who may ask.
    control.operators_group | group | forewarn-ops | | Who may also change.
    http | mapping | | | Dashboard and metrics.
    http.listen | address:port or fd: | 127.0.0.1:9464 | empty: off; fd:, fd:NAME: a socket that systemd hands over | Where they are served; pages only for reading.
    store | mapping | | | The case store.
    store.url | word | sqlite | sqlite | Nothing else in this version.
    clock | word | wall | wall, event | The gateway's own clock, or the stream's.
    clock_quorum | devices | 10 | 1–100000 | How many devices move an event clock.
    lateness_days | days | 7 | 1–60 | A report so far behind the clock still revises the evidence.
    consent_default | mapping | | | What absent consent means.
    consent_default.telemetry | truth value | true | | Whether reports may be looked at.
    consent_default.contact | truth value | true | | Whether the customer may be written to.
    consent_default.regions | mapping of regions | as for all | at most 1000 | The same by region.
    care | mapping | | | What becomes of beliefs.
    care.mode | word | propose | off, propose, send | Whether tickets are made, wait for an operator, or open and are sent by themselves.
    care.answer_hours | number | 24 | 0.1–8760 | Within so many hours an open ticket wants an answer; then it escalates, once.
    care.waves | mapping | | | How the tickets of a finding are let out.
    care.waves.enabled | truth value | true | | Off: all at once.
    care.waves.canary_share | number | 0.01 | 0–1 | The first wave's share of the tickets.
    care.waves.canary_devices | devices | 10 | 1–100000 | The first wave has at least so many.
    care.waves.growth | number | 5 | 1–100 | How many times as large as the last the next wave is.
    care.waves.observation_days | days | 3 | 0–365 | How long a wave is watched before the next.
    care.waves.judged_share | number | 0.5 | 0–1 | Of a wave's tickets so many must be judged, or run the new firmware.
    care.waves.most_bad_share | number | 0.25 | 0–1 | Of those judged at most so many may have been for nothing; else the campaign stops.
    care.waves.limit_a_day | tickets | 1000 | 0–10000000 | Of a finding that are let out in a day.
    care.waves.spread_devices | devices | 5 | 1–100000 | So many devices that failed make a new place of an acknowledged finding worth a word.
    care.owners | mapping | sensible ones | | Who answers for tickets, by the finding's cause, or device where there is none.
    care.owners.<cause>.owner | text | required | at most 128 bytes | A team; {factory}, {batch}, {firmware}, {region}, {carrier}, {product} stand for the device's, {supplier}, {line} for its batch's.
    care.owners.<cause>.queue | text | required | at most 128 bytes | Where the team looks.
    policies | path | /etc/forewarn/policies | absolute | The folder of policies, a file a region.
    messages | path | /usr/share/forewarn/messages | absolute | The folder of messages, a file a language.
    desk_locale | locale | en | such as de or ja-JP | The language that agents read.
    webhooks | list | none | at most 16 | Receivers of what changes, over HTTP.
    webhooks[].name | text | required | letters, digits, -, _ | The receiver's name in outbox list.
    webhooks[].url | address | required | http://, https:// | Where it is posted to.
    webhooks[].events | list of ticket, finding | both | | What it hears of.
    webhooks[].ca_file | path | none | absolute | Authorities of an https receiver, PEM; none: the system's.
    webhooks[].secret_file | path | none | absolute | The key of the signature; without it nothing is signed.
    webhooks[].proposed | truth value | false | | Whether it hears of what no operator has acted on, too.
    webhooks[].attempts | whole number | 15 | 1–100 | Then it is a dead letter.
    webhooks[].timeout_seconds | seconds | 10 | 0.1–60 | Of one delivery.
    predictions | mapping | not kept | | Probabilities of every device that are kept.
    predictions.every_days | days | required | 1–365 | How often.
    predictions.horizon_days | days | each mode's own | 0.01–365 | How far ahead.
    sources | list | none | at most 32 | Foreign formats; the README's chapter on other payloads has their keys.
    limits | mapping | | | What one device or stream may take at most.
    limits.device_burst | messages | 20000 | 1–1000000 | At once of one device.
    limits.device_messages_per_second | messages | 100 | 0.001–100000 | Of one device for ever.
    limits.unknown_devices | devices | 1500000 | 0–10000000 | That nobody but they themselves told of.
    limits.devices | devices | 5000000 | 1–10000000 | That a stream may make up in all.
    limits.firmwares_per_product | names | 1000 | 1–100000 | That reports may name.
    log_level | word | notice | error, warning, notice, info, debug | How much is logged.
    """
}

extension FieldGuide.Entry {
  var plainKey: String { key.replacing("[]", with: "") }
}

extension String {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
