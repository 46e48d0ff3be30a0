import Vocabulary

/// Says once more that there is a problem, when one that an operator has acknowledged comes up in a batch, firmware or
/// region where it wasn't.
struct FindingSpread {
  let policy: WavePolicy
  let pass: PassBeliefs
  let openedAt: EventTime

  /// The finding with what there is to say; the same value if nothing is.
  func told(_ finding: Finding) -> Finding {
    guard let acknowledged = finding.campaign?.acknowledgedAt, acknowledged <= pass.decidedAt else { return finding }
    var next = finding
    let places = self.places(of: finding)
    guard let known = finding.campaign?.places else {
      next.campaign?.places = Array(places.keys.sorted().prefix(WavePolicy.mostPlaces))
      return next
    }
    let fresh = places.keys.filter { !known.contains($0) }.sorted().prefix(max(0, WavePolicy.mostPlaces - known.count))
    guard !fresh.isEmpty else { return finding }
    for place in fresh {
      next.history.append(
        Ticket.Change(
          .spread, at: pass.decidedAt, to: place,
          reason: "\(Wording.count(places[place] ?? 0, "device")) failed this way there; there were fewer than "
            + "\(policy.spreadDevices) when it was acknowledged on \(acknowledged.date)"))
    }
    next.campaign?.places = (known + fresh).sorted()
    next.updatedAt = openedAt
    return next
  }

  /// Where enough devices of the cohort have failed, by what the cohort itself doesn't name.
  private func places(of finding: Finding) -> [String: Int] {
    var counts: [String: Int] = [:]
    let cohort = finding.cohort
    for device in pass.devices
    where device.mode == finding.failureMode && device.identity.product == finding.product && device.onsets > 0
      && cohort.includes(device.covariates)
    {
      let covariates = device.covariates
      var names: [String] = []
      if cohort.batch == nil, covariates.batch != .unknown { names.append("batch \(covariates.batch)") }
      if cohort.firmware == nil, covariates.firmware != .unknown { names.append("firmware \(covariates.firmware)") }
      if cohort.region == nil, covariates.region != .unknown { names.append("region \(covariates.region)") }
      for name in names { counts[name, default: 0] += 1 }
    }
    return counts.filter { $0.value >= policy.spreadDevices }
  }
}
