import CheckedYAML
import ControlProtocol
import FirmwareProfiles

extension Catalogue {
  /// The profiles that a command works with; a fault in them ends it, with what to do.
  static func forCommand(folder: String) throws -> Catalogue {
    do throws(YAMLFaults) {
      return try load(folder: folder)
    } catch {
      throw Failure(.failed, error.description, advice: "mend the profiles: forewarn profile check \(folder)")
    }
  }
}
