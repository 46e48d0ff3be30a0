import Testing

@testable import evaluate

@Suite struct ProgressBoardTests {
  @Test func `a series is told by its days, with the fleets that are on their way`() {
    let board = ProgressBoard(name: "normal", total: 30, days: 120)
    #expect(
      board.words(finished: 3, reached: [5: 12, 4: 30], after: 60)
        == "[##                  ] 11 %  402 days, 6/s, 7m left; normal: 3 of 30 fleets, seed 4 day 30, seed 5 day 12")
  }
}
