import ControlProtocol

/// Whether the model can be trusted.
enum ModelChecks {
  static let all = [calibration]

  static let calibration = Check("calibration") { patient in
    let items = patient.status.calibration ?? []
    guard !items.isEmpty else { return .sound("no forecast has come due yet") }
    let drifting = items.filter(\.isDrifting)
    guard !drifting.isEmpty else {
      return .sound("the forecasts of \(items.count) failure modes came true about as often as was foretold")
    }
    return .fault(
      drifting.map { DriftWords.reason($0) }.joined(separator: "; "), fix: DriftWords.remedy(drifting))
  }
}
