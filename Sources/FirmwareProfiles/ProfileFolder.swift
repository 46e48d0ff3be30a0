package import CheckedYAML

extension Catalogue {
  /// Reads the files of a `YAMLFolder`.
  package static func load(folder: String) throws(YAMLFaults) -> Catalogue {
    let files: YAMLFolder
    do throws(YAMLFaults) {
      files = try YAMLFolder(folder)
    } catch {
      let hint = "; put the firmware profiles there, or set `profiles` to their folder"
      throw YAMLFaults(error.faults.map { YAMLFault(file: $0.file, message: $0.message + hint) })
    }
    guard !files.files.isEmpty || !files.faults.isEmpty else {
      throw YAMLFaults([
        YAMLFault(
          file: folder,
          message: "holds no *.yaml file: copy the shipped firmware profiles there, or set `profiles` to their folder")
      ])
    }
    do throws(YAMLFaults) {
      let catalogue = try Catalogue(files: files.files.map { ($0.name, $0.bytes) })
      guard files.faults.isEmpty else { throw YAMLFaults(files.faults) }
      return catalogue
    } catch {
      throw YAMLFaults(Array(Set(files.faults + error.faults)))
    }
  }
}
