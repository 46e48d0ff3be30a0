import FirmwareProfiles
import Testing
import Vocabulary

struct ProfileReaderTests {
  @Test func `a faulty profile names every fault at once with its line and column`() {
    let text = """
      product: la mp
      titel: Lamp
      firmware: "4.x"
      replacement: {firmware: 4.1.0}
      weather: {humid_at_pct: 170}
      signals:
        temp_c: {type: gauge, range: [10, 5]}
        scene: {type: word}
        lit: {type: flg}
      events: [overheat, overheat]
      modes:
        - id: a
          onset: {event: overhat, count: 0}
        - id: a
          severity: sever
          onset: {signal: scene, mean_above: 3}
          refractory_days: 0.5
          factors:
            - {signal: temp_c, bins: [5, 3]}
          costs: {failure: -1, currency: usd}
        - id: silent
          onset: {event: overheat}
      releases:
        - {version: 4.10, date: 2025-02-30, fixes: [b]}
      known:
        - {mode: a, relative_risk: 1, probability: 1}
      """
    let expected = [
      "p.yaml:1:10: product: expected an id (1 to 128 of A–Z a–z 0–9 . _ : -), found \"la mp\"",
      "p.yaml:2:1: titel: is no known key; did you mean \"title\"?",
      "p.yaml:3:11: firmware: expected versions such as \">=3.0.0 <5.0.0\", found the text \"4.x\"",
      "p.yaml:4:14: replacement.sku: is missing",
      "p.yaml:5:25: weather.humid_at_pct: expected a number from 0 to 100, found \"170\"",
      "p.yaml:7:32: signals.temp_c.range: expected [low, high] with low < high, found [10, 5]",
      "p.yaml:8:10: signals.scene.words: is missing: expected the list of words it may be",
      "p.yaml:9:15: signals.lit.type: expected one of gauge, count, flag, word, found \"flg\"; did you mean \"flag\"?",
      "p.yaml:10:20: events[1]: \"overheat\" stands here twice",
      "p.yaml:13:20: modes[0].onset.event: no event \"overhat\" is declared under events; did you mean \"overheat\"?",
      "p.yaml:13:36: modes[0].onset.count: expected a whole number from 1 to 1000000, found \"0\"",
      "p.yaml:14:9: modes[1].id: the mode \"a\" stands here twice",
      "p.yaml:15:15: modes[1].severity: expected one of critical, major, minor, found \"sever\"",
      "p.yaml:17:22: modes[1].refractory_days: expected whole days, as the bucket is a day, found 0.5 days",
      "p.yaml:19:36: modes[1].factors[0].bins[1]: expected ascending edges, found 3 after 5",
      "p.yaml:20:22: modes[1].costs.failure: expected a number from 0 to 1000000000, found \"-1\"",
      "p.yaml:20:36: modes[1].costs.currency: expected three capital letters such as USD, found \"usd\"",
      "p.yaml:22:5: modes[2].onset: the mode \"silent\" has its own; only its figures can be changed",
      "p.yaml:24:27: releases[0].date: expected a date such as 2025-03-01, found \"2025-02-30\"",
      "p.yaml:24:47: releases[0].fixes[0]: no mode has the id \"b\"; did you mean \"a\"?",
      "p.yaml:26:5: known[0]: expected `batch`, `firmware` or both: which devices are meant?",
      "p.yaml:26:30: known[0].relative_risk: expected more than 1, found 1",
      "p.yaml:26:46: known[0].probability: expected more than 0 and less than 1: nothing is certain, found 1",
    ]
    #expect(Samples.faults(text) == expected)
  }

  @Test func `each double key is reported at its second place, beside the file's other faults`() {
    let text = """
      product: lamp
      title: one
      title: two
      events: [overheat]
      modes:
        - {id: a, id: b, onset: {event: nothing}}
      "title": three
      """
    #expect(
      Samples.faults(text) == [
        "p.yaml:3:1: title: is given twice, first in line 2: remove one of them",
        "p.yaml:6:13: modes[0].id: is given twice, first in line 6: remove one of them",
        "p.yaml:6:35: modes[0].onset.event: no event \"nothing\" is declared under events",
        "p.yaml:7:1: title: is given twice, first in line 2: remove one of them",
      ])
  }

  @Test(arguments: [
    ("product: [", "p.yaml:2:1: isn't YAML"),
    ("product: lamp\n\ttitle: x", "p.yaml:2:1: isn't YAML"),
    ("", "p.yaml:1:1: is empty"),
    ("# nothing\n", "p.yaml:1:1: is empty"),
    ("- product", "p.yaml:1:1: expected keys and values, found a list"),
    ("product: &a lamp\ntitle: *a", "p.yaml:1:10: anchors (&) and aliases (*) aren't taken"),
    ("product: lamp\n---\nproduct: lamp", "isn't YAML"),
    ("product: lamp\ntitle: a\u{1}b", "p.yaml:2:9: isn't YAML"),
    ("product:\n", "p.yaml:1:9: product: expected text, found nothing"),
  ])
  func `what is no YAML is a fault with its place`(text: String, start: String) {
    let faults = Samples.faults(text + (text.hasSuffix("[") ? "\n" : ""))
    #expect(faults.count == 1 && faults[0].contains(start), "\(faults)")
  }

  @Test func `deep nesting, aliases that unfold and huge files are refused`() {
    let nested = "product: " + String(repeating: "[", count: 100_000)
    #expect(Samples.faults(nested).first?.contains("isn't YAML") == true)
    let deep = "product: " + String(repeating: "[", count: 50) + String(repeating: "]", count: 50)
    #expect(Samples.faults(deep).first?.contains("nested deeper") == true)
    var bomb = "a0: &a0 [x, x]\n"
    for level in 1...40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(Samples.faults(bomb).first?.contains("aliases") == true)
    let huge = "product: lamp #" + String(repeating: "x", count: 1 << 20)
    #expect(Samples.faults(huge) == ["p.yaml: is larger than 1024 KiB, the limit"])
  }

  @Test func `bytes that aren't UTF-8 are a fault at their place`() {
    let bytes = Array("product: lamp\ntitle: ".utf8) + [0xff]
    #expect(throws: (any Error).self) { try Catalogue(files: [("p.yaml", bytes)]) }
    do {
      _ = try Catalogue(files: [("p.yaml", bytes)])
    } catch {
      #expect("\(error)" == "p.yaml:2:8: isn't UTF-8 here: save the file as UTF-8")
    }
  }

  @Test func `versions keep their own text`() throws {
    let catalogue = try Samples.catalogue(
      "product: lamp\nreplacement: {sku: 12345, firmware: 4.10}\nreleases: [{version: 4.10, date: 2025-03-01}]")
    let profile = try #require(catalogue.profiles.first)
    #expect(profile.replacement == FirmwareProfile.Replacement(sku: "12345", firmware: "4.10"))
    #expect(profile.releases == [.init(version: "4.10", date: EventTime(year: 2025, month: 3, day: 1))])
  }

  @Test func `a profile of one line has the mode silent and the defaults`() throws {
    let profile = try #require(try Samples.catalogue("product: lamp").profiles.first)
    #expect(profile.title == "lamp")
    #expect(profile.humidAtPct == 70)
    #expect(profile.modes.map(\.id) == ["silent"])
    #expect(profile.modes[0].title == "Falls silent for good")
    #expect(profile.modes[0].onset == .silence(days: 14))
    #expect(profile.modes[0].refractoryDays == 0 && profile.modes[0].graceBuckets == 0)
  }

  @Test func `an entry with the id silent changes its figures`() throws {
    let text = "product: lamp\nmodes: [{id: silent, kb: KB-1, silent_after_days: 21, costs: {failure: 99}}]"
    let mode = try #require(try Samples.catalogue(text).profiles.first?.modes.first)
    #expect(mode.onset == .silence(days: 21))
    #expect(mode.kb == "KB-1")
    #expect(mode.costs == FailureMode.Costs(failure: 99))
    #expect(mode.title == "Falls silent for good")
  }

  @Test func `every form of rule is read`() throws {
    let text =
      Samples.profile + """

          - id: rich
            bucket: hour
            refractory_days: 0.25
            window_days: 14
            age_bins_days: [10, 20]
            onset:
              all:
                - {event: reboot, count: 2}
                - any: [{signal: temp_c, max_above: 90}, {signal: flickers, sum_above: 1e1}]
            factors:
              - {signal: temp_c, bins: [40, 60]}
              - {event: reboot, window_days: 7, bins: [1, 3]}
              - {since: reboot, bins_days: [1]}
              - {since: install, bins_days: [1]}
              - {since: activation, bins_days: [30]}
        """
    let mode = try #require(try Samples.catalogue(text).profiles.first?.modes.first { $0.id == "rich" })
    #expect(
      mode.onset
        == .all([
          .event("reboot", count: 2),
          .any([.signal("temp_c", .maxAbove, 90), .signal("flickers", .sumAbove, 10)]),
        ]))
    #expect(
      mode.factors == [
        .signalMean("temp_c", bins: [40, 60]), .eventCount("reboot", windowDays: 7, bins: [1, 3]),
        .since(.event("reboot"), binsDays: [1]), .since(.install, binsDays: [1]), .since(.activation, binsDays: [30]),
      ])
    #expect(mode.bucket == .hour && mode.refractoryDays == 0.25 && mode.windowDays == 14)
    #expect(mode.ageBinsDays == [10, 20])
  }

  @Test(arguments: [
    "onset: {signal: lit, max_above: 0}", "onset: {signal: scene, mean_above: 1}",
    "onset: {signal: nope, max_above: 0}",
    "onset: {signal: temp_c}", "onset: {signal: temp_c, max_above: 1, min_below: 0}", "onset: {any: []}",
    "onset: {event: overheat, signal: temp_c, max_above: 1}", "onset: {event: overheat, max_above: 1}",
    "onset: {signal: temp_c, max_above: .nan}", "onset: {signal: temp_c, max_above: \"3\"}",
    "onset: {event: overheat}, horizon_days: 0", "onset: {event: overheat}, bucket: week",
    "onset: {event: overheat}, factors: [{signal: temp_c, bins: [1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]",
    "onset: {event: overheat}, factors: [{signal: scene, bins: [1]}]",
    "onset: {event: overheat}, factors: [{event: overheat, bins: [1]}]",
    "onset: {event: overheat}, factors: [{since: nope, bins_days: [1]}]",
    "onset: {event: overheat}, silent_after_days: 3",
    "onset: {all: [{all: [{all: [{all: [{event: overheat}]}]}]}]}",
  ])
  func `a rule without meaning is exactly one fault`(mode: String) {
    let faults = Samples.faults(Samples.profile + "\n  - {id: m, \(mode)}\n")
    #expect(faults.count == 1, "\(faults)")
  }

  @Test func `more than eight risk factors are a fault`() {
    let factors = Array(repeating: "{signal: temp_c, bins: [1]}", count: 9).joined(separator: ", ")
    let faults = Samples.faults(Samples.profile + "\n  - {id: m, onset: {event: overheat}, factors: [\(factors)]}\n")
    #expect(faults.count == 1 && faults[0].contains("expected 0 to 8 items, found 9"))
  }
}
