import Foundation
import Testing
import Vocabulary

@testable import evaluate

@Suite struct ForetoldScoresTests {
  private func scores(_ rows: [(Double, Bool)]) -> ForetoldScores {
    ForetoldScores(
      rows: rows.map {
        ForetoldRow(
          device: "d", mode: "m", asOf: EventTime(milliseconds: 0), probability: Interval(mean: $0.0, low: 0, high: 1),
          happened: $0.1)
      })
  }

  @Test func `areas under the curves are as scikit-learn gives them`() throws {
    // roc_auc_score and average_precision_score of its documentation: 0.75 and 0.8333.
    let scores = scores([(0.1, false), (0.4, false), (0.35, true), (0.8, true)])
    #expect(scores.areaUnderCurve == 0.75)
    #expect(abs(try #require(scores.averagePrecision) - 0.8333) < 1e-4)
  }

  @Test func `ties count half, and a sample without failures has no curve`() {
    #expect(scores([(0.5, false), (0.5, true)]).areaUnderCurve == 0.5)
    #expect(scores([(0.5, false)]).areaUnderCurve == nil)
    #expect(abs(scores([(0.25, true), (0.25, false)]).logLoss + (log(0.25) + log(0.75)) / 2) < 1e-12)
  }
}
