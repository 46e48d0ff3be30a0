/// A profile's file as the daemon has read it.
package struct ProfileFile: Hashable, Sendable, Codable {
  package var file: String
  package var revision: String
  package var text: String

  package init(file: String, revision: String, text: String) {
    self.file = file
    self.revision = revision
    self.text = text
  }
}
