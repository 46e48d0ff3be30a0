import Foundation
import Testing
import Vocabulary

@testable import evaluate

@Suite struct CalibrationBinsTests {
  @Test func `bins that were filled apart add up to those that were filled together`() {
    var (left, right, both) = (CalibrationBins(), CalibrationBins(), CalibrationBins())
    for number in 1...1000 {
      let p = Double(number) / 1001
      let happened = number % 3 == 0
      both.add(p, oracle: 0.4, learnable: 0.4, happened: happened)
      if number % 2 == 0 {
        left.add(p, oracle: 0.4, learnable: 0.4, happened: happened)
      } else {
        right.add(p, oracle: 0.4, learnable: 0.4, happened: happened)
      }
    }
    left += right
    for (one, other) in zip(left.equalCountGroups(), both.equalCountGroups()) {
      #expect(abs(one.probability - other.probability) < 1e-9 && abs(one.happened - other.happened) < 1e-9)
    }
    #expect(abs(left.logLoss - both.logLoss) < 1e-9 && left.count == 1000 && left.events == 333)
  }

  @Test func `ten groups hold as many predictions each and together all of them`() {
    var bins = CalibrationBins()
    for number in 1...997 {
      bins.add(pow(Double(number) / 1000, 3), oracle: 0.5, learnable: 0.5, happened: number % 10 == 0)
    }
    let groups = bins.equalCountGroups()
    #expect(groups.count == 10)
    for group in groups { #expect(abs(group.count - 99.7) < 1e-6) }
    #expect(abs(groups.reduce(0) { $0 + $1.happened } - 99) < 1e-6)
  }

  @Test func `probabilities that come true have a small error, and those that are double a large one`() {
    var (right, double) = (CalibrationBins(), CalibrationBins())
    for number in 0..<100_000 {
      let p = 0.01 + 0.04 * Double(number % 100) / 100
      // Of each hundred thousand, exactly the share that was said.
      let happened = Double(number / 100 % 1000) < p * 1000
      right.add(p, oracle: p, learnable: p, happened: happened)
      double.add(2 * p, oracle: p, learnable: p, happened: happened)
    }
    #expect(right.error < 0.0008)
    #expect(abs(double.error - 0.03) < 0.002)
    #expect(right.logLoss == right.oracleLogLoss && double.logLoss > right.logLoss && right.baseLogLoss > right.logLoss)
  }
}
