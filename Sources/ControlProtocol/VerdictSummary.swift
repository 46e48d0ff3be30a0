/// What those who looked at a mode's suspects found.
package struct VerdictSummary: Hashable, Sendable, Codable {
  package var examined: Int
  package var faults: Int
  package var noFaults: Int
  package var otherCauses: Int
  /// Suspects without the fault among those examined; `nil` while there are none.
  @Known package var noFaultFoundRate: Estimate?

  package init(examined: Int, faults: Int, noFaults: Int, otherCauses: Int, noFaultFoundRate: Estimate?) {
    self.examined = examined
    self.faults = faults
    self.noFaults = noFaults
    self.otherCauses = otherCauses
    self.noFaultFoundRate = noFaultFoundRate
  }

  private enum CodingKeys: String, CodingKey {
    case examined, faults
    case noFaults = "no_faults"
    case otherCauses = "other_causes"
    case noFaultFoundRate = "no_fault_found_rate"
  }
}
