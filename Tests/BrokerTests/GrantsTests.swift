import Testing

@testable import Broker

/// What a plan knows of the filters that the broker's session holds.
struct GrantsTests {
  private func plan(_ handling: Subscription.RetainHandling = .ifNew, held: Set<String>) throws -> SubscriptionPlan {
    var settings = try settings("mqtt://127.0.0.1:1", filters: [])
    settings.subscriptions = ["a/#", "b/#"].map { Subscription(filter: $0, retainHandling: handling) }
    settings.heldFilters = held
    return SubscriptionPlan(settings)
  }

  @Test func `nothing is waited for where the resumed session holds all that is wanted`() throws {
    #expect(try plan(held: ["a/#", "b/#", "old/#"]).begins(inResumedSession: true))
    #expect(try !plan(held: ["a/#"]).begins(inResumedSession: true))
    #expect(
      try !plan(.once, held: ["a/#", "b/#"]).begins(inResumedSession: true), "retained states must come once more")
  }

  @Test func `a session that began anew holds nothing, nor does the one that is resumed after it`() throws {
    let plan = try plan(held: ["a/#", "b/#"])
    #expect(!plan.begins(inResumedSession: false))
    // Lost before the broker had answered.
    #expect(!plan.begins(inResumedSession: true))
    plan.wereGranted(asOf: plan.revision)
    #expect(plan.begins(inResumedSession: true))
  }

  @Test func `grants of a wish that has changed meanwhile are none of the new one`() throws {
    let plan = try plan(.once, held: [])
    let asked = plan.revision
    plan.replace(["a/#", "c/#"].map { Subscription(filter: $0, retainHandling: .once) })
    plan.wereGranted(asOf: asked)
    #expect(plan.wish.subscriptions.allSatisfy { $0.retainHandling == .once }, "they are still owed")
    #expect(!plan.begins(inResumedSession: true))
    plan.wereGranted(asOf: plan.revision)
    #expect(plan.wish.subscriptions.allSatisfy { $0.retainHandling == .ifNew })
    #expect(plan.begins(inResumedSession: true))
  }
}
