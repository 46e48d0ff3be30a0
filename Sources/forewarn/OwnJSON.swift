import FoundationEssentials

/// JSON of what a command itself found, in the form of the daemon's: keys sorted, slashes as they are.
enum OwnJSON {
  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value))
  }
}
