/// What someone who looked found in one device: a remote check, a workbench, or whoever ended its ticket.
package struct Verdict: Hashable, Sendable {
  package enum Result: String, Sendable, Codable, CaseIterable {
    case fault, inconclusive
    case noFault = "no_fault"
    case otherCause = "other_cause"

    /// The looked-for fault isn't there.
    package var isClear: Bool { self == .noFault || self == .otherCause }
  }

  package enum Source: String, Sendable, Codable, CaseIterable {
    case check, bench, ticket
  }

  package var identity: DeviceIdentity
  /// `nil`: a bench that found none of the product's modes.
  package var failureMode: Symbol?
  package var time: EventTime
  package var result: Result
  package var source: Source
  /// Whose outcome it is.
  package var ticket: String?
  package var detail: String?

  package init(
    identity: DeviceIdentity, failureMode: Symbol?, time: EventTime, result: Result, source: Source,
    ticket: String? = nil, detail: String? = nil
  ) {
    self.identity = identity
    self.failureMode = failureMode
    self.time = time
    self.result = result
    self.source = source
    self.ticket = ticket
    self.detail = detail
  }

  /// What it says of a mode; `nil`: nothing. A bench looks at the whole device: what it found in one mode clears the others.
  package func result(of mode: Symbol) -> Result? {
    guard let failureMode else { return result }
    if failureMode == mode { return result }
    return source == .bench && result == .fault ? .otherCause : nil
  }

  /// The same verdict has the same number, whichever way and however often it came; a ticket has one at most.
  package var id: UInt64 {
    let parts =
      ticket.map { ["ticket", $0] } ?? [
        identity.product.text, identity.device, failureMode?.text ?? "", String(time.milliseconds), result.rawValue,
        source.rawValue,
      ]
    return Digest.of(parts: parts).value
  }
}

extension Verdict {
  /// `a remote check on 2025-11-23 found no fault`.
  package var words: String {
    let witness =
      switch source {
      case .check: "a remote check"
      case .bench: "a workbench"
      case .ticket: "whoever ended its ticket"
      }
    let found =
      switch result {
      case .fault: "found the fault"
      case .noFault: "found no fault"
      case .otherCause: "found another cause"
      case .inconclusive: "could not tell"
      }
    return "\(witness) on \(time.date) \(found)"
  }

  package init(_ diagnosis: Diagnosis, of identity: DeviceIdentity) {
    let result: Result =
      switch diagnosis.result {
      case .fault: .fault
      case .noFault: .noFault
      case .inconclusive: .inconclusive
      }
    self.init(
      identity: identity, failureMode: diagnosis.failureMode, time: diagnosis.time, result: result, source: .check,
      detail: diagnosis.detail)
  }

  /// What a ticket's end says of its device; `nil` while it isn't over, where nobody looked (`declined`, `cured`), and where
  /// the daemon ended it because of a verdict that it has already.
  package init?(_ ticket: Ticket) {
    guard ticket.state == .resolved || ticket.state == .closed,
      let resolution = ticket.history.last(where: { $0.change == "resolved" }), resolution.actor != "forewarnd"
    else { return nil }
    let result: Result
    switch ticket.outcome {
    case .confirmed: result = .fault
    case .noFaultFound: result = .noFault
    case .otherCause: result = .otherCause
    case .declined, .cured, nil: return nil
    }
    self.init(
      identity: DeviceIdentity(product: ticket.product, device: ticket.device), failureMode: ticket.failureMode,
      time: resolution.at, result: result, source: .ticket, ticket: ticket.id)
  }
}

/// How far a mode's verdicts can be trusted, and how many of its suspects are sound even if the defect is real.
package struct VerdictTrust: Hashable, Sendable {
  package struct Accuracy: Hashable, Sendable {
    /// P(fault said | fault), and P(no fault said | no fault).
    package var sensitivity: Double
    package var specificity: Double
    package init(_ sensitivity: Double, _ specificity: Double) {
      self.sensitivity = sensitivity
      self.specificity = specificity
    }

    /// What a result multiplies the odds by: 0.9 and 0.95 make 18 of `fault` and 0.105 of `no_fault`.
    package func likelihoodRatio(_ result: Verdict.Result) -> Double {
      switch result {
      case .fault: sensitivity / (1 - specificity)
      case .noFault, .otherCause: (1 - sensitivity) / specificity
      case .inconclusive: 1
      }
    }
  }

  package var check = Accuracy(0.9, 0.95)
  package var bench = Accuracy(0.98, 0.98)
  package var ticket = Accuracy(0.95, 0.95)
  package var noFaultFound = 0.3

  package init() {}

  package subscript(source: Verdict.Source) -> Accuracy {
    switch source {
    case .check: check
    case .bench: bench
    case .ticket: ticket
    }
  }
}

/// A verdict as it is kept, with what was known of its device when it was first weighed.
package struct KeptVerdict: Hashable, Sendable {
  package var verdict: Verdict
  /// `nil` until the next day's pass.
  package var standing: Standing?

  package struct Standing: Hashable, Sendable, Codable {
    package var batch: Symbol
    package var firmware: Symbol
    package var region: Symbol
    /// Modes of which the device was suspected, and its onsets by symptom until then.
    package var onsets: [String: Int]

    package init(batch: Symbol, firmware: Symbol, region: Symbol, onsets: [String: Int]) {
      self.batch = batch
      self.firmware = firmware
      self.region = region
      self.onsets = onsets
    }
  }

  package init(_ verdict: Verdict, standing: Standing? = nil) {
    self.verdict = verdict
    self.standing = standing
  }
}

/// What the verdicts on one device say of one mode, at a moment.
package struct DeviceVerdict: Hashable, Sendable {
  /// The latest that told anything, if it is younger than the mode's horizon.
  package var conclusive: Verdict?
  /// The latest of all, inconclusive ones included.
  package var latest: Verdict
  /// What they multiply the odds by.
  package var likelihoodRatio: Double
  /// Onsets by symptom that weren't this fault: a bench or a person found none.
  package var dismissedOnsets: Int
  package var result: Verdict.Result? { conclusive?.result }

  package init(conclusive: Verdict?, latest: Verdict, likelihoodRatio: Double, dismissedOnsets: Int) {
    self.conclusive = conclusive
    self.latest = latest
    self.likelihoodRatio = likelihoodRatio
    self.dismissedOnsets = dismissedOnsets
  }
}

/// How many suspects were looked at, and what was found: of a mode, or of a cohort in it.
package struct VerdictTally: Hashable, Sendable {
  package var faults = 0
  package var noFaults = 0
  package var otherCauses = 0

  package init(faults: Int = 0, noFaults: Int = 0, otherCauses: Int = 0) {
    self.faults = faults
    self.noFaults = noFaults
    self.otherCauses = otherCauses
  }

  package var examined: Int { faults + noFaults + otherCauses }
  package var cleared: Int { noFaults + otherCauses }

  package mutating func count(_ result: Verdict.Result) {
    switch result {
    case .fault: faults += 1
    case .noFault: noFaults += 1
    case .otherCause: otherCauses += 1
    case .inconclusive: break
    }
  }

  package static func += (left: inout VerdictTally, right: VerdictTally) {
    left.faults += right.faults
    left.noFaults += right.noFaults
    left.otherCauses += right.otherCauses
  }
}
