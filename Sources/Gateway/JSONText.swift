import ControlProtocol
import Foundation
import Vocabulary

/// The JSON of everything that leaves the gateway: keys sorted, so that equal values are equal bytes; slashes as they are.
enum JSONText {
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value))
    } catch {
      // Our records hold strings, finite numbers and lists of such: only a mistake of ours can't be encoded.
      preconditionFailure("\(type(of: value)) can't be encoded: \(error)")
    }
  }
}

/// A finding as it is shown: with the counts of its tickets, and what the supply chain knows of its batch.
struct FindingReply: Encodable, Sendable {
  let finding: Finding
  let open: Int
  let closed: Int
  let batch: BatchItem?

  init(finding: Finding, open: Int, closed: Int, batch: BatchItem? = nil) {
    self.finding = finding
    self.open = open
    self.closed = closed
    self.batch = batch
  }

  private enum CodingKeys: String, CodingKey {
    case tickets
    case batch = "batch_facts"
  }
  private struct Counts: Encodable {
    let open: Int
    let closed: Int
  }

  func encode(to encoder: any Encoder) throws {
    try finding.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Counts(open: open, closed: closed), forKey: .tickets)
    try container.encodeIfPresent(batch, forKey: .batch)
  }
}
