import Broker
import CDispatch
import CheckedYAML
import Fingerprints
import FirmwareProfiles
import Glibc

/// From the configuration to what the broker's room needs: the password comes from its file or the systemd credential.
struct BrokerAccess {
  let part: Configuration.BrokerPart
  private let sources: [SourceMapping]

  init(_ configuration: Configuration) {
    part = configuration.broker
    sources = configuration.sources
  }

  /// No two of them overlap, so that no message comes twice; the configuration refuses further ones that would. States are
  /// retained and have a filter of their own.
  var filters: [String] {
    Self.ownFilters(root: part.root) + part.alsoSubscribe + foreign(besides: part.alsoSubscribe)
  }

  static func ownFilters(root: String) -> [String] {
    ["dt/\(root)/+/+/report", "dt/\(root)/+/+/state", "dt/\(root)/+/+/diagnosis", "ctx/\(root)/#"]
  }

  func settings() throws -> BrokerSettings {
    var settings = BrokerSettings(
      address: try BrokerAddress(url: part.url), clientID: part.clientID, username: part.username,
      password: try password(), caFile: part.caFile, certificateFile: part.certificateFile, keyFile: part.keyFile,
      // A million retained states need not come again to a session that has delivered them.
      subscriptions: filters.map { Subscription(filter: $0, retainHandling: .ifNew) })
    settings.presence = presence
    try settings.validate()
    // One that isn't there yet is no reason not to start: status tells, and it is tried again.
    if let key = part.keyFile, access(key, F_OK) == 0 { try SecretFile(path: key, name: "key_file").checkMode() }
    return settings
  }

  /// A host application of Sparkplug says that it is there.
  private var presence: Presence? {
    guard let source = sources.first(where: { $0.format == .sparkplug && $0.hostID != "" }) else { return nil }
    return Presence(topic: "spBv1.0/STATE/\(source.hostID ?? part.clientID)")
  }

  /// The filters of the sources, each once.
  private func foreign(besides others: [String]) -> [String] {
    var seen = Set(others)
    return sources.flatMap(\.topics).map(\.filter).filter { seen.insert($0).inserted }
  }

  /// The configured one, else systemd's credential, if there is one.
  private var passwordFile: String? {
    if let file = part.passwordFile { return file }
    guard let folder = getenv("CREDENTIALS_DIRECTORY") else { return nil }
    let credential = String(cString: folder) + "/mqtt-password"
    return access(credential, F_OK) == 0 ? credential : nil
  }

  /// What the broker is shown and believed by, as it lies on the disk now; throws what is wrong with it.
  func credentials() throws(StartFailure) -> BrokerCredentials {
    if let path = part.caFile {
      let authorities = try bytes("ca_file", path)
      if let fault = KeyPair.fault(authorities: authorities) {
        throw StartFailure("\(path) can't be used as ca_file: \(fault)")
      }
    }
    if let certificate = part.certificateFile, let key = part.keyFile {
      let pair = (try bytes("certificate_file", certificate), try SecretFile(path: key, name: "key_file").bytes())
      if let fault = KeyPair.fault(certificate: pair.0, key: pair.1) {
        throw StartFailure("\(certificate) and \(key) can't be used: \(fault)")
      }
    }
    return BrokerCredentials(
      password: try password(), caFile: part.caFile, certificateFile: part.certificateFile, keyFile: part.keyFile)
  }

  /// There is a password to be shown, wherever it lies.
  var hasPassword: Bool { part.username != nil && passwordFile != nil }

  /// By which it is seen that one of those files is another one, or has other content.
  var credentialStamp: [String] {
    [passwordFile, part.caFile, part.certificateFile, part.keyFile].map { path in
      guard let path else { return "" }
      var status = stat()
      guard stat(path, &status) == 0 else { return "\(path) isn't there" }
      let changed = status.st_mtim
      return "\(path) \(status.st_dev) \(status.st_ino) \(status.st_size) \(changed.tv_sec) \(changed.tv_nsec)"
    }
  }

  private func bytes(_ key: String, _ path: String) throws(StartFailure) -> [UInt8] {
    do throws(YAMLFaults) {
      return try YAMLFile(path: path).bytes
    } catch {
      throw StartFailure("\(key) can't be read: \(error)")
    }
  }

  private func password() throws(StartFailure) -> String? {
    guard part.username != nil, let file = passwordFile else { return nil }
    return try read(file)
  }

  private func read(_ path: String) throws(StartFailure) -> String {
    let text = String(decoding: try SecretFile(path: path, name: "the broker's password").bytes(), as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
