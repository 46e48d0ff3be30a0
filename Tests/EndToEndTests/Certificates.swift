import Rig

/// An authority and certificates of a test's own, made with `openssl`.
struct Certificates {
  private let folder: ScratchFolder

  init() async throws {
    folder = try ScratchFolder()
    for name in ["ca", "stranger"] {
      try await openssl(
        ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-keyout", path("\(name).key")]
          + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path("\(name).pem")])
    }
  }

  func path(_ name: String) -> String { folder.path(name) }

  /// - Parameter days: how long it is valid; below zero it has expired.
  func make(_ name: String, extensions: String, days: Int = 2, signedBy authority: String = "ca") async throws {
    try await openssl(
      ["req", "-nodes", "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).csr")]
        + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
    let file = try folder.write(extensions + "\n", to: "\(name).ext")
    try await openssl(
      ["x509", "-req", "-in", path("\(name).csr"), "-CA", path("\(authority).pem"), "-CAkey", path("\(authority).key")]
        + ["-CAcreateserial", "-days", "\(days)", "-extfile", file, "-out", path("\(name).pem")])
  }

  private func openssl(_ arguments: [String]) async throws {
    try await CommandRun.system("openssl", arguments).succeeded()
  }
}
