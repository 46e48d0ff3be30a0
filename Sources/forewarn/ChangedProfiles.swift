import CheckedYAML
import ControlProtocol
import FirmwareProfiles
import Vocabulary

/// A folder of profiles, and the same with some of its files changed.
struct ChangedProfiles {
  let old: Catalogue
  let new: Catalogue
  /// What was put in, and what it replaces.
  let replaced: [(new: String, old: [String])]

  /// A changed file takes the place of the one of its name; if there is none, of those of its product that it overlaps with,
  /// or of none for a new product.
  init(folder: String, changed paths: [String]) throws {
    let old = try Self.checked { () throws(YAMLFaults) in try Catalogue.load(folder: folder) }
    var files = Dictionary(old.profiles.map { ($0.source, $0.product) }, uniquingKeysWith: { first, _ in first })
    var given: [(name: String, bytes: [UInt8])] = []
    var replaced: [(new: String, old: [String])] = []
    for path in paths {
      let bytes = try Self.checked { () throws(YAMLFaults) in try YAMLFile(path: path).bytes }
      let read = try Self.checked { () throws(YAMLFaults) in try Catalogue(files: [(path, bytes)]) }
      var gone = files.keys.filter { Self.name($0) == Self.name(path) }
      if gone.isEmpty, let profile = read.profiles.first {
        gone = old.profiles.filter { other in
          guard files[other.source] == profile.product else { return false }
          do throws(YAMLFaults) {
            _ = try Catalogue(files: [(path, bytes), (other.source, try YAMLFile(path: other.source).bytes)])
            return false
          } catch {
            return true
          }
        }.map(\.source)
      }
      for name in gone { files[name] = nil }
      given.append((path, bytes))
      replaced.append((path, gone.sorted()))
    }
    let kept = try files.keys.sorted().map { source in
      (name: source, bytes: try Self.checked { () throws(YAMLFaults) in try YAMLFile(path: source).bytes })
    }
    self.old = old
    self.replaced = replaced
    let all = kept + given
    new = try Self.checked { () throws(YAMLFaults) in try Catalogue(files: all) }
  }

  /// `product/mode` of those whose evidence would begin anew in a running daemon.
  var modesBegunAnew: [String] {
    var modes: Set<String> = []
    for (path, gone) in replaced {
      guard let after = new.profiles.first(where: { $0.source == path }) else { continue }
      for before in old.profiles where gone.contains(before.source) {
        for mode in ProfileDifference(from: before, to: after).modesBegunAnew {
          modes.insert("\(after.product)/\(mode)")
        }
      }
    }
    return modes.sorted()
  }

  private static func name(_ path: String) -> Substring { path.split(separator: "/").last ?? path[...] }

  static func checked<Value>(_ read: () throws(YAMLFaults) -> Value) throws -> Value {
    do throws(YAMLFaults) {
      return try read()
    } catch {
      throw Failure(.failed, error.description, advice: "mend it; forewarn profile check names every fault")
    }
  }
}
