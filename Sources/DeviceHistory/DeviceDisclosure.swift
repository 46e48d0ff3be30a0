package import Vocabulary

/// All that is kept of one device, in words: what its customer may ask for.
package struct DeviceDisclosure: Sendable {
  package struct Place: Sendable {
    package var from: EventTime
    package var region: Symbol
    package var carrier: Symbol
  }
  /// What its reports of one hour or day add up to.
  package struct Tally: Sendable {
    package var bucket: Bucket
    package var reports: Int
    package var firmware: Symbol?
    package var signals: [(name: Symbol, count: Int, mean: Double, least: Double, greatest: Double)]
    package var events: [(name: Symbol, count: Int)]
  }
  package struct Onsets: Sendable {
    package var mode: Symbol
    package var count: Int
    package var last: EventTime?
  }

  package var summary: DeviceSummary
  package var firstHeard: EventTime?
  package var places: [Place]
  package var tallies: [Tally]
  package var onsets: [Onsets]
}

extension FleetHistory {
  /// `nil`: nothing is kept under this id.
  package func disclosure(of device: String) -> DeviceDisclosure? {
    guard let number = number(of: device), !records.isErased(number) else { return nil }
    let record = record(number)
    let shape = shape(of: record.identity.product)
    let first = BucketLength.allCases.compactMap { length in
      record[standing: length].firstHeardHour.map { Bucket(startHour: $0, length: length).start }
    }.min()
    return DeviceDisclosure(
      summary: DeviceSummary(identity: record.identity, facts: record.facts, record.presence), firstHeard: first,
      places: record.places.map { .init(from: $0.from, region: $0.region, carrier: $0.carrier) },
      tallies: BucketLength.allCases.flatMap { Self.tallies(record[tallies: $0], $0, shape) },
      onsets: BucketLength.allCases.flatMap { Self.onsets(record[standing: $0], shape) })
  }

  private static func tallies(
    _ sheet: TallySheet, _ length: BucketLength, _ shape: RecordShape
  ) -> [DeviceDisclosure.Tally] {
    sheet.heads.indices.map { row in
      let head = sheet.heads[row]
      return DeviceDisclosure.Tally(
        bucket: Bucket(startHour: head.startHour, length: length), reports: Int(head.reports),
        firmware: head.firmware.latest,
        signals: shape.signals.enumerated().compactMap { slot, name in
          let tally = sheet.signal(row, slot)
          return tally.mean.map { (name, Int(tally.count), $0, tally.least, tally.greatest) }
        },
        events: shape.events.enumerated().compactMap { slot, name in
          let count = Int(sheet.event(row, slot))
          return count > 0 ? (name, count) : nil
        })
    }
  }

  private static func onsets(_ standing: Standing, _ shape: RecordShape) -> [DeviceDisclosure.Onsets] {
    zip(shape.modes, standing.modes).compactMap { name, mode in
      guard mode.onsets > 0 else { return nil }
      let last = mode.lastOnsetHour.map { EventTime(milliseconds: Int64($0) * EventTime.hour) }
      return DeviceDisclosure.Onsets(mode: name, count: Int(mode.onsets), last: last)
    }
  }
}
