import Foundation
import Testing

@testable import Gateway

struct BrokerAccessTests {
  @Test func `authorities that are no certificates can't be taken for the broker`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "authorities-\(UUID().uuidString).pem")
    try Data("not yet written".utf8).write(to: file)
    defer {
      do { try FileManager.default.removeItem(at: file) } catch { Issue.record(error) }
    }
    var configuration = Configuration()
    configuration.broker.caFile = file.path
    let access = BrokerAccess(configuration)
    #expect(throws: StartFailure.self) { _ = try access.credentials() }
  }
}
