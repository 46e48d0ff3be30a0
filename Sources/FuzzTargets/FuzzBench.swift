import CheckedYAML
package import FirmwareProfiles
import Pipeline
import Vocabulary

/// What the targets read against: a product, and a source of each foreign format.
package struct FuzzBench {
  package let catalogue: Catalogue
  private let settings: PipelineSettings
  private let line = CaptureLineDecoder()
  private static let now = EventTime(milliseconds: 1_748_779_200_000)

  package init() throws {
    catalogue = try Catalogue(files: [(name: "lamp.yaml", bytes: Array(FuzzSeeds.profile.utf8))])
    settings = PipelineSettings(
      sources: try SourceReader.sources(of: YAMLFile(name: "forewarn.yaml", bytes: Array(FuzzSeeds.sources.utf8))))
  }

  /// Through the whole intake: decoding, history, what comes due.
  func take(_ topics: [String], _ payload: [UInt8]) throws {
    let first = counts(topics, payload)
    let second = counts(topics, payload)
    guard first == second else { throw FuzzFault(description: "read twice: \(first), then \(second)") }
  }

  private func counts(_ topics: [String], _ payload: [UInt8]) -> FateCounts {
    var stages = StageLine(catalogue: catalogue, settings: settings)
    var counts = FateCounts()
    for round in 0..<2 {
      for topic in topics {
        let moment = Self.now + Int64(round) * EventTime.hour
        stages.take(Delivery(topic: topic, payload: payload, receivedAt: moment), wall: moment)
      }
      counts = stages.takeYield().counts
    }
    return counts
  }

  func readCapture(_ bytes: [UInt8]) {
    do {
      _ = try line.delivery(bytes)
    } catch {
      // Refused, with a reason.
    }
  }

  func readProfile(_ bytes: [UInt8]) {
    do {
      _ = try Catalogue(files: [(name: "fuzz.yaml", bytes: bytes)])
    } catch {
      // Refused, with all its faults.
    }
  }
}
