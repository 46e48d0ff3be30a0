import FirmwareProfiles
import Gateway
import Pipeline
import Vocabulary

/// Everything that reads bytes from outside, each with valid inputs to begin with. A target that comes back has done well: what
/// it refuses is none of its faults, what it makes of bytes must not depend on when they are read.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case report, state, context, sparkplug, thingsboard, defender, senml, cbor, mapped
  case topic, capture, profile, configuration, policy, messages, devices, batches, returns, request, times

  /// Runs the reader; a trap is the crash that is looked for.
  ///
  /// - Throws: what was read of the same bytes twice differs.
  package func read(_ bytes: [UInt8], with bench: FuzzBench) throws {
    switch self {
    case .report: try bench.take(["dt/forewarn/lamp/L1/report"], bytes)
    case .state: try bench.take(["dt/forewarn/lamp/L1/state", "dt/forewarn/lamp/L1/diagnosis"], bytes)
    case .context:
      try bench.take(
        ["ctx/forewarn/weather/US-FL", "ctx/forewarn/outage/c-1/US-FL", "ctx/forewarn/contact"], bytes)
    case .sparkplug:
      try bench.take(
        ["spBv1.0/G/NBIRTH/N", "spBv1.0/G/DBIRTH/N/L1", "spBv1.0/G/DDATA/N/L1", "spBv1.0/G/NDEATH/N"], bytes)
    case .thingsboard: try bench.take(["v1/gateway/telemetry", "v1/gateway/attributes"], bytes)
    case .defender: try bench.take(["$aws/things/L1/defender/metrics/json"], bytes)
    case .senml: try bench.take(["senml/L1"], bytes)
    case .cbor: try bench.take(["senml/L1", "mapped/L1"], bytes)
    case .mapped: try bench.take(["mapped/L1"], bytes)
    case .topic: try bench.take([String(decoding: bytes, as: UTF8.self)], Array("{\"ts\":1748736000000}".utf8))
    case .capture: bench.readCapture(bytes)
    case .profile: bench.readProfile(bytes)
    case .configuration: _ = InputReading.configuration(bytes)
    case .policy: _ = InputReading.isPolicy(bytes)
    case .messages: _ = InputReading.messages(bytes)
    case .devices: _ = DeviceImport.parse(csv: bytes, catalogue: bench.catalogue)
    case .batches: _ = BatchImport.parse(csv: bytes, catalogue: bench.catalogue)
    case .returns: _ = ReturnsImport.parse(csv: bytes, catalogue: bench.catalogue)
    case .request: _ = InputReading.requestsRead(bytes)
    case .times:
      let text = String(decoding: bytes, as: UTF8.self)
      _ = EventTime(text)
      _ = PredictionSchedule(text, horizonDays: nil)
    }
  }
}

/// Two readings of the same bytes came out differently.
package struct FuzzFault: Error, CustomStringConvertible {
  package var description: String
}
