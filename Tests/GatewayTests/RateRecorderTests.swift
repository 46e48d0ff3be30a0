import Dashboard
import Testing
import Vocabulary

@testable import Gateway

struct RateRecorderTests {
  @Test func `a rate is what came between two looks, and an hour of them is kept`() throws {
    let board = Board()
    let recorder = RateRecorder(board: board)
    recorder.look()
    #expect(recorder.samples.isEmpty)
    board.change {
      $0.counts.applied = 40
      $0.lagSeconds = 2
    }
    recorder.look()
    let sample = try #require(recorder.samples.first)
    #expect((sample.messagesASecond ?? 0) > 0 && sample.lagSeconds == 2)
    recorder.look()
    #expect(recorder.samples.last?.messagesASecond == 0)
    for _ in 0..<RateSample.kept { recorder.look() }
    #expect(recorder.samples.count == RateSample.kept)
  }
}
