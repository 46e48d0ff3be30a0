import DeviceHistory
import Vocabulary

/// A small product and helpers to say things about it.
enum Fleet {
  static let product: Symbol = "box"
  static let day0 = EventTime(milliseconds: 1_748_736_000_000)  // 2025-06-01

  static func profile(bucket: BucketLength = .day, factors: [RiskFactor] = [], silentDays: Int = 14) -> FirmwareProfile
  {
    FirmwareProfile(
      product: product, title: "Box",
      signals: ["temperature": SignalDeclaration(kind: .gauge)], events: ["fault", "reboot"],
      modes: [
        FailureMode(
          id: "faults", title: "Faults", onset: .event("fault", count: 3), bucket: bucket, refractoryDays: 7,
          factors: factors),
        FailureMode(
          id: "hot", title: "Hot", onset: .signal("temperature", .meanAbove, 80), bucket: bucket, refractoryDays: 7),
        FailureMode(
          id: FailureMode.silent, title: "Silent", onset: .silence(days: silentDays), refractoryDays: 0, graceBuckets: 0
        ),
      ])
  }

  static func history(
    _ profile: FirmwareProfile = profile(), clock: ClockKind = .capture, quorum: Int = 10
  ) -> FleetHistory {
    FleetHistory(profiles: [profile], settings: HistorySettings(clock: clock, clockQuorum: quorum))
  }

  static func identity(_ device: String) -> DeviceIdentity { DeviceIdentity(product: product, device: device) }

  static func time(_ day: Int, _ hour: Int = 12, _ minute: Int = 0) -> EventTime {
    day0 + (Int64(day) * EventTime.day + Int64(hour) * EventTime.hour + Int64(minute) * 60_000)
  }

  static func report(
    _ day: Int, _ hour: Int = 12, sequence: Int64? = nil, boot: String? = "b1", firmware: Symbol? = "1.0",
    faults: Int32 = 0,
    temperature: Double? = nil
  ) -> Report {
    Report(
      time: time(day, hour), sequence: sequence, boot: boot, firmware: firmware,
      signals: temperature.map { [.init(name: "temperature", value: $0)] } ?? [],
      events: faults > 0 ? [.init(type: "fault", count: faults)] : [],
      digest: UInt64(day * 24 + hour) &* 0x9e37_79b9_7f4a_7c15)
  }
}

/// The cell table that a history's evidence adds up to.
struct Table: Equatable {
  private(set) var cells: [Key: CellCounts] = [:]

  struct Key: Hashable {
    var mode: Symbol
    var cell: Cell
  }

  mutating func add(_ evidence: [Evidence]) {
    for item in evidence {
      let key = Key(mode: item.mode.mode, cell: item.cell)
      var counts = cells[key] ?? CellCounts()
      counts += item.counts
      cells[key] = counts.isZero ? nil : counts
    }
  }

  /// Some cells of one mode or of all in which two tables differ.
  func difference(from other: Table, _ mode: Symbol? = nil) -> [String] {
    let keys = Set(cells.keys).union(other.cells.keys).filter { mode == nil || $0.mode == mode }
    return keys.filter { cells[$0] != other.cells[$0] }.prefix(5).map { key in
      func words(_ table: Table) -> String {
        table.cells[key].map { "\($0.atRisk) at risk, \($0.onsets) onsets, \($0.symptoms) symptoms" } ?? "nothing"
      }
      return "\(key.mode) \(key.cell.bucket.start) \(key.cell.covariates): \(words(self)); there \(words(other))"
    }
  }

  func total(_ mode: Symbol) -> CellCounts {
    cells.filter { $0.key.mode == mode }.values.reduce(into: CellCounts()) { $0 += $1 }
  }

  func total(_ mode: Symbol, firmware: Symbol) -> CellCounts {
    cells.filter { $0.key.mode == mode && $0.key.cell.covariates.firmware == firmware }.values.reduce(
      into: CellCounts()
    ) { $0 += $1 }
  }

  func onsetDays(_ mode: Symbol) -> [Int] {
    cells.filter { $0.key.mode == mode && $0.value.onsets > 0 }
      .map { Int(($0.key.cell.bucket.start.milliseconds - Fleet.day0.milliseconds) / EventTime.day) }.sorted()
  }
}

extension FleetHistory {
  /// Takes a report as the pipeline does: the vote, due closings, then the report.
  mutating func hear(_ report: Report, of device: String, into table: inout Table) -> Fate {
    hear(report.time, of: Fleet.identity(device))
    closeDue(into: &table)
    return admit(report, of: Fleet.identity(device))
  }

  mutating func closeDue(into table: inout Table) {
    while let bucket = nextDue() { close(bucket, into: &table) }
  }

  mutating func closeAll(into table: inout Table) {
    closeDue(into: &table)
    while let bucket = nextAtEnd() { close(bucket, into: &table) }
  }

  private mutating func close(_ bucket: Bucket, into table: inout Table) {
    var evidence: [Evidence] = []
    close(bucket) { evidence.append($0) }
    table.add(evidence)
    fold(after: bucket) { _, _ in 0.001 }
  }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
