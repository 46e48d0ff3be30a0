import FirmwareProfiles
import Foundation
import Testing
import Vocabulary

struct CatalogueTests {
  private static let shipped = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Firmware-Profiles").path(percentEncoded: false)

  @Test func `the shipped profiles load and have the modes that are relied upon`() throws {
    let catalogue = try Catalogue.load(folder: Self.shipped)
    #expect(
      catalogue.profiles.map(\.product) == ["echo-dot-5", "echo-show-8", "fire-tv-cube-3", "fire-tv-stick-4k-max"])
    let dot = try #require(catalogue.profile(product: "echo-dot-5", firmware: nil))
    #expect(
      Set(dot.modes.map(\.id)) == [
        "wifi-dropout", "wifi-band-steering", "thermal-shutdown", "speaker-dropout", "reboot-loop", "silent",
      ])
    let stick = try #require(catalogue.profile(product: "fire-tv-stick-4k-max", firmware: "3.2.0"))
    #expect(
      Set(stick.modes.map(\.id)) == [
        "hdmi-cec-failure", "hdmi-handshake", "wifi-band-steering", "thermal-shutdown", "emmc-wear-out", "reboot-loop",
        "silent",
      ])
    #expect(dot.releases.contains { $0.fixes == ["wifi-dropout"] })
    #expect(stick.releases.contains { $0.fixes == ["hdmi-cec-failure"] })
    for profile in catalogue.profiles {
      #expect(profile.replacement != nil)
      #expect(profile.known.isEmpty)
      for mode in profile.modes {
        #expect(mode.costs.patch < mode.costs.failure, "\(profile.product) \(mode.id)")
      }
    }
  }

  @Test func `a firmware version chooses the file whose range holds it`() throws {
    let catalogue = try Samples.catalogue(
      "product: lamp\ntitle: old\nfirmware: <3.0.0", "product: lamp\ntitle: new\nfirmware: \">=3.0.0 <4.10\"")
    #expect(catalogue.profile(product: "lamp", firmware: "2.9.9")?.title == "old")
    #expect(catalogue.profile(product: "lamp", firmware: "3.0.0")?.title == "new")
    #expect(catalogue.profile(product: "lamp", firmware: "4.9")?.title == "new")
    #expect(catalogue.profile(product: "lamp", firmware: "4.10.0") == nil)
    #expect(catalogue.profile(product: "lamp", firmware: nil)?.title == "new")
    #expect(catalogue.profile(product: "lamp", firmware: "nightly")?.title == "new")
    #expect(catalogue.profile(product: "other", firmware: nil) == nil)
    #expect(!catalogue.contains(product: "other"))
  }

  @Test(arguments: [
    ("<3.0.0", "<=3.0.0", true), ("<3.0.0", ">=3.0.0", false), ("<=3.0.0", ">=3.0.0", true), ("4.1.0", ">4 <5", true),
    ("4.1", ">4.1.0", false), (">=1 <2", ">=2, <3", false), (">=1", ">=7", true),
  ])
  func `two files of a product must not overlap`(first: String, second: String, overlaps: Bool) {
    let files = [first, second].enumerated().map {
      (name: "\($0).yaml", bytes: Array("product: lamp\nfirmware: \"\($1)\"".utf8))
    }
    do {
      _ = try Catalogue(files: files)
      #expect(!overlaps)
    } catch {
      #expect(overlaps)
      #expect("\(error)".hasPrefix("1.yaml:2:11: firmware: lamp"), "\(error)")
    }
  }

  @Test(arguments: ["4.1.x", ">=", ">= <", "", "abc", "1..2", ">>1", ">=5 <3", ">3 <=3"])
  func `a range that holds nothing or isn't one is a fault`(range: String) {
    let faults = Samples.faults("product: lamp\nfirmware: \"\(range)\"")
    #expect(faults.count == 1 && faults[0].hasPrefix("p.yaml:2:11: firmware:"), "\(faults)")
  }

  @Test func `files of one product must agree on a signal`() throws {
    let one = "product: lamp\nfirmware: <3\nsignals: {a: {type: gauge}}"
    let other = "product: lamp\nfirmware: \">=3\"\nsignals: {a: {type: count}, b: {type: flag}}"
    do {
      _ = try Samples.catalogue(one, other)
      Issue.record("the files were taken")
    } catch {
      #expect("\(error)".hasPrefix("file1.yaml:3:11: signals.a: is declared otherwise in file0.yaml"), "\(error)")
    }
    let agreeing = try Samples.catalogue(one, other.replacing("a: {type: count}, ", with: ""))
    #expect(Set(agreeing.signals(of: "lamp").keys) == ["a", "b"])
  }

  @Test func `the revision changes with the bytes and is the same in every run`() throws {
    let first = try Samples.catalogue("product: lamp")
    let second = try Samples.catalogue("product: lamp #")
    #expect(first.revision != second.revision)
    #expect(first.profiles[0].revision == "\(try Samples.catalogue("product: lamp").profiles[0].revision)")
    #expect(first.profiles[0].revision.count == 16)
  }

  @Test func `the faults of all files come together, sorted by file`() throws {
    let folder = try TemporaryFolder()
    try folder.write("b.yml", "produkt: lamp")
    try folder.write("a.yaml", "product: [")
    try folder.write("notes.txt", "not a profile")
    try folder.write("c.yaml", "product: lamp")
    do {
      _ = try Catalogue.load(folder: folder.path)
      Issue.record("the folder was taken")
    } catch {
      let faults = "\(error)".split(separator: "\n")
      #expect(faults.count == 3, "\(error)")
      #expect(faults[0].hasPrefix("\(folder.path)/a.yaml:2:1: isn't YAML"))
      #expect(faults.contains("\(folder.path)/b.yml:1:1: product: is missing"))
      #expect(faults.contains { $0.contains("b.yml:1:1: produkt: is no known key; did you mean \"product\"?") })
    }
  }

  @Test func `an empty or missing folder says what to do`() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.path + "/nowhere"] {
      do {
        _ = try Catalogue.load(folder: path)
        Issue.record("\(path) was taken")
      } catch {
        #expect("\(error)".hasPrefix("\(path): ") && "\(error)".contains("set `profiles`"), "\(error)")
      }
    }
  }

  @Test func `a folder or file that everyone may change is refused, with the command that mends it`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.yaml", "product: a\n")
    for path in [folder.path + "/a.yaml", folder.path] {
      let mode: mode_t = path.hasSuffix("yaml") ? 0o646 : 0o757
      try #require(chmod(path, mode) == 0)
      let faults = #expect(throws: (any Error).self) { try Catalogue.load(folder: folder.path) }
      #expect("\(try #require(faults))".contains("may be changed by everyone on this machine: chmod o-w \(path)"))
      try #require(chmod(path, mode & ~2) == 0)
      _ = try Catalogue.load(folder: folder.path)
    }
  }

  @Test func `a link out of the folder is refused, one within is followed`() throws {
    let outside = try TemporaryFolder()
    try outside.write("x.yaml", "product: secret")
    let folder = try TemporaryFolder()
    try folder.write("data", "product: lamp")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/in.yaml", withDestinationPath: "data")
    #expect(try Catalogue.load(folder: folder.path).profiles.map(\.product) == ["lamp"])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/out.yaml", withDestinationPath: outside.path + "/x.yaml")
    try FileManager.default.createDirectory(atPath: folder.path + "/folder.yaml", withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/gone.yaml", withDestinationPath: "nowhere")
    do {
      _ = try Catalogue.load(folder: folder.path)
      Issue.record("the links were followed")
    } catch {
      let faults = "\(error)".split(separator: "\n")
      #expect(faults.count == 3)
      #expect(faults.contains { $0.contains("/out.yaml: is a link to") })
      #expect(faults.contains { $0.contains("/folder.yaml: is no regular file") })
      #expect(faults.contains { $0.contains("/gone.yaml: can't be opened: No such file") })
    }
  }
}

/// A folder that goes when the test ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "forewarn-\(UUID())")
      .resolvingSymlinksInPath().path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      Issue.record("\(path) can't be removed: \(error)")
    }
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
  }
}
