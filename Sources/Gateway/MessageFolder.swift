import CheckedYAML
import Triage

/// The languages of explanations: `en.yaml`, `de.yaml`, … of one folder. Without the folder English alone is spoken.
enum MessageFolder {
  static func load(_ path: String) throws(YAMLFaults) -> Messages {
    guard let folder = try YAMLFolder(ifThere: path) else { return Messages([]) }
    var catalogues: [MessageCatalogue] = []
    var faults = folder.faults
    for file in folder.files {
      do throws(YAMLFaults) {
        catalogues.append(try catalogue(file, locale: locale(of: file)))
      } catch {
        faults += error.faults
      }
    }
    guard faults.isEmpty else { throw YAMLFaults(faults) }
    return Messages(catalogues)
  }

  /// `…/de.yaml`: de.
  private static func locale(of file: YAMLFile) -> String {
    let name = file.name.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != "." })
  }

  /// Every key must be one of English's, and name no value that English doesn't.
  static func catalogue(_ file: YAMLFile, locale: String) throws(YAMLFaults) -> MessageCatalogue {
    let english = MessageCatalogue.english.messages
    return try file.read { keys -> MessageCatalogue? in
      var messages: [String: String] = [:]
      for (group, _, value) in keys.entries() {
        _ = value.mapping { entries -> Bool? in
          for (name, _, value) in entries.entries() {
            let key = "\(group).\(name)"
            guard let known = english[key] else {
              entries.fault(at: name, "is no message\(suggestion(for: key, in: Array(english.keys)))")
              continue
            }
            let text = key == "format.group_from" ? value.integer(in: 1...20).map { String($0) } : value.string()
            guard let text else { continue }
            let values = Set(MessageCatalogue.names(in: known))
            for unknown in Set(MessageCatalogue.names(in: text)).subtracting(values).sorted() {
              let choice = values.isEmpty ? "none" : values.sorted().map { "{\($0)}" }.joined(separator: ", ")
              value.fault("names {\(unknown)}, which this message doesn't have; it has \(choice)")
            }
            messages[key] = text
          }
          return true
        }
      }
      return MessageCatalogue(locale: locale, messages: messages)
    }
  }
}
