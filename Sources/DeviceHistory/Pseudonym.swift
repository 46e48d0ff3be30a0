import Vocabulary

/// What stands in an erased device's place: a hash of its id, so that a refusal is still known when the device speaks
/// again. The gateway's hash has a key; a replay, of which nothing stays, needs none.
package struct Pseudonym: Sendable {
  /// `/` can't be in a device's id: no device is ever taken for a pseudonym, nor the other way round.
  package static let prefix = "erased/"

  private let hash: @Sendable (String) -> String

  package init(hash: @escaping @Sendable (_ device: String) -> String) { self.hash = hash }

  /// FNV-1a: whoever can guess the id can check it, which is why no store may hold it.
  package static let unkeyed = Pseudonym { device in
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in device.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(state, radix: 16)
  }

  package func of(_ device: String) -> String { Self.prefix + hash(device) }
}
