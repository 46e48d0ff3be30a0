import Foundation
import Rig
import Testing

/// `doctor --bundle` and `doctor --from`.
@Suite(.serialized, .watchedFleet) struct SupportBundleTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }

  init() throws { fleet = try WatchedFleet.current }

  @Test func `a bundle lists what is in it, names nobody, and tells what the doctor told`() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("bundle.tar.gz")
    let made = try await site.daemon.forewarn("doctor", "--bundle", path).succeeded()
    let names = try await CommandRun.system("tar", ["tzf", path]).succeeded().standardOutput.split(separator: "\n")
      .map(String.init)
    #expect(names.first == "MANIFEST.txt" && names.contains("doctor.json") && names.contains("model.json"))
    for name in names.dropFirst() { #expect(made.standardOutput.contains("  \(name) "), "\(name)") }
    #expect(made.standardOutput.contains("redacted: "))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)

    try await CommandRun.system("tar", ["xzf", path, "-C", folder.path("")]).succeeded()
    let text = try names.map { try String(contentsOfFile: folder.path($0), encoding: .utf8) }.joined(separator: "\n")
    #expect(text.contains("FTV4KM") && text.count > 2000, "there is something in it")
    for device in try await site.list("device") {
      #expect(!text.contains(try #require(device["device"]?.text)), "\(device)")
      if let customer = device["customer"]?.text { #expect(!text.contains("\"\(customer)\""), "\(customer)") }
    }
    #expect(!text.contains(ProcessInfo.processInfo.hostName))
    for ticket in try await site.list("ticket") { #expect(!text.contains(try #require(ticket["id"]?.text))) }

    let doctor = try await site.daemon.forewarn("doctor", "-o", "json")
    let read = try await site.daemon.forewarn("doctor", "--from", path, "-o", "json")
    #expect(read.status == doctor.status)
    let (now, then) = (try JSON(parsing: doctor.standardOutput), try JSON(parsing: read.standardOutput))
    func checks(_ report: JSON) -> [String] { (report["items"]?.items ?? []).compactMap { $0["check"]?.text } }
    #expect(checks(now) == checks(then))
    let page = try await site.daemon.forewarn("doctor", "--from", path)
    #expect(page.standardOutput.contains("broker") && page.standardOutput.hasPrefix("of "))

    let again = try await site.daemon.forewarn("doctor", "--bundle", path)
    #expect(again.status == 2 && again.standardError.contains("File exists"))
  }

  @Test func `what is no bundle is told, and a bundle of a daemon that is away says so`() async throws {
    let folder = try ScratchFolder()
    let wrong = try folder.write("hello", to: "wrong")
    let refused = try await site.daemon.forewarn("doctor", "--from", wrong)
    #expect(refused.status == 2 && refused.standardError.contains("is no bundle"))
    let path = folder.path("absent.tar.gz")
    let absent = try await CommandRun.built(
      "forewarn", ["doctor", "--bundle", path, "--socket", folder.path("nobody")])
    #expect(absent.status == 3)
    #expect(absent.standardOutput.contains("missing: status.json: forewarnd isn't running"))
    let read = try await site.daemon.forewarn("doctor", "--from", path)
    #expect(read.status == 2 && read.standardOutput.contains("missing: doctor.json"))
  }
}
