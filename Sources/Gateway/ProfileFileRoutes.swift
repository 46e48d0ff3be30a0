import CheckedYAML
import ControlProtocol
import FirmwareProfiles
import Hummingbird
import Vocabulary

/// The text of the profiles in use, to be compared with.
extension Routes {
  func profileFiles(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    let profiles = await engine.catalogue.profiles.filter { $0.product.text == id }
    guard !profiles.isEmpty else { throw ProblemDetails.noSuch("profile", id) }
    var files: [ProfileFile] = []
    for profile in profiles {
      let bytes: [UInt8]
      do throws(YAMLFaults) {
        bytes = try YAMLFile(path: profile.source).bytes
        let now = try Catalogue(files: [(profile.source, bytes)])
        guard now.profiles.first?.revision == profile.revision else {
          throw YAMLFaults([YAMLFault(file: profile.source, message: "has changed since it was read")])
        }
      } catch {
        throw ProblemDetails(
          status: 409, title: "the profile in use can't be shown",
          detail: "\(error): put it right, or take it up with: forewarn profile reload")
      }
      files.append(
        ProfileFile(file: profile.source, revision: profile.revision, text: String(decoding: bytes, as: UTF8.self)))
    }
    return .json(ListReply(schema: Schema.name("profile", "files"), items: files))
  }
}
