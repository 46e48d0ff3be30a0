import FirmwareProfiles
import Testing
import Vocabulary

struct SourceReaderTests {
  @Test func `the formats have topics of their own`() throws {
    let sources = try ForeignBench.sources(
      "sources: [{format: sparkplug, product: a}, {format: thingsboard, product: a}, {format: aws_defender, product: a}]"
    )
    #expect(
      sources.map { $0.topics.map(\.filter) } == [
        [
          "spBv1.0/+/NBIRTH/+", "spBv1.0/+/NDEATH/+", "spBv1.0/+/NDATA/+", "spBv1.0/+/DBIRTH/+/+",
          "spBv1.0/+/DDEATH/+/+", "spBv1.0/+/DDATA/+/+",
        ],
        [
          "v1/devices/+/telemetry", "v1/devices/+/attributes", "v1/gateway/telemetry", "v1/gateway/attributes",
          "v1/gateway/connect", "v1/gateway/disconnect",
        ], ["$aws/things/+/defender/metrics/+"],
      ])
  }

  @Test func `all of Sparkplug below a group is what its nodes say, not what its hosts do`() throws {
    let sources = try ForeignBench.sources(
      "sources: [{format: sparkplug, topics: [\"site/spBv1.0/{product}/#\", \"spBv1.0/#\"], product: a}]")
    let filters = sources[0].topics.map(\.filter)
    #expect(filters.count == 12)
    #expect(filters.contains("site/spBv1.0/+/DDATA/+/+") && filters.contains("spBv1.0/+/NBIRTH/+"))
    #expect(sources.address(of: "site/spBv1.0/lamp/DDATA/n/d")?.captures.product == "lamp")
    #expect(sources.address(of: "spBv1.0/STATE/host") == nil && sources.address(of: "spBv1.0/g/NCMD/n") == nil)
  }

  @Test func `a source that is wrong is named with its place`() {
    let faults = ForeignBench.faults(
      """
      sources:
        - {format: senml, product: lamp}
        - {format: jsn}
        - format: json
          topics: ["a/#/b", "x/{where}", "a+/b", ""]
          signals: {"$.a[": temp_c}
          product: la mp
        - {format: json, topics: ["a/+"]}
        - {format: sparkplug, product: a, host_id: a/b, signals: {t: {signal: x, scale: 0}, u: {scale: 1}}, hosts: 1}
        - {format: aws_defender, product: a, topic_prefix: x/, facts: {fw: firmwear}}
      """)
    for expected in [
      "forewarn.yaml:2:5: sources[0]: topics is missing",
      "forewarn.yaml:3:14: sources[1].format: expected one of sparkplug, thingsboard, aws_defender, senml, json",
      "forewarn.yaml:5:14: sources[2].topics[0]: # may only stand at the end",
      "forewarn.yaml:5:23: sources[2].topics[1]: {where} is none of", "forewarn.yaml:5:36: sources[2].topics[2]",
      "forewarn.yaml:5:44: sources[2].topics[3]", "sources[2]: \"$.a[\" is no path",
      "forewarn.yaml:7:14: sources[2].product: expected an id",
      "forewarn.yaml:8:5: sources[3]: whose devices are these?",
      "forewarn.yaml:8:5: sources[3]: which device is it?", "sources[4].host_id: expected one level",
      "sources[4].signals.t.scale: 0 would", "sources[4].signals.u.signal: is missing",
      "sources[4].hosts: is no known key", "sources[5].topic_prefix: expected a topic",
      "sources[5].facts.fw: expected one of batch",
    ] {
      #expect(faults.contains { $0.contains(expected) }, "\(expected)\n\(faults.joined(separator: "\n"))")
    }
  }

  @Test func `what no profile declares is named, since it would only be counted`() throws {
    let sources = try ForeignBench.sources(
      "sources: [{format: sparkplug, product: lamp, signals: {t: temp_c, u: tmp_c}, events: {b: boot}},"
        + " {format: thingsboard, product: radio}, {format: json, topics: [\"{product}/{device}\"], signals: {a: b}}]")
    #expect(
      sources.undeclared(in: try Samples.lamps()) == [
        "sources[0].events.b: lamp declares no event \"boot\"",
        "sources[0].signals.u: lamp declares no signal \"tmp_c\"",
        "sources[1].product: no firmware profile describes \"radio\"",
      ])
  }

  @Test(arguments: ["$", "@", "$.a", "a.b", "@.a[0]", "$['a b'].c", "$[\"x\"][12]", "[0].a"])
  func `paths are keys and indexes`(path: String) { #expect(JSONPath(path) != nil) }

  @Test(arguments: ["", ".", "$.", "$a", "a..b", "$.a[", "$.a[x]", "$.a[-1]", "$.a[*]", "$..a", "$['a", "@.a[0"])
  func `other paths are refused`(path: String) { #expect(JSONPath(path) == nil) }

  @Test func `topics match as they do for a broker`() throws {
    let sources = try ForeignBench.sources(
      "sources: [{format: json, topics: [\"+/x\", \"a/#\", \"p/{product}/{device}\"], product: l, device: d}]")
    for topic in ["b/x", "a", "a/b/c", "p/q/r"] { #expect(sources.address(of: topic) != nil, "\(topic)") }
    for topic in ["$aws/x", "b/x/y", "p/q", "p/q/r/s", ""] { #expect(sources.address(of: topic) == nil, "\(topic)") }
  }

  @Test func `a source may take topics below the gateway's own root, but not its reports`() throws {
    let sources = try ForeignBench.sources(
      "sources: [{format: json, topics: [\"dt/forewarn/{product}/{device}/+\"]}]")
    func address(_ leaf: String) throws -> Address? {
      switch Address.parse(
        topic: "dt/forewarn/lamp/L1/\(leaf)", root: "forewarn", catalogue: try Samples.lamps(), sources: sources)
      {
      case .success(let address): address
      case .failure: nil
      }
    }
    #expect(try address("report") == .report(Samples.lamp))
    guard case .foreign(let foreign) = try address("telemetry") else {
      Issue.record("the source wasn't asked")
      return
    }
    #expect(foreign.captures.device == "L1")
  }
}
