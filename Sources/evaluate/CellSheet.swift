import DefectModel
import Foundation
import Vocabulary

/// The evidence of a fleet as counts a day, region, batch, firmware and mode: the rows that the naive threshold and EBGM look
/// at. What the gateway counted, outages and all, so that they see what the model saw.
struct CellSheet {
  private let url: URL
  private let start: EventTime
  private var text = "day,region,carrier,batch,firmware,mode,at_risk,onsets\n"
  private var written = Int.min
  /// Buckets stay open for the lateness of a week; the window of cells is 28 days.
  private static let everyDays = 7
  private static let openDays = 9

  init(url: URL, start: EventTime) {
    self.url = url
    self.start = start
  }

  mutating func look(at model: HazardModel, day: Int) {
    if day % Self.everyDays == 0 { write(model, until: day - Self.openDays) }
  }

  mutating func finish(_ model: HazardModel) throws {
    write(model, until: .max)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private struct Key: Hashable, Comparable {
    var day: Int
    var region, carrier, batch, firmware: Symbol
    static func < (left: Key, right: Key) -> Bool {
      (left.day, left.region, left.carrier, left.batch, left.firmware)
        < (right.day, right.region, right.carrier, right.batch, right.firmware)
    }
  }

  private mutating func write(_ model: HazardModel, until: Int) {
    var last = written
    for mode in model.modes {
      var sums: [Key: CellCounts] = [:]
      for (cell, counts) in model.cells(of: mode) {
        let day = Int((cell.bucket.start.milliseconds - start.milliseconds) / EventTime.day)
        guard day > written, day < until else { continue }
        last = max(last, day)
        let covariates = cell.covariates
        sums[
          Key(
            day: day, region: covariates.region, carrier: covariates.carrier, batch: covariates.batch,
            firmware: covariates.firmware), default: CellCounts()] += counts
      }
      for (key, counts) in sums.sorted(by: { $0.key < $1.key }) {
        text += "\(key.day),\(key.region),\(key.carrier),\(key.batch),\(key.firmware),\(mode.mode),"
        text += "\(counts.atRisk),\(counts.onsets)\n"
      }
    }
    written = last
  }
}
