import CheckedYAML
import Rig
import Testing

@testable import Gateway

/// What is told of a webhook's address that can't be used.
struct WebhookAddressTests {
  private func fault(_ url: String) throws -> String {
    let folder = try ScratchFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = try folder.write("webhooks: [{name: desk, url: \"\(url)\"}]\n", to: "forewarn.yaml")
    let faults = #expect(throws: YAMLFaults.self) { try Configuration.load(path) }
    return faults.map { "\($0)" } ?? ""
  }

  @Test(arguments: [
    "https://desk:hunter2@example.com/hook", "https://hunter2@example.com/hook", "ftp://desk:hunter2@example.com/",
    "https://desk:hunter2@/hook",
  ])
  func `credentials in an address are refused without being told`(url: String) throws {
    let text = try fault(url)
    #expect(text.contains("forewarn.yaml:1:") && text.contains("credentials"), "\(text)")
    #expect(!text.contains("hunter2") && !text.contains("desk:"), "\(text)")
  }

  @Test func `what is no address of the web is told with an example of one`() throws {
    #expect(try fault("example.com/hook").contains("such as https://example.com/hook"))
  }
}
