package import Vocabulary

/// Facts from the state topic or an import, and the surroundings' news.
extension FleetHistory {
  /// What is known of a device. `nil`: an empty payload, which clears the facts but never the consent.
  package mutating func learn(_ facts: Facts?, of identity: DeviceIdentity) -> Fate {
    let index: Int
    switch place(identity) {
    case .success(let known): index = known
    case .failure(let rejection): return .quarantined(rejection)
    }
    let old = records[index].facts
    guard let facts else { return clear(index) }
    if let said = facts.telemetryConsent, !said { return refuse(index, facts) }
    if records[index].refusesTelemetry, facts.telemetryConsent == nil { return .unconsented }
    if let time = facts.time, let known = old.time, time < known { return .duplicate }
    var new = old
    new.take(facts)
    let isMove = facts.region.map { $0 != old.region } ?? false || facts.carrier.map { $0 != old.carrier } ?? false
    var compared = new
    compared.time = old.time
    guard compared != old else {
      // The same facts, said later: only their time moves on, so that an older state can't undo them.
      if new.time != old.time {
        records[index].facts.time = new.time
        changed.insert(index)
      }
      return .duplicate
    }
    keepEvidence(of: index)
    records[index].facts = new
    if isMove { move(index, from: facts.time) }
    changed.insert(index)
    return .applied
  }

  private mutating func clear(_ index: Int) -> Fate {
    let old = records[index].facts
    let kept = Facts(telemetryConsent: old.telemetryConsent, contactConsent: old.contactConsent)
    guard kept != old else { return .duplicate }
    keepEvidence(of: index)
    records[index].facts = kept
    records[index].places = []
    changed.insert(index)
    return .applied
  }

  private mutating func refuse(_ index: Int, _ facts: Facts) -> Fate {
    let old = records[index].facts
    if let time = facts.time, let known = old.time, time < known { return .duplicate }
    guard !records[index].refusesTelemetry else { return .duplicate }
    erase(
      index,
      refusal: Facts(
        time: facts.time ?? old.time, telemetryConsent: false,
        contactConsent: facts.contactConsent ?? old.contactConsent)
    )
    return .applied
  }

  /// Region and carrier hold from the facts' time on; without one, from the current bucket.
  private mutating func move(_ index: Int, from time: EventTime?) {
    let facts = records[index].facts
    let current = clock.now.map { Bucket(holding: $0, length: .day).start } ?? .distantPast
    let place = DeviceRecord.Place(
      from: time ?? current, region: facts.region ?? .unknown, carrier: facts.carrier ?? .unknown)
    records[index].places.removeAll { $0.from >= place.from }
    records[index].places.append(place)
    if records[index].places.count > HistorySettings.mostPlaces { records[index].places.removeFirst() }
  }

  package mutating func learn(_ outage: Outage) -> Fate {
    if let now = clock.now, outage.until < now - settings.lateness { return .late }
    let strata = records.indices.filter { index in
      records[index].places.contains { $0.region == outage.region && $0.carrier == outage.carrier }
    }
    let isRevision = closedThrough.values.contains { outage.from < $0.end }
    if isRevision { for index in strata { keepEvidence(of: index) } }
    return surroundings.add(outage) ? .applied : .duplicate
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
  package func facts(of device: String) -> Facts? { index(of: device).map { records[$0].facts } }

  package func identity(of device: String) -> DeviceIdentity? { index(of: device).map { records[$0].identity } }
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
