import Vocabulary

/// What one device said within one bucket, added up so that the order of its reports doesn't matter.
struct BucketTally: Sendable, Hashable {
  var startHour: Int32
  var reports: Int32 = 0
  /// The firmware versions named, with the time of the first and last report that named each; sorted by name.
  var firmware: [FirmwareSpan] = []
  /// One entry a tracked signal, in the layout's order.
  var signals: [SignalTally]
  /// One count a tracked event, in the layout's order.
  var events: [Int32]

  struct FirmwareSpan: Sendable, Hashable {
    var version: Symbol
    var first: EventTime
    var last: EventTime
  }

  init(startHour: Int32, signals: Int, events: Int) {
    self.startHour = startHour
    self.signals = Array(repeating: SignalTally(), count: signals)
    self.events = Array(repeating: 0, count: events)
  }

  mutating func add(_ report: Report, layout: ProductLayout) {
    reports += 1
    if let version = report.firmware {
      if let index = firmware.firstIndex(where: { $0.version == version }) {
        firmware[index].first = min(firmware[index].first, report.time)
        firmware[index].last = max(firmware[index].last, report.time)
      } else {
        firmware.append(FirmwareSpan(version: version, first: report.time, last: report.time))
        firmware.sort { $0.version < $1.version }
      }
    }
    for signal in report.signals {
      if let slot = layout.signalSlots[signal.name] { signals[slot].add(signal.value) }
    }
    for event in report.events {
      guard let slot = layout.eventSlots[event.type] else { continue }
      let (sum, overflow) = events[slot].addingReportingOverflow(event.count)
      events[slot] = overflow ? .max : sum
    }
  }

  /// The version the device ran first and last in this bucket; `nil` where no report named one.
  var firstFirmware: Symbol? { firmware.min { ($0.first, $0.version) < ($1.first, $1.version) }?.version }
  var lastFirmware: Symbol? { firmware.max { ($0.last, $0.version) < ($1.last, $1.version) }?.version }
}

/// Count, sum, least and greatest value of a signal. The sum is kept in millionths as an integer, since floating-point
/// addition depends on order: 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 must be the same sum.
struct SignalTally: Sendable, Hashable {
  var count: Int32 = 0
  var millionths: Int128 = 0
  var least = Double.infinity
  var greatest = -Double.infinity

  /// `value` is finite and at most 1e15 in size (the decoder's limit), so that 2^31 of them fit the sum.
  mutating func add(_ value: Double) {
    count += 1
    let scaled = (value * 1e6).rounded()
    millionths += abs(scaled) < 0x1p62 ? Int128(Int64(scaled)) : Int128(scaled)
    least = min(least, value)
    greatest = max(greatest, value)
  }

  /// Exact up to 2^63 millionths, the common case, where a conversion from 64 bits is many times faster than from 128.
  var sum: Double { Int64(exactly: millionths).map { Double($0) / 1e6 } ?? Double(millionths) / 1e6 }
  var mean: Double? { count > 0 ? sum / Double(count) : nil }
}

extension BucketTally {
  func write(to writer: inout ByteWriter) {
    writer.write(startHour)
    writer.write(reports)
    writer.write(firmware) { writer, span in
      writer.write(span.version)
      writer.write(span.first)
      writer.write(span.last)
    }
    writer.write(signals) { writer, signal in
      writer.write(signal.count)
      guard signal.count > 0 else { return }
      writer.write(signal.millionths)
      writer.write(signal.least)
      writer.write(signal.greatest)
    }
    writer.write(events) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(UnreadableRecord) {
    startHour = try reader.integer()
    reports = try reader.integer()
    firmware = try reader.list { reader throws(UnreadableRecord) in
      FirmwareSpan(version: try reader.symbol(), first: try reader.time(), last: try reader.time())
    }
    signals = try reader.list { reader throws(UnreadableRecord) in
      var signal = SignalTally()
      signal.count = try reader.integer()
      guard signal.count > 0 else { return signal }
      signal.millionths = try reader.integer()
      signal.least = try reader.double()
      signal.greatest = try reader.double()
      return signal
    }
    events = try reader.list { reader throws(UnreadableRecord) in try reader.integer() }
  }
}
