import ControlProtocol
import DefectModel
import Vocabulary

/// A drift of calibration in words: for `status`, and for `doctor` with what to do about it.
enum DriftWords {
  static func reason(_ mode: ModeKey, _ drift: CalibrationDrift) -> String {
    reason(StatusReport.Calibration(mode, drift)) + "; see: forewarn doctor"
  }

  static func reason(_ item: StatusReport.Calibration) -> String {
    "forecasts of \(item.product) \(item.failureMode) drift: \(item.came.rounded1) failures came of "
      + "\(item.expected.rounded1) foretold (of late)"
  }

  /// More than foretold: something new is failing. Fewer: a defect is gone, or reports of failures no longer arrive.
  static func remedy(_ items: [StatusReport.Calibration]) -> String {
    let more = items.contains { $0.ratio > 1 }
    let fewer = items.contains { $0.ratio < 1 }
    return [
      "tickets that rest on these probabilities are to be checked by a person until it is over; "
        + "what the model holds: forewarn model show PRODUCT MODE",
      more ? "more than foretold: look for an open cause with forewarn finding list" : nil,
      fewer ? "fewer than foretold: check that the events of the mode's onset still arrive as its profile says" : nil,
      "it ends by itself as newer forecasts come due",
    ].compactMap(\.self).joined(separator: "; ")
  }
}

extension StatusReport.Calibration {
  init(_ mode: ModeKey, _ drift: CalibrationDrift) {
    self.init(
      product: mode.product.text, failureMode: mode.mode.text, expected: drift.expected.toSixDigits,
      came: drift.came.toSixDigits, ratio: drift.ratio.toSixDigits, isDrifting: drift.isDrifting)
  }
}

extension Double {
  fileprivate var rounded1: Double { (self * 10).rounded() / 10 }
}
