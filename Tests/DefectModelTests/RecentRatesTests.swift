import DefectModel
import Testing
import Vocabulary

@Suite struct RecentRatesTests {
  @Test func `a young installation is believed by its own evidence, not by the weak prior`() {
    let product: Symbol = "box"
    let mode = FailureMode(id: "fault", title: "Fault", onset: .event("fault", count: 1))
    var model = HazardModel(profiles: [FirmwareProfile(product: product, title: "Box", modes: [mode])])
    let key = ModeKey(product: product, mode: "fault")
    let covariates = Covariates(region: "r", carrier: "c", batch: "b", firmware: "1.0")
    // 20 days of 2 000 devices with 3 onsets each: 60 in 40 000 device-days, all within the window.
    for day in 0..<20 {
      let bucket = Bucket(startHour: Int32(480_000 + day * 24), length: .day)
      model.learn(
        Evidence(
          mode: key, cell: Cell(bucket: bucket, covariates: covariates), counts: CellCounts(atRisk: 2000, onsets: 3)))
    }
    let last = Bucket(startHour: 480_000 + 19 * 24, length: .day)
    _ = model.close(last, finalBefore: last.end - 7 * EventTime.day)
    #expect(abs(model.hazard(key, covariates) / (60.0 / 40_000) - 1) < 0.1)
  }
}
