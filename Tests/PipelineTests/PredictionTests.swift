import DeviceHistory
import FirmwareProfiles
import Pipeline
import Testing
import Vocabulary

/// When predictions are written, and as of when.
struct PredictionTests {
  @Test func `one pass a closed day, and predictions as of its end`() throws {
    var pipeline = StageLine(
      catalogue: try Catalogue.load(folder: StageLineTests.profiles),
      settings: PipelineSettings(
        history: HistorySettings(clock: .capture),
        predictions: PredictionSchedule(times: .every(2 * EventTime.day), horizonDays: 7)))
    for day in 0..<8 {
      pipeline.take(StageLineTests.report("E1", day, at: StageLineTests.noon + Int64(day) * EventTime.day), wall: nil)
    }
    pipeline.finish()
    let yield = pipeline.takeYield()
    #expect(yield.passes.map(\.bucket.start.date) == (1...8).map { "2025-06-0\($0)" })
    let times = Set(yield.predictions.map(\.asOf)).sorted()
    #expect(times.allSatisfy { $0.milliseconds % (2 * EventTime.day) == 0 } && times.count == 3)
    #expect(yield.predictions.allSatisfy { $0.horizonDays == 7 && (0...1).contains($0.probability.mean) })
    // Five modes and `silent`, a row each.
    #expect(yield.predictions.count == times.count * 6)
  }

  @Test func `predictions at the end of a replay, or at a moment after it, are as of one time`() throws {
    func line(_ schedule: PredictionSchedule = PredictionSchedule(times: .every(365 * EventTime.day))) throws
      -> StageLine
    {
      var pipeline = StageLine(
        catalogue: try Catalogue.load(folder: StageLineTests.profiles),
        settings: PipelineSettings(history: HistorySettings(clock: .capture), predictions: schedule))
      for day in 0..<4 {
        pipeline.take(StageLineTests.report("E1", day, at: StageLineTests.noon + Int64(day) * EventTime.day), wall: nil)
      }
      pipeline.finish()
      return pipeline
    }
    var ended = try line()
    #expect(ended.takeYield().predictions.isEmpty)
    ended.predictAtEnd()
    let atEnd = ended.takeYield().predictions
    #expect(
      Set(atEnd.map(\.asOf)) == [EventTime(milliseconds: StageLineTests.noon.milliseconds + 7 * EventTime.day / 2)])
    let later = StageLineTests.noon + 10 * EventTime.day
    var asked = try line(PredictionSchedule(times: .at(later), horizonDays: 5))
    let asOf = asked.takeYield().predictions
    #expect(Set(asOf.map(\.asOf)) == [later] && asOf.allSatisfy { $0.horizonDays == 5 })
    #expect(asOf.count == atEnd.count && atEnd.count == 6)
    // Nothing was heard: there is nothing to foretell.
    var silent = StageLine(catalogue: try Catalogue.load(folder: StageLineTests.profiles), settings: PipelineSettings())
    silent.predictAtEnd()
    #expect(silent.takeYield().predictions.isEmpty)
  }
}

struct PredictionScheduleTests {
  @Test(arguments: ["", "every:", "every:0", "every:-1", "every:x", "tomorrow", "every:7w", "2025-02-30"])
  func `what is no schedule is refused`(_ text: String) {
    #expect(PredictionSchedule(text, horizonDays: nil) == nil)
  }

  @Test func `days, hours and single times are read`() {
    #expect(PredictionSchedule("every:7", horizonDays: nil)?.times == .every(7 * EventTime.day))
    #expect(PredictionSchedule("every:6h", horizonDays: nil)?.times == .every(6 * EventTime.hour))
    #expect(PredictionSchedule("1970-01-02", horizonDays: 3)?.times == .at(EventTime(milliseconds: EventTime.day)))
  }
}
