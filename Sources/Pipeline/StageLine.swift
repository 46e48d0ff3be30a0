package import DefectModel
package import DeviceHistory
package import FirmwareProfiles
package import Triage
package import Vocabulary

/// The four pure stages in a row: decode, observe, model, triage. The daemon and `forewarn replay` run this very same
/// thing, one message at a time; it has no clock, file or socket of its own. Not thread-safe: it belongs to one owner.
package struct StageLine {
  package private(set) var settings: PipelineSettings
  package private(set) var catalogue: Catalogue
  package var history: FleetHistory
  package var model: HazardModel
  package private(set) var triage: CareDesk
  package private(set) var cases = CaseBook()
  package internal(set) var ended = EndedCases()
  /// What those who looked at devices found.
  package var verdicts = VerdictBook()
  /// Since it was last taken: see `takeYield`.
  var yield = Yield()
  /// Sparkplug's births and sequences.
  var sessions = SparkplugSessions()
  /// Messages from quarantine that are being taken, one inside of another where a clock's step makes some due.
  var retakes: [Retake] = []
  var onlooker: Onlooker?
  /// Told of each report that counts, where somebody reads along.
  package var witness: (@Sendable (Report, DeviceIdentity) -> Void)?
  /// Who is let in.
  package var admission: Admission
  /// Those of the future, until the clock has caught up: see `Retaking.swift`.
  var early = EarlyMessages()
  var isTakingEarly = false
  /// Contacts, and remote checks, that were taken.
  private var identities = MessageIdentities()
  /// Devices that the history doesn't know any more, or never did.
  private var erasedByRows: Set<DeviceIdentity> = []
  /// What the supply chain knows of batches; owners of tickets go by it.
  package private(set) var register = BatchRegister()
  private let decoder: PayloadDecoder
  let foreign: ForeignDecoder

  package init(catalogue: Catalogue, settings: PipelineSettings) {
    self.settings = settings
    self.catalogue = catalogue
    history = FleetHistory(profiles: catalogue.profiles, settings: settings.history)
    model = HazardModel(profiles: catalogue.profiles)
    triage = CareDesk(profiles: catalogue.profiles, policy: settings.policy, register: register)
    admission = Admission(settings.limits)
    decoder = PayloadDecoder(names: admission.names)
    foreign = ForeignDecoder(names: admission.names)
  }

  /// Everything since the last call, to be committed at once.
  package mutating func takeYield() -> Yield {
    yield.erased =
      erasedByRows.isEmpty
      ? history.takeErased() : Set(history.takeErased()).union(erasedByRows).sorted()
    erasedByRows = []
    for identity in yield.erased {
      cases.forget(device: identity.device)
      admission.forget(identity.device)
      early.forget(device: identity.device)
      ended.forget(device: identity.device)
      verdicts.forget(device: identity.device)
    }
    forgetSessions(of: Set(yield.erased.map(\.device)))
    (yield.verdicts, yield.withdrawnVerdicts) = verdicts.takeChanges()
    defer { yield = Yield() }
    return yield
  }

  /// On someone's behalf, of the history and of whatever the store's rows say.
  package mutating func erase(_ identity: DeviceIdentity, refusal: Facts) {
    if !history.erase(device: identity.device, refusal: refusal) { erasedByRows.insert(identity) }
  }

  package mutating func apply(_ change: CaseChange) {
    cases.apply(change)
    ended.apply(change)
    verdicts.apply(change)
  }

  /// All cases of the store, at a start.
  package mutating func restore(cases: CaseBook, ended: EndedCases) {
    self.cases = cases
    self.ended = ended
  }

  /// Other profiles, from the next message on. Answers the modes whose evidence means something else now, or that are
  /// gone: what is stored of them has to go too.
  package mutating func replaceCatalogue(_ catalogue: Catalogue) -> [ModeKey] {
    self.catalogue = catalogue
    let begunAnew = history.replaceProfiles(catalogue.profiles)
    defer { renewTriage() }
    return model.replaceProfiles(catalogue.profiles, begunAnew: begunAnew)
  }

  /// Other words on consent, care and predictions, from the next message on. What the evidence was judged by, clock and
  /// lateness, stays as it is.
  package mutating func replaceSettings(_ fresh: PipelineSettings) {
    settings.policy = fresh.policy
    settings.predictions = fresh.predictions
    settings.history.consent = fresh.history.consent
    history.replaceConsent(fresh.history.consent)
    renewTriage()
  }

  package mutating func replaceRegister(_ register: BatchRegister) {
    self.register = register
    renewTriage()
  }

  private mutating func renewTriage() {
    triage = CareDesk(profiles: catalogue.profiles, policy: settings.policy, register: register)
  }

  // MARK: Messages in

  /// Takes one message. `wall`: the gateway's clock, or `nil` in a replay, where the message's own time counts.
  package mutating func take(_ delivery: Delivery, wall: EventTime?) {
    history.advance(to: delivery.receivedAt)
    if !isRetaking { admission.advance(to: delivery.receivedAt) }
    // What is itself taken out of the early ones must not take the next of them: thousands may come due at once.
    if !isTakingEarly { takeEarly(wall: wall) }
    runDuePasses(wall: wall)
    let address = Address.parse(
      topic: delivery.topic, root: settings.root, catalogue: catalogue, sources: settings.sources,
      names: admission.names)
    switch address {
    case .failure(let rejection):
      quarantine(delivery, rejection, device: Address.device(in: delivery.topic, root: settings.root))
    case .success(.report(let identity)): takeReports(delivery, identity, wall: wall)
    case .success(.state(let identity)): takeState(delivery, identity)
    case .success(.diagnosis(let identity)): takeDiagnosis(delivery, identity)
    case .success(.weather(let region)):
      take(delivery, decoder.weather(delivery.payload, region: region), dueAt: \.time) { $0.history.learn($1) }
    case .success(.outage(let carrier, let region)):
      take(delivery, decoder.outage(delivery.payload, carrier: carrier, region: region)) { $0.history.learn($1) }
    case .success(.contact): takeContact(delivery)
    case .success(.foreign(let address)): takeForeign(delivery, address, wall: wall)
    case .success(.brokerStatistic), .success(.own):
      quarantine(delivery, Rejection(.unsupported, "a topic of the broker or of forewarn itself"), device: nil)
    }
  }

  private mutating func takeReports(_ delivery: Delivery, _ identity: DeviceIdentity, wall: EventTime?) {
    guard history.mayHear(identity.device) else { return count(.unconsented) }
    guard let charge = charge(delivery, identity) else { return }
    let isKnown = history.knows(identity.device)
    guard isKnown || mayBeNew(delivery, identity, isReport: true) else { return }
    defer { if !isKnown, history.knows(identity.device) { admission.countUnknown(1) } }
    var hasChanged = false
    let reports = decoder.reports(delivery.payload, of: identity, catalogue: catalogue)
    for (index, decoded) in reports.enumerated() {
      switch decoded {
      case .rejected(let rejection, let element):
        quarantine(delivery.carrying(element), rejection, device: identity.device)
      case .report(let report):
        // A vote moves the clock even if its report is refused: a replay of the journal must let it vote again.
        let latest = history.latest
        hasChanged = history.hear(report.time, of: identity) || hasChanged
        if history.latest != latest {
          takeEarly(wall: wall)
          runDuePasses(wall: wall)
        }
        let fate = history.admit(report, of: identity)
        if case .quarantined(let rejection) = fate {
          let isEarly = rejection.reason == .future
          quarantine(
            delivery.carrying(decoder.element(index)), rejection, device: identity.device,
            dueAt: isEarly ? report.time : nil)
        } else {
          count(fate)
          if fate == .applied {
            hasChanged = true
            onlooker?.report(report, identity)
            witness?(report, identity)
            if charge == .taken { admission.credit(identity.device, report.time) }
          }
        }
      }
    }
    if hasChanged { yield.taken.append(Yield.Taken(delivery: delivery, device: identity.device)) }
  }

  private mutating func takeState(_ delivery: Delivery, _ identity: DeviceIdentity) {
    // A small one may withdraw consent, which holds however much the device has said.
    guard delivery.payload.count <= AdmissionLimits.bytesOfOneMessage || charge(delivery, identity) != nil,
      history.knows(identity.device) || mayBeNew(delivery, identity, isReport: false)
    else { return }
    switch decoder.facts(delivery.payload, of: identity) {
    case .failure(let rejection): takeFaultyState(delivery, identity, rejection)
    case .success(let facts):
      let (fate, isNews) = learnNews(facts, of: identity)
      finish(delivery, fate, device: identity.device)
      if isNews, fate == .duplicate { yield.taken.append(Yield.Taken(delivery: delivery, device: identity.device)) }
    }
  }

  /// A withdrawal of consent protects the customer, so it holds even in a state of which nothing else can be used.
  private mutating func takeFaultyState(_ delivery: Delivery, _ identity: DeviceIdentity, _ rejection: Rejection) {
    let said = decoder.consent(in: delivery.payload, of: identity)
    if let said, said.telemetryConsent == false {
      _ = learn(
        Facts(time: said.time, telemetryConsent: false, contactConsent: said.contactConsent), of: identity)
    }
    let refuses = history.facts(of: identity.device)?.telemetryConsent == false
    if refuses, said?.telemetryConsent == nil { return count(.unconsented) }
    guard refuses, said?.telemetryConsent == false else {
      return quarantine(delivery, rejection, device: identity.device)
    }
    // It is counted and can be seen, without what it says of a device that is to be forgotten.
    var remains = delivery
    remains.topic = "dt/\(settings.root)/\(identity.product)/(erased)/state"
    remains.payload = Array(#"{"consent":{"telemetry":false}}"#.utf8)
    let detail = "a state that withdrew consent had a fault besides; the withdrawal holds, the rest was not kept"
    quarantine(remains, Rejection(rejection.reason, detail), device: nil)
  }

  private mutating func takeContact(_ delivery: Delivery) {
    switch decoder.contact(delivery.payload, catalogue: catalogue) {
    case .failure(let rejection):
      quarantine(delivery, rejection, device: decoder.deviceNamed(in: delivery.payload))
    case .success(var contact):
      // Nothing is kept of a device that refuses, whoever speaks of it.
      guard history.facts(of: contact.device)?.telemetryConsent != false else { return count(.unconsented) }
      guard isNew(delivery, &contact.digest) else { return count(.duplicate) }
      yield.contacts.append(contact)
      count(.applied)
    }
  }

  /// Whether the message has not been taken before; from here on it has.
  private mutating func isNew(_ delivery: Delivery, _ identity: inout UInt64?) -> Bool {
    let digest = delivery.digest
    identity = digest
    guard !identities.contains(digest) else { return false }
    identities.remember(digest)
    return true
  }

  /// Contacts and remote checks that the store keeps, at a start.
  package mutating func remember(messages digests: [UInt64]) {
    for digest in digests { identities.remember(digest) }
  }

  private mutating func takeDiagnosis(_ delivery: Delivery, _ identity: DeviceIdentity) {
    guard history.mayHear(identity.device) else { return count(.unconsented) }
    guard charge(delivery, identity) != nil else { return }
    switch decoder.diagnosis(delivery.payload, of: identity, catalogue: catalogue) {
    case .failure(let rejection): quarantine(delivery, rejection, device: identity.device)
    case .success(var diagnosis):
      guard isNew(delivery, &diagnosis.digest) else { return count(.duplicate) }
      verdicts.take(Verdict(diagnosis, of: identity))
      yield.diagnoses.append((identity, diagnosis))
      count(.applied)
    }
  }

  private mutating func take<Word>(
    _ delivery: Delivery, _ word: Result<Word, Rejection>, dueAt: (Word) -> EventTime? = { _ in nil },
    _ learn: (inout StageLine, Word) -> Fate
  ) {
    switch word {
    case .failure(let rejection): quarantine(delivery, rejection, device: nil)
    case .success(let word): finish(delivery, learn(&self, word), device: nil, dueAt: dueAt(word))
    }
  }

  /// The same facts, said later, are a duplicate; but that they were is news, since an older state may still come.
  mutating func learnNews(_ facts: Facts?, of identity: DeviceIdentity) -> (Fate, isNews: Bool) {
    let before = history.facts(of: identity.device)?.time
    let fate = learn(facts, of: identity)
    return (fate, fate == .applied || history.facts(of: identity.device)?.time != before)
  }

  /// Facts of a device from an import, at the gateway's time; journalled by the caller, who has the file.
  package mutating func learn(_ facts: Facts?, of identity: DeviceIdentity) -> Fate {
    let wasKnown = history.knows(identity.device)
    let wasUnregistered = history.isUnregistered(identity.device)
    let fate = history.learn(facts, of: identity)
    let isUnregistered = history.isUnregistered(identity.device)
    if isUnregistered != wasUnregistered, wasKnown || isUnregistered { admission.countUnknown(isUnregistered ? 1 : -1) }
    return fate
  }

  // MARK: Admission

  /// Charges the message to its device; `nil`: it was over its share, and is in quarantine. What is taken again was
  /// charged when it came.
  private mutating func charge(_ delivery: Delivery, _ identity: DeviceIdentity) -> DeviceShares.Charge? {
    guard !isRetaking else { return .free }
    switch admission.charge(delivery, identity.device) {
    case .success(let charge): return charge
    case .failure(let rejection):
      quarantine(delivery, rejection, device: identity.device)
      return nil
    }
  }

  /// Whether a device that was never heard of may be taken up; if not, its message is in quarantine.
  private mutating func mayBeNew(_ delivery: Delivery, _ identity: DeviceIdentity, isReport: Bool) -> Bool {
    guard let rejection = admission.refusalOfNewDevice(isReport: isReport, devices: history.deviceCount) else {
      return true
    }
    quarantine(delivery, rejection, device: identity.device)
    return false
  }

  // MARK: Fates

  mutating func finish(_ delivery: Delivery, _ fate: Fate, device: String?, dueAt: EventTime? = nil) {
    if case .quarantined(let rejection) = fate {
      return quarantine(delivery, rejection, device: device, dueAt: rejection.reason == .future ? dueAt : nil)
    }
    count(fate)
    if fate == .applied { yield.taken.append(Yield.Taken(delivery: delivery, device: device)) }
  }

  mutating func count(_ fate: Fate) { yield.counts.count(fate) }

  mutating func quarantine(
    _ delivery: Delivery, _ rejection: Rejection, device: String?, dueAt: EventTime? = nil
  ) {
    yield.counts.count(.quarantined(rejection))
    // What is taken again stands in quarantine already.
    guard isRetaking || admission.mayKeep(delivery, rejection, device: device) else {
      yield.unkept += 1
      return
    }
    let message = Yield.Quarantined(delivery: delivery, rejection: rejection, device: device, dueAt: dueAt)
    yield.quarantined.append(message)
    if dueAt != nil, rejection.reason == .future { early.add(message) }
  }
}

extension Delivery {
  /// The same message with one element of its array as the payload: so that only that one is retried later.
  fileprivate func carrying(_ element: [UInt8]?) -> Delivery {
    guard let element else { return self }
    var delivery = self
    delivery.payload = element
    return delivery
  }
}
