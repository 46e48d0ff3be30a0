import CaseStore
import ControlProtocol
import FirmwareProfiles
import Pipeline
import Vocabulary

/// What the limits have refused and what the broker has lost: kept with each commit, and how it comes back.
extension Engine {
  private enum Key {
    /// Devices known by their reports alone, as of the snapshot beside it: the journal's come on top.
    static let unknownDevices = "unknown_devices"
    /// What the limits refused, as of the last commit.
    static let refused = "limits_refused"
    static let losses = "broker_losses"
  }

  func addLimits(to unit: inout UnitOfWork, _ yield: Yield, isSnapshot: Bool) {
    unit.unkeptQuarantine = yield.unkept
    if isSnapshot { unit.meta[Key.unknownDevices] = pipeline.admission.stored }
    if pipeline.admission.counts != storedRefusals {
      storedRefusals = pipeline.admission.counts
      unit.meta[Key.refused] = pipeline.admission.counts.stored
    }
    let losses = board.read(\.losses)
    if losses != storedLosses {
      storedLosses = losses
      unit.meta[Key.losses] = losses.stored
    }
  }

  /// Before the journal is read again.
  func restoreLimits(_ meta: [String: [UInt8]]) {
    if let bytes = meta[Key.unknownDevices] { pipeline.admission.restore(bytes) }
    pipeline.admission.counts = meta[Key.refused].flatMap(AdmissionCounts.init(stored:)) ?? AdmissionCounts()
    storedRefusals = pipeline.admission.counts
    let losses = meta[Key.losses].flatMap(BrokerLosses.init(stored:)) ?? BrokerLosses()
    storedLosses = losses
    board.change { $0.losses = losses }
  }

  func reportLimits(on content: inout Board.Content) {
    let admission = pipeline.admission
    content.refusals = admission.counts
    content.unknownDevices = admission.unknownDevices
    content.throttledDevices = admission.shares.throttled
    content.offenders = admission.offenders
    content.namesRefused = admission.names.refused.values.reduce(0, +)
  }

  /// The intake has ended: what the broker's thread told since the last commit.
  func commitRest() async { await turn { _ = await commit() } }

  /// An operator has seen what the broker lost.
  func acknowledgeLosses() async throws {
    try await turn {
      board.change { $0.losses.acknowledge() }
      guard await commit() else { throw ProblemDetails.stopping }
    }
  }
}

extension AdmissionCounts {
  /// Three decimal numbers with blanks between them.
  var stored: [UInt8] { Array("\(throttled) \(newDevicesRefused) \(unkept)".utf8) }

  init?(stored bytes: [UInt8]) {
    let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 3 else { return nil }
    self.init()
    (throttled, newDevicesRefused, unkept) = (numbers[0], numbers[1], numbers[2])
  }
}
