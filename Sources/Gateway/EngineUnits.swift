import CaseStore
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Foundation
import Logging
import Pipeline
import Triage
import Vocabulary

/// What a batch has changed, as one transaction.
extension Engine {
  /// Keys in the store's `meta` table.
  enum MetaKey {
    static let history = "history"
    static let counts = "counts"
    /// Sparkplug's births and sequences.
    static let sessions = "sparkplug"
    /// What each mode meant when the evidence was gathered.
    static let definitions = "definitions"
    /// Revision of the profiles by which the journal's messages were judged.
    static let profiles = "profiles"
    /// Not empty: devices were erased, and their bytes may still lie in the file's free pages.
    static let unscrubbed = "unscrubbed"
    /// The last line of `ErasureList` that this store knows of, as decimal text.
    static let erasures = "erasures"
    /// Configuration and profiles as they were last audited, a JSON object of names and values.
    static let audited = "audited_settings"
    /// See `HouseBook`.
    static let house = "house"
  }

  func unit(
    of yield: Yield, total: FateCounts, changes: [CaseChange], imported: Delivery?, isSnapshot: Bool
  ) -> UnitOfWork {
    var unit = UnitOfWork(at: WallClock.now())
    unit.changes = yield.changes + changes
    unit.pseudonym = { [erasures] in erasures.hash($0) }
    unit.quarantined = yield.quarantined.map {
      QuarantineEntry(delivery: $0.delivery, rejection: $0.rejection, device: $0.device, dueAt: $0.dueAt)
    }
    unit.predictions = yield.predictions
    unit.contacts = yield.contacts
    unit.trial = yield.trial
    (unit.expiries, unit.forgottenTickets) = (expiries, forgottenTickets)
    unit.diagnoses = yield.diagnoses
    unit.verdicts = yield.verdicts
    unit.withdrawnVerdicts = yield.withdrawnVerdicts
    if !yield.erased.isEmpty {
      // What the same batch brought of a device before its refusal goes with it.
      let erased = Set(yield.erased.map(\.device))
      unit.quarantined.removeAll { $0.device.map(erased.contains) ?? false }
      unit.predictions.removeAll { erased.contains($0.identity.device) }
      unit.trial.removeAll { erased.contains($0.identity.device) }
      unit.contacts.removeAll { erased.contains($0.device) }
      unit.diagnoses.removeAll { erased.contains($0.0.device) }
      unit.meta[MetaKey.unscrubbed] = [1]
      unit.audit += yield.erased.map { identity in
        AuditEntry(
          at: unit.at, actor: erasingActor, noun: .device, subject: erasures.hash(identity.device),
          pseudonym: erasures.hash(identity.device), change: "erased")
      }
    }
    unit.outbox = Outbox(
      root: pipeline.settings.root, mode: careMode, cases: pipeline.cases, closed: closedTickets(unit.changes),
      webhooks: webhooks, at: unit.at, language: messages, locale: locales(of: unit.tickets),
      isMissing: { [board] in board.note(missing: $0) },
      mayOffer: mayOffer
    ).messages(for: unit.changes)
    // Whatever the mode is now: an offer may stand from when it was another.
    if !yield.erased.isEmpty {
      unit.outbox += yield.erased.map { identity in
        let topic = "cmd/\(pipeline.settings.root)/\(identity.product)/\(identity.device)/care"
        return OutgoingMessage(
          kind: .offer, topic: topic, payload: [], isRetained: true, device: OutgoingMessage.farewell,
          createdAt: unit.at)
      }
    }
    unit.outbox += yield.requests.map {
      OutgoingMessage(kind: .request, topic: $0.topic, payload: $0.payload, isRetained: false, createdAt: unit.at)
    }
    if isSnapshot || yield.counts != FateCounts() { unit.meta[MetaKey.counts] = total.stored }
    if !isSnapshot {
      unit.journal = yield.taken.map(\.delivery)
      if let imported { unit.journal.append(imported) }
    } else {
      // A bucket has closed, or the profiles have changed: everything is written as it stands now, and the journal begins anew.
      unit.emptiesJournal = true
      unit.devicePages = pipeline.history.takeChanges()
      unit.erasedDevices = yield.erased
      unit.cells = pipeline.model.takeChangedCells().map { ($0.mode, $0.bucket, $0.blob) }
      unit.models = pipeline.model.modes.map { ($0, pipeline.model.state(of: $0)) }
      unit.meta[MetaKey.sessions] = pipeline.writeSessions()
      unit.meta[MetaKey.history] = pipeline.history.writeState()
      unit.meta[MetaKey.definitions] = pipeline.history.writeDefinitions()
      unit.meta[MetaKey.profiles] = Array(pipeline.catalogue.revision.utf8)
    }
    return unit
  }

  /// Ended tickets of each changed finding, as they are counted before this change.
  private func closedTickets(_ changes: [CaseChange]) -> [String: Int] {
    var counts: [String: Int] = [:]
    for case .finding(let finding) in changes {
      do throws(StoreError) {
        counts[finding.id] = try store.finding(finding.id)?.closed ?? 0
      } catch {
        logger.warning("a finding's tickets can't be counted", metadata: ["id": "\(finding.id)", "error": "\(error)"])
      }
    }
    return counts
  }
}

extension UnitOfWork {
  var tickets: [Ticket] {
    changes.compactMap { change in
      if case .ticket(let ticket) = change { ticket } else { nil }
    }
  }

  /// Nothing to write: no transaction for it.
  var isEmpty: Bool {
    !emptiesJournal && journal.isEmpty && devicePages.isEmpty && erasedDevices.isEmpty && meta.isEmpty
      && quarantined.isEmpty && releasedQuarantine.isEmpty && rejudgedQuarantine.isEmpty && changes.isEmpty
      && outbox.isEmpty
      && deliveredOutbox.isEmpty && failedOutbox.isEmpty && retriedOutbox.isEmpty && !dropsSupersededOffers
      && predictions.isEmpty && contacts.isEmpty
      && diagnoses.isEmpty && batches.isEmpty && audit.isEmpty && trial.isEmpty && expiries.isEmpty
      && forgottenTickets.isEmpty
      && verdicts.isEmpty && withdrawnVerdicts.isEmpty
  }
}

extension FateCounts {
  /// Five little-endian 64-bit numbers: applied, duplicate, quarantined, unconsented, late.
  var stored: [UInt8] {
    [applied, duplicate, quarantined, unconsented, late].flatMap { number in
      withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
    }
  }

  init?(stored bytes: [UInt8]) {
    guard bytes.count == 40 else { return nil }
    let numbers = stride(from: 0, to: 40, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    self.init()
    applied = Int(numbers[0])
    duplicate = Int(numbers[1])
    quarantined = Int(numbers[2])
    unconsented = Int(numbers[3])
    late = Int(numbers[4])
  }
}
