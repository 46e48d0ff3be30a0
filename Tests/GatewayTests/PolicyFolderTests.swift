import CheckedYAML
import Foundation
import Rig
import Testing
import Triage

@testable import Gateway

/// What the law demands of a region is never passed over in silence.
struct PolicyFolderTests {
  private static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Policies").standardizedFileURL.path

  private func faults(_ path: String) -> String {
    let faults = #expect(throws: YAMLFaults.self) { try RegionalPolicies.load(path) }
    return faults.map { "\($0)" } ?? ""
  }

  @Test func `the shipped policies are read, and a folder that isn't there holds none`() throws {
    #expect(try RegionalPolicies.load(Self.shipped).policy(for: "DE-BY")?.region == "DE")
    #expect(try RegionalPolicies.load("/nowhere/policies").policies.isEmpty)
    #expect(try MessageFolder.load("/nowhere/messages").read([], in: "de").locale == "en")
  }

  @Test func `what is no folder, and files that can't be read or lie elsewhere, are faults`() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("region: DE\n", to: "DE.yaml")
    #expect(faults(file).contains("can't be listed"))
    let policies = try ScratchFolder()
    try FileManager.default.createSymbolicLink(atPath: policies.path("DE.yaml"), withDestinationPath: file)
    #expect(faults(policies.path("")).contains("outside the folder"))
    let dangling = try ScratchFolder()
    try FileManager.default.createSymbolicLink(atPath: dangling.path("FR.yaml"), withDestinationPath: "gone")
    #expect(faults(dangling.path("")).contains("can't be opened"))
  }
}
