/// Asks again and again until `question` has an answer; throws what `complaint` says when the deadline passes first.
///
/// The one place where the rig lets time pass: whoever waits names the event and a deadline.
package func answer<Answer>(
  within limit: Duration, every pause: Duration = .milliseconds(20),
  else complaint: () -> String, _ question: () async throws -> Answer?
) async throws -> Answer {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while true {
    if let answer = try await question() { return answer }
    guard clock.now < deadline else { throw RigError("not within \(limit): \(complaint())") }
    try await Task.sleep(for: pause)
  }
}

/// Returns once `condition` holds; throws, naming the event, when the deadline passes first.
package func wait(
  for event: String, within limit: Duration, every pause: Duration = .milliseconds(20),
  until condition: () async throws -> Bool
) async throws {
  _ = try await answer(within: limit, every: pause, else: { event }) { try await condition() ? true : nil }
}
