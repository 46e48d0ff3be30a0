/// Why a message can't be used. A closed set: operators filter by these words.
package enum RejectionReason: String, Sendable, Codable, CaseIterable, Hashable {
  case syntax, schema, unknownProduct = "unknown_product", identity, future, rate, tooLarge = "too_large", unsupported
}

/// What goes into quarantine with a message: the reason, and what an operator should know and do about it.
package struct Rejection: Error, Sendable, Hashable {
  package var reason: RejectionReason
  package var detail: String

  package init(_ reason: RejectionReason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
}

/// Where a message ended. Everything received ends in exactly one of these, counted per report (each element of an
/// array) and per other message.
package enum Fate: Sendable, Hashable {
  case applied, duplicate, unconsented, late
  case quarantined(Rejection)
}

/// Messages by fate; `received` is their sum by construction.
package struct FateCounts: Sendable, Hashable, Codable {
  package var applied = 0
  package var duplicate = 0
  package var quarantined = 0
  package var unconsented = 0
  package var late = 0

  package init() {}

  package var received: Int { applied + duplicate + quarantined + unconsented + late }

  package mutating func count(_ fate: Fate) {
    switch fate {
    case .applied: applied += 1
    case .duplicate: duplicate += 1
    case .quarantined: quarantined += 1
    case .unconsented: unconsented += 1
    case .late: late += 1
    }
  }

  package static func += (left: inout FateCounts, right: FateCounts) { left.add(right, times: 1) }

  package static func -= (left: inout FateCounts, right: FateCounts) { left.add(right, times: -1) }

  package static func - (left: FateCounts, right: FateCounts) -> FateCounts {
    var difference = left
    difference -= right
    return difference
  }

  private mutating func add(_ other: FateCounts, times factor: Int) {
    applied += factor * other.applied
    duplicate += factor * other.duplicate
    quarantined += factor * other.quarantined
    unconsented += factor * other.unconsented
    late += factor * other.late
  }
}
