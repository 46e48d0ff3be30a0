import Rig
import Testing

@testable import forewarn

/// What a bundle leaves out, whatever the daemon's answers hold.
@Suite struct BundleContentTests {
  private static let doctor = """
    {"schema":"forewarn.doctor.run/1","sound":false,"items":[{"check":"device-share","state":"fault",\
    "detail":"2 devices are over their share: SECRET-1, SECRET-2","fix":"block them"},\
    {"check":"broker","state":"ok","detail":"connected to mqtt://broker.internal, SECRET-1 is noisy"}]}
    """
  private static let status = """
    {"state":"degraded","reasons":["the last reload was refused: forewarn.yaml:3:5: found \\"hunter2\\"","another"],\
    "broker":{"url":"mqtt://broker.internal"},"limits":{"offenders":["SECRET-1"]}}
    """

  private func bundle(withStatus hasStatus: Bool) async throws -> (run: CommandRun, entries: [String: String]) {
    let server = try await AnsweringSocket.listening { request in
      switch request.path {
      case "/v1/doctor": .json(200, Self.doctor)
      case "/v1/status" where hasStatus: .json(200, Self.status)
      default: .problem(500, title: "broken", detail: "not now")
      }
    }
    let folder = try ScratchFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder.path("bundle.tar.gz")
    let run = try await CommandRun.built("forewarn", ["doctor", "--bundle", path, "--socket", server.path])
    let entries = try TapeArchive.read(path).map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }
    try await server.close()
    return (run, Dictionary(entries, uniquingKeysWith: { first, _ in first }))
  }

  @Test func `no device, host or line of the configuration stands in a bundle`() async throws {
    let (run, entries) = try await bundle(withStatus: true)
    try run.succeeded()
    let (doctor, status) = (entries["doctor.json"] ?? "", entries["status.json"] ?? "")
    #expect(doctor.contains(#""2 devices are over their share""#) && doctor.contains("broker-host, device-1 is noisy"))
    #expect(status.contains(#"["the last reload was refused: (the rest is left out)","another"]"#), "\(status)")
    for word in ["SECRET", "broker.internal", "hunter2"] {
      #expect(!entries.values.contains { $0.contains(word) }, "\(word)")
    }
  }

  @Test func `without a status the checks are left out, as nobody knows what of them to redact`() async throws {
    let (run, entries) = try await bundle(withStatus: false)
    #expect(run.status == 3 && run.standardOutput.contains("missing: doctor.json: left out"))
    #expect(entries["doctor.json"] == nil && entries["MANIFEST.txt"]?.contains("missing: status.json") == true)
  }
}
