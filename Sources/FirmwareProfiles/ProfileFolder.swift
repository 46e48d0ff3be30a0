package import CheckedYAML
import Glibc

extension Catalogue {
  /// Reads the `*.yaml` and `*.yml` files of a folder in the order of their names. Files whose name begins with a point
  /// and subfolders are passed over; a link must lead to a file within the folder.
  package static func load(folder: String) throws(YAMLFaults) -> Catalogue {
    func fault(_ message: String) -> YAMLFaults { YAMLFaults([YAMLFault(file: folder, message: message)]) }
    guard let root = canonicalPath(folder) else {
      throw fault(
        "can't be opened: \(String(cString: strerror(errno))); put the firmware profiles there, or set `profiles` to "
          + "their folder")
    }
    guard let names = entries(of: root) else { throw fault("can't be listed: \(String(cString: strerror(errno)))") }
    let chosen = names.filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }.sorted()
    guard !chosen.isEmpty else {
      throw fault("holds no *.yaml file: copy the shipped firmware profiles there, or set `profiles` to their folder")
    }
    var files: [(name: String, bytes: [UInt8])] = []
    var faults: [YAMLFault] = []
    for name in chosen {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      guard let target = canonicalPath(path) else {
        faults.append(YAMLFault(file: path, message: "can't be opened: \(String(cString: strerror(errno)))"))
        continue
      }
      guard target.hasPrefix(root == "/" ? "/" : root + "/") else {
        faults.append(YAMLFault(file: path, message: "is a link to \(target), outside the folder: copy the file here"))
        continue
      }
      do throws(YAMLFaults) {
        files.append((path, try YAMLFile(path: target).bytes))
      } catch {
        faults += error.faults.map { YAMLFault(file: path, message: $0.message) }
      }
    }
    do throws(YAMLFaults) {
      let catalogue = try Catalogue(files: files)
      guard faults.isEmpty else { throw YAMLFaults(faults) }
      return catalogue
    } catch {
      throw YAMLFaults(Array(Set(faults + error.faults)))
    }
  }

  private static func canonicalPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func entries(of folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names
  }
}
