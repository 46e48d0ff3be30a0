import Foundation
import Testing

@testable import FleetSimulation

struct BenchmarkFleetTests {
  private static let fleet = BenchmarkFleet(devices: 300, reportsPerDay: 4)

  private func report(_ device: Int, _ slot: Int, of fleet: BenchmarkFleet = fleet) -> [UInt8] {
    var bytes: [UInt8] = []
    fleet.writeReport(of: device, slot: slot, into: &bytes)
    return bytes
  }

  @Test func `a report has sixteen signals in 234 bytes, and ten more where it tells of an onset`() throws {
    struct Report: Decodable {
      struct Event: Decodable { var count: Int? }
      var events: [Event]?
    }
    var events = 0
    for number in 0..<20_000 {
      let bytes = report(number % 300, number / 300)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      #expect((object["signals"] as? [String: Any])?.count == 16)
      let read = try JSONDecoder().decode(Report.self, from: Data(bytes))
      events += read.events?.count ?? 0
      #expect(
        bytes.count == (read.events?.first?.count == nil ? 234 : 244), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect((100...400).contains(events), "one in a hundred tells of something: \(events)")
  }

  @Test func `a report asked for alone is the one of the capture, and times rise`() throws {
    var lines: [UInt8] = []
    Self.fleet.writeCapture(slots: 0..<3) { lines += $0 }
    let text = lines.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    #expect(text.count == 300 + 6 + 3 * 300)
    let reports = text.filter { $0.contains("/report\"") }
    for (number, line) in reports.enumerated() {
      let alone = String(decoding: report(number % 300, number / 300), as: UTF8.self)
      #expect(line.hasSuffix("\"payload\":\(alone)}"))
    }
    let times = (0..<900).map { Self.fleet.time(of: $0 % 300, slot: $0 / 300) }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func `another seed is another fleet, the same is the same`() {
    let other = BenchmarkFleet(devices: 300, reportsPerDay: 4, seed: 2)
    #expect(report(5, 5) == report(5, 5, of: BenchmarkFleet(devices: 300, reportsPerDay: 4)))
    #expect(report(5, 5) != report(5, 5, of: other))
  }
}
