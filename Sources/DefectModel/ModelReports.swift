package import Vocabulary

/// What people ask of the model beside findings and devices: read from the cells and the last pass, nothing is changed. None
/// for a mode that no profile declares.
extension HazardModel {
  /// The second firmware against the first.
  package func compare(_ mode: ModeKey, _ first: Symbol, _ second: Symbol) -> FirmwareComparison? {
    guard let model = model(mode)?.settled else { return nil }
    return FirmwareComparison(
      mode: mode, cells: model.cells,
      window: FirmwareComparison.Window(
        endHour: model.endHour, days: model.keptDays, bucketsPerDay: model.bucketsPerDay),
      productRate: model.hazard.rates.product.mean, first: first, second: second)
  }

  /// Firmware with exposure in the cells of a mode.
  package func firmwaresSeen(_ mode: ModeKey) -> Set<Symbol> { model(mode)?.settled.seen(\.firmwareWord) ?? [] }

  /// Exposure in device-days and onsets of a mode on one firmware, over the days that cells are kept.
  package func evidence(
    _ mode: ModeKey, firmware: Symbol
  ) -> (deviceDays: Double, onsets: Int64, windowDays: Int)? {
    model(mode)?.settled.evidence(firmware)
  }

  /// Batches with exposure in the cells of a mode.
  package func batchesSeen(_ mode: ModeKey) -> Set<Symbol> { model(mode)?.settled.seen(\.batchWord) ?? [] }
}

extension ModeModel {
  /// With all that was learnt merged in.
  var settled: ModeModel {
    var model = self
    model.cells.settle()
    return model
  }

  /// The end of the last bucket with cells.
  var endHour: Int32 { cells.all.last.map { $0.startHour + knowledge.mode.bucket.hours } ?? 0 }

  /// Cells are dropped once they lie a window before the frontier of finality: so many days of them there are.
  var keptDays: Int {
    let open = final.frontierHour.map { max(0, Int(endHour) - Int($0)) / 24 } ?? 0
    return max(knowledge.mode.windowDays, 1) + open
  }

  fileprivate func evidence(_ firmware: Symbol) -> (deviceDays: Double, onsets: Int64, windowDays: Int) {
    let isOwn = cells.lexicon.profiles.map { $0.firmwareWord == firmware }
    var (atRisk, onsets) = (0.0, 0.0)
    for bucket in cells.all {
      for group in bucket.groups {
        bucket.forEachRow(of: group) { profile, rowAtRisk, rowOnsets in
          guard isOwn[profile] else { return }
          atRisk += rowAtRisk
          onsets += rowOnsets
        }
      }
    }
    return (atRisk / bucketsPerDay, Int64(onsets), keptDays)
  }

  /// Words of profiles that have exposure.
  fileprivate func seen(_ word: (CellProfile) -> Symbol) -> Set<Symbol> {
    var isSeen = ContiguousArray(repeating: false, count: cells.lexicon.profiles.count)
    for bucket in cells.all {
      for group in bucket.groups { bucket.forEachRow(of: group) { profile, _, _ in isSeen[profile] = true } }
    }
    return Set(zip(cells.lexicon.profiles, isSeen).filter(\.1).map { word($0.0) })
  }
}
