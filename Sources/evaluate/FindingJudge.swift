import FleetSimulation
import Vocabulary

/// Holds findings against what was planted.
///
/// - *exact*: product, mode, cause, batch and firmware are those of a planted defect, and it had begun.
/// - *unresolved*: the finding says that it can't choose between at most two candidates, one of which is the true one.
/// - *misattributed*: in the mode of a planted defect that had begun and of its batch or its firmware, but with another cause or
///   cohort.
/// - *false*: anything else.
struct FindingJudge {
  enum Verdict: String, Codable, Sendable { case exact, unresolved, misattributed, unfounded = "false" }

  struct Judgement: Equatable {
    var verdict: Verdict
    /// Its place among the planted defects; `nil` for a false one.
    var defect: Int?
  }

  let planted: [FleetTruth.Defect]

  func judge(_ finding: RaisedFinding) -> Judgement {
    let first = finding.first
    let begun = planted.indices.filter {
      planted[$0].product == first.product.text && planted[$0].failureMode == first.failureMode.text
        && (change(of: $0).map { $0 < finding.detectedAt } ?? false)
    }
    if first.cohort.cause == .unresolved {
      let candidates = first.candidates.map(\.cohort)
      if candidates.count <= 2,
        let defect = begun.first(where: { place in candidates.contains { isTrue($0, of: place) } })
      {
        return Judgement(verdict: .unresolved, defect: defect)
      }
    } else if let defect = begun.first(where: { isTrue(first.cohort, of: $0) }) {
      return Judgement(verdict: .exact, defect: defect)
    }
    let near = begun.first { place in
      let defect = planted[place]
      return defect.batch != nil && defect.batch == first.cohort.batch?.text
        || defect.firmware != nil && defect.firmware == first.cohort.firmware?.text
    }
    return Judgement(verdict: near == nil ? .unfounded : .misattributed, defect: near)
  }

  private func isTrue(_ cohort: Cohort, of place: Int) -> Bool {
    cohort.cause == planted[place].cause && cohort.batch?.text == planted[place].batch
      && cohort.firmware?.text == planted[place].firmware
  }

  /// When the defect began; of an early wear-out, when its first devices began to wear.
  private func change(of place: Int) -> EventTime? {
    let defect = planted[place]
    return defect.kind == .earlyWearOut ? defect.earliest : defect.effect?.change ?? defect.earliest
  }
}
