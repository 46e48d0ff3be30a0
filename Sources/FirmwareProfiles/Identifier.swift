/// The alphabet of ids: of products, devices, batches, regions, carriers, failure modes, signals and events.
package enum Identifier {
  package static let maximumBytes = 128
  package static let rule = "1 to 128 of A–Z a–z 0–9 . _ : -"

  package static func isValid(_ text: some StringProtocol) -> Bool {
    isValid(utf8: text.utf8)
  }

  static func isValid(utf8 bytes: some Collection<UInt8>) -> Bool {
    (1...maximumBytes).contains(bytes.count) && bytes.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// The text of a firmware version as devices name it: 1–64 printable ASCII characters without spaces.
enum FirmwareText {
  static let rule = "1 to 64 printable ASCII characters without spaces"

  static func isValid(utf8 bytes: some Collection<UInt8>) -> Bool {
    (1...64).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7e).contains($0) }
  }
}
