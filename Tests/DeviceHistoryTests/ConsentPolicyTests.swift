import DeviceHistory
import Testing
import Vocabulary

/// Absent consent means what the device's region says, else what holds for all.
struct ConsentPolicyTests {
  private static let policy = ConsentPolicy(
    telemetry: true, contact: false, regions: ["EU-DE": .init(telemetry: false), "US-FL": .init(contact: true)])

  private func history() -> FleetHistory {
    FleetHistory(profiles: [Fleet.profile()], settings: HistorySettings(clock: .capture, consent: Self.policy))
  }

  @Test func `a region's word goes before the word for all, and the device's own before both`() {
    let policy = Self.policy
    #expect(policy.allowsTelemetry(Facts()) && !policy.allowsContact(Facts()))
    #expect(!policy.allowsTelemetry(Facts(region: "EU-DE")) && !policy.allowsContact(Facts(region: "EU-DE")))
    #expect(policy.allowsTelemetry(Facts(region: "US-FL")) && policy.allowsContact(Facts(region: "US-FL")))
    #expect(policy.allowsTelemetry(Facts(region: "EU-DE", telemetryConsent: true)))
    #expect(!policy.allowsContact(Facts(region: "US-FL", contactConsent: false)))
  }

  @Test func `a device that moves to where silence means no is forgotten, but not where it lives`() {
    var history = history()
    let box = Fleet.identity("A")
    let heard = history.admit(Fleet.report(0, sequence: 1), of: box)
    let moved = history.learn(Facts(batch: "W18", region: "EU-DE"), of: box)
    let erased = history.takeErased()
    #expect(heard == .applied && moved == .applied && erased == [box])
    #expect(!history.mayHear("A") && history.summary(of: "A")?.reports == 0)
    #expect(history.facts(of: "A") == Facts(batch: "W18", region: "EU-DE"))
    // Agreeing makes it heard again.
    let agreed = history.learn(Facts(telemetryConsent: true), of: box)
    let isErasedAgain = !history.takeErased().isEmpty
    #expect(agreed == .applied && history.mayHear("A") && !isErasedAgain)
  }

  @Test func `another policy forgets whom it doesn't allow, once, and nobody else`() {
    var history = history()
    for (name, region) in [("A", "US-FL"), ("B", "EU-FR")] {
      let box = Fleet.identity(name)
      let fates = [
        history.learn(Facts(region: Symbol(region)), of: box), history.admit(Fleet.report(0, sequence: 1), of: box),
      ]
      #expect(fates == [.applied, .applied])
    }
    var stricter = Self.policy
    stricter.regions["EU-FR"] = .init(telemetry: false)
    let answers = [Self.policy, stricter, stricter].map { history.replaceConsent($0) }
    #expect(answers == [false, true, false])
    let erased = history.takeErased().map(\.device)
    #expect(erased == ["B"])
    #expect(history.mayHear("A") && !history.mayHear("B"))
  }

  @Test func `what facts would do can be told before they do it`() {
    let known = Facts(time: Fleet.time(1), batch: "W18")
    func foretold(_ facts: Facts) -> Fate { FleetHistory.foretell(facts, on: known).fate }
    #expect(foretold(Facts(batch: "W18")) == .duplicate)
    #expect(foretold(Facts(batch: "W19")) == .applied)
    #expect(foretold(Facts(time: Fleet.time(0), batch: "W19")) == .duplicate)
    #expect(foretold(Facts(time: Fleet.time(0), telemetryConsent: false)) == .duplicate)
    #expect(foretold(Facts(telemetryConsent: false)) == .applied)
    #expect(FleetHistory.foretell(Facts(), on: Facts()).fate == .duplicate)
    #expect(FleetHistory.foretell(Facts(), on: nil).fate == .applied)
    #expect(FleetHistory.foretell(Facts(batch: "W19"), on: Facts(telemetryConsent: false)).fate == .unconsented)
  }
}
