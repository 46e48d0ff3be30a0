package import Vocabulary

/// What of a device is left when it is to be forgotten. The counts it gave to cells stay: they are anonymous.
extension FleetHistory {
  /// Who may not be heard where it lives: all but the facts, which say where that is.
  mutating func forgetReports(of number: Int, keeping facts: Facts) {
    var record = emptied(number)
    record.facts = facts
    write(&record, at: number)
  }

  /// For good: the record's place bears a pseudonym from now on.
  ///
  /// - Parameter refusal: without a word on telemetry the device is heard again as one that was never known.
  mutating func erase(_ number: Int, refusal: Facts) {
    var record = emptied(number)
    record.facts = refusal
    guard !records.isErased(number) else { return write(&record, at: number) }
    record.identity.device = pseudonym.of(record.identity.device)
    records.rename(&record, at: number, shape: shape(of: record.identity.product))
    erasedCount += 1
  }

  private mutating func emptied(_ number: Int) -> DeviceRecord {
    let record = record(number)
    if let latest = record.presence.latestVote { clock.withdraw(latest) }
    if !record.isErased { erased.insert(record.identity) }
    return DeviceRecord(identity: record.identity, shape: shape(of: record.identity.product))
  }

  /// Erased ones included.
  package var recordCount: Int { records.count }

  mutating func giveName(_ identity: DeviceIdentity, to number: Int) {
    var record = record(number)
    record.identity = identity
    records.rename(&record, at: number, shape: shape(of: identity.product))
    erasedCount -= 1
  }

  /// Refusals that an older version kept under the device's own id.
  package mutating func pseudonymiseRefusals() {
    putAway()
    for number in numbers where records.telemetryConsent(of: number) == false && !records.isErased(number) {
      erase(number, refusal: records.facts(of: number))
    }
  }

  // MARK: What outlives a restore

  /// What must be known of an erased device even if an older copy of the store comes back.
  package struct Trace: Hashable, Sendable {
    package var pseudonym: String
    package var product: Symbol
    package var refusal: Facts

    package init(pseudonym: String, product: Symbol, refusal: Facts) {
      self.pseudonym = pseudonym
      self.product = product
      self.refusal = refusal
    }
  }

  /// `nil`: the device isn't erased.
  package func trace(of device: String) -> Trace? {
    guard erasedCount > 0, let number = records.number(of: pseudonym.of(device)) else { return nil }
    return Trace(pseudonym: pseudonym.of(device), product: product(of: number), refusal: records.facts(of: number))
  }

  /// On someone's behalf. `nil`: the device isn't known here.
  @discardableResult
  package mutating func erase(device: String, refusal: Facts) -> Bool {
    putAway()
    guard let number = number(of: device) else { return false }
    erase(number, refusal: refusal)
    return true
  }

  /// Erasures that this state, an older copy, doesn't know of.
  package mutating func repeatErasures(_ traces: [Trace]) {
    guard !traces.isEmpty else { return }
    putAway()
    let byPseudonym = Dictionary(traces.map { ($0.pseudonym, $0) }, uniquingKeysWith: { _, last in last })
    for number in numbers {
      let name = record(number).identity.device
      let own = records.isErased(number) ? name : pseudonym.of(name)
      if let trace = byPseudonym[own] { erase(number, refusal: trace.refusal) }
    }
    // Of devices that the copy has never heard the refusals must hold all the same.
    for trace in byPseudonym.values.sorted(by: { $0.pseudonym < $1.pseudonym })
    where trace.refusal.telemetryConsent == false && records.number(of: trace.pseudonym) == nil {
      guard let layout = layout(of: trace.product) else { continue }
      var record = DeviceRecord(
        identity: DeviceIdentity(product: trace.product, device: trace.pseudonym), shape: layout.shape)
      record.facts = trace.refusal
      _ = records.append(&record, shape: layout.shape)
      erasedCount += 1
    }
  }
}
