import ArgumentParser
import CheckedYAML
import ControlProtocol
import FirmwareProfiles
import FoundationEssentials
import Terminal

struct ProfileCheck: AsyncParsableCommand {
  /// Where the package puts the profiles that the daemon reads by default.
  static let defaultFolder = "/etc/forewarn/firmware-profiles"

  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read profiles and name every fault, without a daemon.",
    discussion: Help.discussion(
      """
      Prints file:line:column: key: what is wrong and what was expected. Files of a folder are checked against each \
      other, and so are the single files of one command. Exit status: 0 without a fault, else 1.
      """,
      examples: [
        "forewarn profile check", "forewarn profile check ./Firmware-Profiles",
        "forewarn profile check new-product.yaml -o json",
      ]))

  @Argument(help: ArgumentHelp("Files or folders (default: \(defaultFolder)).", valueName: "path"))
  var paths: [String] = []
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let result = CheckResult(of: paths.isEmpty ? [Self.defaultFolder] : paths)
    switch output.shape {
    case .page:
      for fault in result.faults { StandardStreams.print(Phrase.printable(fault.text) + "\n") }
      if result.faults.isEmpty {
        if !output.quiet { StandardStreams.print("\(Phrase.count(result.profiles, "profile")), no faults\n") }
      } else {
        output.remark("\(Phrase.count(result.faults.count, "fault")); mend them, then: forewarn profile reload")
      }
    case .json:
      StandardStreams.print(try output.bytes(of: try result.json()))
    case .ndjson, .csv, .name:
      let list = ListReply(schema: CheckResult.schema, items: result.faults)
      let body = try OwnJSON.bytes(list)
      StandardStreams.print(try output.bytes(of: body))
    }
    guard result.faults.isEmpty else { throw Failure.silently(.negative) }
  }
}

/// What a check found, in the shape in which it is printed as JSON.
struct CheckResult: Encodable {
  static let schema = Schema.name("profile", "check")

  struct Fault: Encodable {
    var file: String
    /// From 1; 0 where the file as a whole is meant.
    var line: Int
    var column: Int
    var key: String
    var message: String
    /// As a person reads it; not part of the JSON.
    var text: String

    private enum CodingKeys: String, CodingKey { case file, line, column, key, message }
  }

  /// How many profiles are sound, in files or folders without a fault.
  private(set) var profiles = 0
  private(set) var faults: [Fault] = []

  init(of paths: [String]) {
    let folders = paths.filter { LocalFile.isFolder($0) }
    let files = paths.filter { !LocalFile.isFolder($0) }
    for folder in folders { collect { () throws(YAMLFaults) in try Catalogue.load(folder: folder) } }
    guard !files.isEmpty else { return }
    collect { () throws(YAMLFaults) in
      var read: [(name: String, bytes: [UInt8])] = []
      var unread: [YAMLFault] = []
      for file in files {
        do throws(YAMLFaults) {
          read.append((file, try YAMLFile(path: file).bytes))
        } catch {
          unread += error.faults
        }
      }
      do throws(YAMLFaults) {
        let catalogue = try Catalogue(files: read)
        guard unread.isEmpty else { throw YAMLFaults(unread) }
        return catalogue
      } catch {
        throw YAMLFaults(Array(Set(unread + error.faults)))
      }
    }
  }

  func json() throws -> [UInt8] {
    try OwnJSON.bytes(ObjectReply(schema: Self.schema, value: self)) + [UInt8(ascii: "\n")]
  }

  private mutating func collect(_ load: () throws(YAMLFaults) -> Catalogue) {
    do throws(YAMLFaults) {
      profiles += try load().profiles.count
    } catch {
      faults += error.faults.map {
        Fault(
          file: $0.file, line: $0.line, column: $0.column, key: $0.key, message: $0.message, text: $0.description)
      }
    }
  }
}
