import Broker
import CDispatch
import CheckedYAML
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

  private func password() throws(StartFailure) -> String? {
    guard part.username != nil else { return nil }
    if let file = part.passwordFile { return try read(file) }
    guard let folder = getenv("CREDENTIALS_DIRECTORY") else { return nil }
    let credential = String(cString: folder) + "/mqtt-password"
    return access(credential, F_OK) == 0 ? try read(credential) : nil
  }

  private func read(_ path: String) throws(StartFailure) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw StartFailure("the broker's password can't be read: \(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & 0o004 == 0 else {
      throw StartFailure("\(path) may be read by anyone: chmod 0640 \(path), then start again")
    }
    let file: YAMLFile
    do throws(YAMLFaults) {
      file = try YAMLFile(path: path)
    } catch {
      throw StartFailure("the broker's password can't be read: \(error)")
    }
    let text = String(decoding: file.bytes, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
