import Foundation
import Rig

/// Debian's Chromium without a window: what a page becomes in a real browser, and what that browser complains of.
struct Browser {
  /// The document after scripts have run.
  let document: String
  /// What the page's console says, and the addresses that the page asked for; the browser's own calls home fail, and aren't
  /// among them.
  let console: [String]
  let requests: [String]
  /// Bytes of the picture.
  let picture: Data

  static let program = "chromium"

  static func visiting(_ address: String, isDark: Bool = false, width: Int = 1280) async throws -> Browser {
    let folder = try ScratchFolder()
    let picture = folder.path("page.png")
    let log = folder.path("net.json")
    func options(_ own: [String]) -> [String] {
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking",
        "--disable-component-update", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--user-data-dir=\(folder.path("profile"))",
        "--enable-logging=stderr", "--window-size=\(width),1600",
        "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
      ] + own + [address]
    }
    let dump = try await CommandRun.system(
      program, options(["--dump-dom", "--log-net-log=\(log)"]), within: .seconds(60)
    )
    .succeeded()
    let shot = try await CommandRun.system(program, options(["--screenshot=\(picture)"]), within: .seconds(60))
      .succeeded()
    // A browser that is stopped may leave the log without its end: its lines are looked at, not its JSON.
    let netLog = try String(contentsOfFile: log, encoding: .utf8)
    return Browser(
      document: dump.standardOutput,
      console: (dump.standardError + shot.standardError).split(separator: "\n").map(String.init)
        .filter { $0.contains("CONSOLE") },
      requests: Set(
        netLog.split(separator: "\n").filter { $0.contains(#""initiator":"http"#) }
          .flatMap { $0.matches(of: #/"url":"([^"]+)"/#).map { String($0.1) } }
      ).sorted(),
      picture: try Data(contentsOf: URL(fileURLWithPath: picture)))
  }
}
