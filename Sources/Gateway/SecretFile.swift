import CheckedYAML
import Glibc

/// A file that nobody else on the machine may read: a password, a private key, the key of a signature.
struct SecretFile {
  let path: String
  /// For people: "the broker's password".
  let name: String

  /// Refuses a file that everyone may read: what was open once is no secret any more, so that this must be loud.
  func checkMode() throws(StartFailure) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw StartFailure("\(name) can't be read: \(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & 0o004 == 0 else {
      throw StartFailure("\(path) may be read by anyone: chmod 0640 \(path), then try again")
    }
  }

  func bytes() throws(StartFailure) -> [UInt8] {
    try checkMode()
    do throws(YAMLFaults) {
      return try YAMLFile(path: path).bytes
    } catch {
      throw StartFailure("\(name) can't be read: \(error)")
    }
  }
}

extension SecretFile {
  /// For a start and a reload. A secret that isn't there yet is no reason against either: its messages are tried again.
  static func check(_ webhooks: [Webhook]) throws(StartFailure) {
    for webhook in webhooks {
      guard let path = webhook.secretFile, access(path, F_OK) == 0 else { continue }
      try SecretFile(path: path, name: "the webhook's secret").checkMode()
    }
  }
}
