/// How much one message may hold: far above what a device has to say, far below what would stall the others.
package enum DecodingLimits {
  /// A report of 60 signals is 2 KB; an array that a device kept for a day, some hundred KB.
  package static let payloadBytes = 1 << 20
  /// Reports in one array: a week of ten-minute reports.
  package static let reports = 1000
  /// Signals, and likewise events, in one report or profile.
  package static let signals = 256
  /// The contract's payloads nest three deep; foreign ones were seen with six.
  package static let depth = 64
  /// Values and keys of one CBOR message: 48 bytes of memory each, and a tenth of them is a day of a gateway's readings.
  package static let items = 1 << 17
  /// Beyond it a double no longer holds every integer, and sums over a fleet lose their last digits.
  package static let signalMagnitude = 1e15
  package static let eventCount: Int64 = 1_000_000
  package static let bootBytes = 64
  /// A support desk's note.
  package static let textBytes = 4096
  package static let customerBytes = 128
  package static let localeBytes = 35
  /// Bytes of one import.
  package static let importBytes = 256 << 20
  /// Faults that an import answers; all of them are counted. Whoever mends a thousand lines has seen what is wrong.
  package static let importFaults = 1000
  /// Lots of components in one batch: a bill of materials has some hundred parts.
  package static let componentLots = 256
}
