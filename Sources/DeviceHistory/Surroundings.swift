import Vocabulary

/// What devices can't help: announced outages and the weather of their regions.
struct Surroundings: Sendable {
  /// By carrier and region; sorted by start.
  private var outages: [Place: [Outage]] = [:]
  /// Relative humidity in percent, by region and UTC day, by the time of the reading.
  private var humidity: [RegionDay: [Reading]] = [:]
  /// The mean humidity of a region in a closed bucket: frozen there, so that a late reading can't revise evidence.
  private var frozen: [FrozenKey: Double] = [:]
  /// Buckets in which everything in a stratum failed more than usual, by mode: nothing is told of a single device there.
  private var incidents: [IncidentKey: Set<Int32>] = [:]

  struct Place: Hashable, Sendable {
    var carrier: Symbol
    var region: Symbol
  }
  private struct RegionDay: Hashable, Sendable {
    var region: Symbol
    var startHour: Int32

    init(region: Symbol, startHour: Int32) {
      self.region = region
      self.startHour = startHour
    }

    init(_ reading: WeatherReading) {
      region = reading.region
      startHour = Bucket(holding: reading.time, length: .day).startHour
    }
  }
  private struct Reading: Hashable, Sendable {
    var time: EventTime
    /// `nil`: the reading told the temperature only.
    var humidity: Double?
  }
  private struct IncidentKey: Hashable, Sendable {
    var mode: ModeKey
    var place: Place
  }
  private struct FrozenKey: Hashable, Sendable {
    var region: Symbol
    var bucket: Bucket
  }

  init() {}

  func knows(_ outage: Outage) -> Bool {
    outages[Place(carrier: outage.carrier, region: outage.region)]?.contains(outage) ?? false
  }

  /// `false`: known already.
  mutating func add(_ outage: Outage) -> Bool {
    guard !knows(outage) else { return false }
    let place = Place(carrier: outage.carrier, region: outage.region)
    outages[place, default: []].append(outage)
    outages[place]?.sort { ($0.from, $0.until) < ($1.from, $1.until) }
    return true
  }

  /// `false`: a reading for that region and moment is known already.
  mutating func add(_ reading: WeatherReading) -> Bool {
    guard !knows(reading) else { return false }
    let key = RegionDay(reading)
    var readings = humidity[key] ?? []
    readings.insert(
      Reading(time: reading.time, humidity: reading.relativeHumidityPct),
      at: readings.partitioningIndex { $0.time >= reading.time })
    humidity[key] = readings
    return true
  }

  /// Whether there is a reading of that region and moment already.
  func knows(_ reading: WeatherReading) -> Bool {
    guard let readings = humidity[RegionDay(reading)] else { return false }
    let index = readings.partitioningIndex { $0.time >= reading.time }
    return index < readings.count && readings[index].time == reading.time
  }

  func isOut(carrier: Symbol, region: Symbol, during bucket: Bucket) -> Bool {
    guard !outages.isEmpty, let known = outages[Place(carrier: carrier, region: region)] else { return false }
    return known.contains { $0.from < bucket.end && $0.until > bucket.start }
  }

  /// Whether an outage touched the stratum anywhere in [from, until).
  func isOut(carrier: Symbol, region: Symbol, from: EventTime, until: EventTime) -> Bool {
    guard !outages.isEmpty, let known = outages[Place(carrier: carrier, region: region)] else { return false }
    return known.contains { $0.from < until && $0.until > from }
  }

  /// What a model pass found in its open buckets, those that start at `startHour` or later; what it found there before is
  /// taken back.
  /// Answers whether it found something else than before.
  mutating func replaceIncidents(of mode: ModeKey, from startHour: Int32, with found: [EnvironmentIncident]) -> Bool {
    if incidents.isEmpty, found.isEmpty { return false }
    let before = incidents
    for key in incidents.keys where key.mode == mode {
      incidents[key] = incidents[key].map { $0.filter { $0 < startHour } }
      if incidents[key]?.isEmpty == true { incidents[key] = nil }
    }
    for incident in found where incident.bucket.startHour >= startHour {
      let key = IncidentKey(mode: mode, place: Place(carrier: incident.carrier, region: incident.region))
      incidents[key, default: []].insert(incident.bucket.startHour)
    }
    return incidents != before
  }

  func isIncident(_ mode: ModeKey, carrier: Symbol, region: Symbol, in bucket: Bucket) -> Bool {
    guard !incidents.isEmpty else { return false }
    return incidents[IncidentKey(mode: mode, place: Place(carrier: carrier, region: region))]?
      .contains(bucket.startHour) ?? false
  }

  /// The mean of the day's readings up to the bucket's end becomes the bucket's weather for good.
  mutating func freeze(_ bucket: Bucket) {
    let day = Bucket(holding: bucket.start, length: .day).startHour
    for (key, readings) in humidity where key.startHour == day {
      let known = readings.prefix { $0.time < bucket.end }.compactMap(\.humidity)
      guard !known.isEmpty else { continue }
      frozen[FrozenKey(region: key.region, bucket: bucket)] =
        known.reduce(0, +) / Double(known.count)
    }
  }

  func weather(region: Symbol, in bucket: Bucket, humidAtPct: Double) -> WeatherBin {
    guard let mean = frozen[FrozenKey(region: region, bucket: bucket)] else { return .unknown }
    return mean >= humidAtPct ? .humid : .dry
  }

  /// How the weather of a region was spread over the `count` buckets up to and including `last`.
  func shares(region: Symbol, last: Bucket, count: Int32, humidAtPct: Double) -> WeatherShares {
    var counts: [WeatherBin: Int] = [:]
    for back in 0..<count {
      let bin = weather(region: region, in: last.advanced(by: -back), humidAtPct: humidAtPct)
      counts[bin, default: 0] += 1
    }
    func share(_ bin: WeatherBin) -> Double { Double(counts[bin] ?? 0) / Double(count) }
    // Days without weather say nothing about the weather to come, unless there are only such days.
    let known = share(.dry) + share(.humid)
    guard known > 0 else { return WeatherShares() }
    return WeatherShares(unknown: 0, dry: share(.dry) / known, humid: share(.humid) / known)
  }

  /// Forgets what no open bucket and no forecast needs.
  mutating func forget(before limit: EventTime) {
    humidity = humidity.filter { Bucket(startHour: $0.key.startHour, length: .day).end >= limit }
    frozen = frozen.filter { $0.key.bucket.end >= limit }
    let limitHour = Bucket(holding: limit, length: .hour).startHour
    for (key, hours) in incidents {
      let kept = hours.filter { $0 >= limitHour }
      incidents[key] = kept.isEmpty ? nil : kept
    }
    for (place, known) in outages { outages[place] = known.filter { $0.until >= limit } }
  }
}

extension Surroundings {
  func write(to writer: inout ByteWriter) {
    let outages = outages.values.flatMap { $0 }.sorted {
      ($0.carrier, $0.region, $0.from, $0.until) < ($1.carrier, $1.region, $1.from, $1.until)
    }
    writer.write(outages) { writer, outage in
      writer.write(outage.carrier)
      writer.write(outage.region)
      writer.write(outage.from)
      writer.write(outage.until)
    }
    let days = humidity.sorted { ($0.key.startHour, $0.key.region) < ($1.key.startHour, $1.key.region) }
    writer.write(days) { writer, day in
      writer.write(day.key.region)
      writer.write(day.key.startHour)
      writer.write(day.value) { writer, reading in
        writer.write(reading.time)
        writer.write(reading.humidity) { $0.write($1) }
      }
    }
    let frozen = frozen.sorted { ($0.key.bucket, $0.key.region) < ($1.key.bucket, $1.key.region) }
    writer.write(frozen) { writer, entry in
      writer.write(entry.key.region)
      writer.write(entry.key.bucket.startHour)
      writer.write(entry.key.bucket.length == .day)
      writer.write(entry.value)
    }
    let incidents = incidents.sorted {
      ($0.key.mode, $0.key.place.region, $0.key.place.carrier) < (
        $1.key.mode, $1.key.place.region, $1.key.place.carrier
      )
    }
    writer.write(incidents) { writer, incident in
      for symbol in [
        incident.key.mode.product, incident.key.mode.mode, incident.key.place.region, incident.key.place.carrier,
      ] { writer.write(symbol) }
      writer.write(incident.value.sorted()) { $0.write($1) }
    }
  }

  init(from reader: inout ByteReader) throws(UnreadableRecord) {
    let stored = try reader.list { reader throws(UnreadableRecord) in
      Outage(
        carrier: try reader.symbol(), region: try reader.symbol(), from: try reader.time(), until: try reader.time())
    }
    for outage in stored { _ = add(outage) }
    let days = try reader.list { reader throws(UnreadableRecord) in
      (
        RegionDay(region: try reader.symbol(), startHour: try reader.integer()),
        try reader.list { reader throws(UnreadableRecord) in
          Reading(
            time: try reader.time(),
            humidity: try reader.optional { reader throws(UnreadableRecord) in try reader.double() })
        }
      )
    }
    for (key, readings) in days { humidity[key] = readings }
    let means = try reader.list { reader throws(UnreadableRecord) in
      (
        FrozenKey(
          region: try reader.symbol(),
          bucket: Bucket(startHour: try reader.integer(), length: try reader.flag() ? .day : .hour)),
        try reader.double()
      )
    }
    for (key, mean) in means { frozen[key] = mean }
    let known = try reader.list { reader throws(UnreadableRecord) in
      let mode = ModeKey(product: try reader.symbol(), mode: try reader.symbol())
      let region = try reader.symbol()
      let place = Place(carrier: try reader.symbol(), region: region)
      let hours = try reader.list { reader throws(UnreadableRecord) in try reader.integer(Int32.self) }
      return (IncidentKey(mode: mode, place: place), hours)
    }
    for (key, hours) in known { incidents[key] = Set(hours) }
  }
}
