package import Vocabulary

/// Facts from the state topic or an import, and the surroundings' news.
extension FleetHistory {
  /// What is known of a device. `nil`: an empty payload, which clears the facts but never the consent.
  package mutating func learn(_ facts: Facts?, of identity: DeviceIdentity) -> Fate {
    putAway()
    let isKnown = self.number(of: identity.device) != nil
    let number: Int
    switch place(identity) {
    case .success(let known): number = known
    case .failure(let rejection): return .quarantined(rejection)
    }
    var record = record(number)
    let old = record.facts
    guard let facts else {
      let fate = clear(number, old)
      return isKnown ? fate : .applied
    }
    let (fate, new) = Self.foretell(facts, on: isKnown ? old : nil)
    guard fate == .applied else {
      // The same facts, said later: only their time moves on, so that an older state can't undo them.
      if new.time != old.time {
        record.facts.time = new.time
        write(&record, at: number)
      }
      return fate
    }
    guard new.telemetryConsent != false else {
      erase(number, refusal: new)
      return .applied
    }
    if erasedCount > 0, records.isErased(number) { giveName(identity, to: number) }
    let isMove = facts.region.map { $0 != old.region } ?? false || facts.carrier.map { $0 != old.carrier } ?? false
    let current = clock.now.map { Bucket(holding: $0, length: .day).start } ?? .distantPast
    revise(number) { record in
      record.facts = new
      if isMove { record.move(from: facts.time ?? current) }
    }
    // It lives where nobody is heard who hasn't agreed.
    if mustForget(number) { forgetReports(of: number, keeping: new) }
    return .applied
  }

  private mutating func clear(_ number: Int, _ old: Facts) -> Fate {
    let kept = Facts(telemetryConsent: old.telemetryConsent, contactConsent: old.contactConsent)
    guard kept != old else { return .duplicate }
    revise(number) { record in
      record.facts = kept
      record.places = []
    }
    return .applied
  }

  /// What facts would do to those that are known, and what would be known then. Of a refusal nothing else stays.
  /// - Parameter known: `nil` of a device that isn't; that there is one is a fact, too.
  package static func foretell(_ facts: Facts, on known: Facts?) -> (fate: Fate, facts: Facts) {
    let old = known ?? Facts()
    let refuses = old.telemetryConsent == false
    if refuses, facts.telemetryConsent == nil { return (.unconsented, old) }
    if let time = facts.time, let latest = old.time, time < latest { return (.duplicate, old) }
    if facts.telemetryConsent == false {
      guard !refuses else { return (.duplicate, old) }
      return (
        .applied,
        Facts(
          time: facts.time ?? old.time, telemetryConsent: false,
          contactConsent: facts.contactConsent ?? old.contactConsent)
      )
    }
    var new = old
    new.take(facts)
    var compared = new
    compared.time = old.time
    return (known != nil && compared == old ? .duplicate : .applied, new)
  }

  package mutating func learn(_ outage: Outage) -> Fate {
    putAway()
    if let now = clock.now, outage.until < now - settings.lateness { return .late }
    let isRevision = closedThrough.lengths.contains { closedThrough[$0].map { outage.from < $0.end } ?? false }
    guard isRevision, !surroundings.knows(outage) else { return surroundings.add(outage) ? .applied : .duplicate }
    // Known only now, of buckets that are closed: what its stratum's devices gave there is taken back.
    let concerned = numbers.filter { number in
      record(number).places.contains { $0.region == outage.region && $0.carrier == outage.carrier }
    }
    for number in concerned {
      for length in closedThrough.lengths { revisions.subtract(evidence(of: record(number), closedOf: length)) }
    }
    _ = surroundings.add(outage)
    for number in concerned {
      var record = record(number)
      for length in closedThrough.lengths { revisions.add(evidence(of: record, closedOf: length)) }
      record.forgetReached()
      write(&record, at: number)
    }
    return .applied
  }

  package mutating func learn(_ reading: WeatherReading) -> Fate {
    if let now = clock.now, let latest = clock.latest {
      guard reading.time <= latest + HistorySettings.ahead else {
        return .quarantined(
          Rejection(.future, "weather of \(reading.time), more than a day ahead of the clock (\(now))"))
      }
    }
    if surroundings.knows(reading) { return .duplicate }
    if let closed = closedThrough[.day], reading.time < closed.end { return .late }
    return surroundings.add(reading) ? .applied : .duplicate
  }

  /// Whether a device may be told of its care, where the device says nothing of it: the caller's default.
  package func facts(of device: String) -> Facts? { number(of: device).map { records.facts(of: $0) } }

  package func identity(of device: String) -> DeviceIdentity? {
    number(of: device).map { DeviceIdentity(product: product(of: $0), device: device) }
  }
}

extension DeviceRecord {
  /// Region and carrier hold from the facts' time on; without one, from the current bucket.
  fileprivate mutating func move(from time: EventTime) {
    let place = Place(from: time, region: facts.region ?? .unknown, carrier: facts.carrier ?? .unknown)
    places.removeAll { $0.from >= place.from }
    places.append(place)
    if places.count > HistorySettings.mostPlaces { places.removeFirst() }
  }
}

extension Facts {
  /// Replaces field by field what `later` says.
  fileprivate mutating func take(_ later: Facts) {
    time = later.time ?? time
    batch = later.batch ?? batch
    factory = later.factory ?? factory
    manufactured = later.manufactured ?? manufactured
    activated = later.activated ?? activated
    firmware = later.firmware ?? firmware
    region = later.region ?? region
    carrier = later.carrier ?? carrier
    customer = later.customer ?? customer
    locale = later.locale ?? locale
    telemetryConsent = later.telemetryConsent ?? telemetryConsent
    contactConsent = later.contactConsent ?? contactConsent
    retired = later.retired ?? retired
  }
}
