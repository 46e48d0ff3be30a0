import Glibc

/// The `*.yaml` and `*.yml` files of a folder in the order of their names. Files whose name begins with a point and
/// subfolders are passed over; a link must lead to a file within the folder, and folder and files may not be open to
/// everyone's changes.
package struct YAMLFolder: Sendable {
  /// Under their names in the folder, as it was named.
  package private(set) var files: [YAMLFile] = []
  /// Of files that can't be read.
  package private(set) var faults: [YAMLFault] = []

  /// `nil` where there is no such folder. One that can't be read is a fault: what stands in it must not be passed over.
  package init?(ifThere folder: String) throws(YAMLFaults) {
    var status = stat()
    if stat(folder, &status) != 0, errno == ENOENT { return nil }
    try self.init(folder)
  }

  package init(_ folder: String) throws(YAMLFaults) {
    func fault(_ what: String) -> YAMLFaults {
      YAMLFaults([YAMLFault(file: folder, message: "\(what): \(String(cString: strerror(errno)))")])
    }
    guard let root = Self.canonicalPath(folder) else { throw fault("can't be opened") }
    // Who can write a profile decides what is replaced.
    guard !Self.isOpenToEveryone(root) else {
      let words = "may be changed by everyone on this machine: chmod o-w \(folder)"
      throw YAMLFaults([YAMLFault(file: folder, message: words)])
    }
    guard let names = Self.entries(of: root) else { throw fault("can't be listed") }
    for name in names.sorted() where !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      guard let target = Self.canonicalPath(path) else {
        faults.append(YAMLFault(file: path, message: "can't be opened: \(String(cString: strerror(errno)))"))
        continue
      }
      guard target.hasPrefix(root == "/" ? "/" : root + "/") else {
        faults.append(YAMLFault(file: path, message: "is a link to \(target), outside the folder: copy the file here"))
        continue
      }
      guard !Self.isOpenToEveryone(target) else {
        faults.append(YAMLFault(file: path, message: "may be changed by everyone on this machine: chmod o-w \(path)"))
        continue
      }
      do throws(YAMLFaults) {
        files.append(YAMLFile(name: path, bytes: try YAMLFile(path: target).bytes))
      } catch {
        faults += error.faults.map { YAMLFault(file: path, message: $0.message) }
      }
    }
  }

  private static func isOpenToEveryone(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & 0o002 != 0
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
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }
}
