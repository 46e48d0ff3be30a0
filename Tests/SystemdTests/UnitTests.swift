import Foundation
import Rig
import Testing

struct UnitTests {
  @Test(.enabled(if: Executable.isInstalled("systemd-analyze"), "systemd-analyze isn't installed"))
  func `systemd finds nothing to complain about in the unit`() async throws {
    let folder = try ScratchFolder()
    let unit = try folder.write(try runnableUnit(), to: "forewarnd.service")
    let run = try await CommandRun.system("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", unit])
    #expect(run.status == 0, "\(run.standardError)")
    // Unknown keys and values are warnings with status 0; other units' warnings are none of ours.
    let complaints = run.standardError.split(separator: "\n").filter { $0.contains("forewarnd.service") }
    #expect(complaints.isEmpty)
  }

  @Test(.enabled(if: Executable.isInstalled("systemd-analyze"), "systemd-analyze isn't installed"))
  func `systemd finds a misspelt key in the unit`() async throws {
    let folder = try ScratchFolder()
    let text = try runnableUnit().replacing("WatchdogSec=", with: "WatchdogSeconds=")
    let unit = try folder.write(text, to: "forewarnd.service")
    let run = try await CommandRun.system("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", unit])
    #expect(run.standardError.contains("WatchdogSeconds"))
  }

  @Test(.enabled(if: Executable.isInstalled("systemd-analyze"), "systemd-analyze isn't installed"))
  func `systemd finds nothing to complain about in the dashboard's socket, and hands over what the daemon looks for`()
    async throws
  {
    let folder = try ScratchFolder()
    let more = try shipped("local-broker.conf")
    let unit = try runnableUnit().split(separator: "[Install]")
    let service = try folder.write("\(unit[0])\n\(more)\n[Install]\(unit[1])", to: "forewarnd.service")
    let socket = try folder.write(try shipped("forewarnd-dashboard.socket"), to: "forewarnd-dashboard.socket")
    let run = try await CommandRun.system(
      "systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", service, socket])
    #expect(run.status == 0, "\(run.standardError)")
    let complaints = run.standardError.split(separator: "\n").filter { $0.contains("forewarnd") }
    #expect(complaints.isEmpty, "\(run.standardError)")
    #expect(more.contains("\nSockets=forewarnd-dashboard.socket\n") && more.contains("http: {listen: \"fd:\"}"))
    let keys = try shipped("forewarnd-dashboard.socket")
    #expect(keys.contains("\nListenStream=127.0.0.1:9464\n") && keys.contains("\nPartOf=forewarnd.service\n"))
  }

  /// Exposure × 10, from 0 to 100, by what stands between the daemon and the world; the best daemons of Debian are at 11.
  @Test(
    .enabled(if: Executable.isInstalled("systemd-analyze"), "systemd-analyze isn't installed"),
    arguments: [("", 14), ("remote-broker.conf", 13), ("local-broker.conf", 6)])
  func `systemd finds the unit hardly exposed`(dropIn: String, most: Int) async throws {
    let folder = try ScratchFolder()
    let unit = try runnableUnit().split(separator: "[Install]")
    let more = dropIn.isEmpty ? "" : try shipped(dropIn).replacing("[Service]", with: "")
    let path = try folder.write(unit[0] + more + "\n[Install]" + unit[1], to: "forewarnd.service")
    let arguments = ["security", "--offline=true", "--threshold=\(most)", "--no-pager", path]
    let run = try await CommandRun.system("systemd-analyze", arguments)
    #expect(run.status == 0, "\(run.standardOutput)\(run.standardError)")
  }

  @Test func `callers stay recognisable on the control socket`() throws {
    let keys = try shipped("forewarnd.service").split(separator: "\n").filter { !$0.hasPrefix("#") }
    // With a user namespace of its own, SO_PEERCRED would show every caller as nobody.
    #expect(!keys.contains { $0.hasPrefix("PrivateUsers=") || $0.hasPrefix("DynamicUser=") })
  }

  @Test(.enabled(if: Executable.isInstalled("systemd-sysusers"), "systemd-sysusers isn't installed"))
  func `the user and the groups of those who ask and those who act are made`() async throws {
    let root = try ScratchFolder()
    try root.makeFolder("etc")
    try root.makeFolder("usr/lib/sysusers.d")
    try root.write(try shipped("forewarn.sysusers"), to: "usr/lib/sysusers.d/forewarn.conf")
    let run = try await CommandRun.system("systemd-sysusers", ["--root=\(root.path)", "forewarn.conf"])
    #expect(run.status == 0, "\(run.standardError)")
    let users = try String(contentsOfFile: root.path("etc/passwd"), encoding: .utf8)
    #expect(users.hasPrefix("forewarn:") && users.contains(":/var/lib/forewarn:"))
    let groups = try String(contentsOfFile: root.path("etc/group"), encoding: .utf8).split(separator: "\n")
    #expect(Set(groups.map { $0.prefix { $0 != ":" } }) == ["forewarn", "forewarn-ops"])
  }

  @Test(
    .enabled(
      if: Executable.isInstalled("systemd-tmpfiles") && Executable.isInstalled("systemd-sysusers") && getuid() == 0,
      "only root may give a folder to another user"))
  func `the folders are made for the user`() async throws {
    let root = try ScratchFolder()
    try root.makeFolder("etc")
    try root.makeFolder("usr/lib/sysusers.d")
    try root.makeFolder("usr/lib/tmpfiles.d")
    try root.write(try shipped("forewarn.sysusers"), to: "usr/lib/sysusers.d/forewarn.conf")
    try root.write(try shipped("forewarn.tmpfiles"), to: "usr/lib/tmpfiles.d/forewarn.conf")
    let place = "--root=\(root.path)"
    try await CommandRun.system("systemd-sysusers", [place, "forewarn.conf"]).succeeded()
    let run = try await CommandRun.system("systemd-tmpfiles", [place, "--create", "forewarn.conf"])
    #expect(run.status == 0, "\(run.standardError)")
    let state = try FileManager.default.attributesOfItem(atPath: root.path("var/lib/forewarn"))
    #expect(state[.posixPermissions] as? Int == 0o750)
    #expect((state[.ownerAccountID] as? Int).map { $0 != 0 } == true)
    #expect(root.has("etc/forewarn/firmware-profiles"))
  }

  /// The unit as it is shipped, but for a program and folders that need not be there where it is checked.
  private func runnableUnit() throws -> String {
    try shipped("forewarnd.service").replacing("=/usr/bin/forewarnd", with: "=/bin/true")
  }
}

/// A file of the folder Systemd.
func shipped(_ name: String) throws -> String {
  try String(contentsOfFile: "\(Executable.packageFolder)/Systemd/\(name)", encoding: .utf8)
}
