package import Vocabulary

/// What a topic is about. The product and device in the topic are the message's identity.
package enum Address: Hashable, Sendable {
  case report(DeviceIdentity)
  case state(DeviceIdentity)
  case diagnosis(DeviceIdentity)
  case weather(region: Symbol)
  case outage(carrier: Symbol, region: Symbol)
  case contact
  /// A `$SYS/…` topic, whole.
  case brokerStatistic(String)
  /// What the gateway itself publishes under `cmd/<root>/` and `evt/<root>/`.
  case own
  /// A message of a configured source.
  case foreign(ForeignAddress)

  /// `root` may hold several levels. Only a product of the catalogue, and regions and carriers that are ids, become
  /// symbols.
  package static func parse(
    topic: String, root: String, catalogue: Catalogue, sources: [SourceMapping] = [], names: NameGate = NameGate()
  ) -> Result<Address, Rejection> {
    if let address = usual(topic, root, catalogue) { return .success(address) }
    if topic.hasPrefix("$SYS/") { return .success(.brokerStatistic(topic)) }
    if let levels = levels(of: topic, below: "dt/" + root) {
      if levels.count == 3 {
        let address = device(product: levels[0], device: levels[1], leaf: levels[2], catalogue)
        guard case .failure(let rejection) = address, rejection.reason == .unsupported else { return address }
        return sources.address(of: topic).map { .success(.foreign($0)) } ?? address
      }
      if let address = sources.address(of: topic) { return .success(.foreign(address)) }
      return .failure(noAddress(topic, "dt/\(root)/<product>/<device>/report"))
    }
    if let levels = levels(of: topic, below: "ctx/" + root) { return context(levels, topic, names) }
    if levels(of: topic, below: "cmd/" + root) != nil || levels(of: topic, below: "evt/" + root) != nil {
      return .success(.own)
    }
    // After the gateway's own topics, whose messages pay nothing for it.
    if let address = sources.address(of: topic) { return .success(.foreign(address)) }
    return .failure(foreign(topic))
  }

  /// A report's topic, if nothing is wrong with it: nearly all there is, cut by its bytes.
  private static func usual(_ topic: String, _ root: String, _ catalogue: Catalogue) -> Address? {
    var topic = topic
    return topic.withUTF8 { bytes -> Address? in
      let (rootStart, rootEnd) = (3, 3 + root.utf8.count)
      guard bytes.count > rootEnd, bytes[0] == UInt8(ascii: "d"), bytes[1] == UInt8(ascii: "t"),
        bytes[2] == UInt8(ascii: "/"), holds(bytes, root.utf8, from: rootStart), bytes[rootEnd] == UInt8(ascii: "/"),
        holds(bytes, "/report".utf8, from: bytes.count - 7)
      else { return nil }
      let deviceEnd = bytes.count - 7
      let rest = bytes[min(rootEnd + 1, deviceEnd)..<deviceEnd]
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      let device = rest[(slash + 1)...]
      guard Identifier.isValid(utf8: device), let product = catalogue.product(named: rest[..<slash]) else {
        return nil
      }
      return .report(DeviceIdentity(product: product, device: String(decoding: device, as: UTF8.self)))
    }
  }

  /// `elementsEqual` goes through two generic sequences, byte by byte.
  private static func holds(_ bytes: UnsafeBufferPointer<UInt8>, _ text: String.UTF8View, from start: Int) -> Bool {
    guard start >= 0, start + text.count <= bytes.count else { return false }
    var place = start
    for byte in text {
      if bytes[place] != byte { return false }
      place += 1
    }
    return true
  }

  /// The device that a topic of our own names, whatever else is wrong with it, so that its erasure finds the message.
  package static func device(in topic: String, root: String) -> String? {
    guard let levels = levels(of: topic, below: "dt/" + root), levels.count > 1, Identifier.isValid(levels[1]) else {
      return nil
    }
    return String(levels[1])
  }

  private static func levels(of topic: String, below prefix: String) -> [Substring]? {
    guard topic.utf8.starts(with: prefix.utf8) else { return nil }
    let rest = topic.utf8.dropFirst(prefix.utf8.count)
    guard rest.first == UInt8(ascii: "/") else { return nil }
    return rest.dropFirst().split(separator: UInt8(ascii: "/"), maxSplits: 8, omittingEmptySubsequences: false)
      .map { Substring($0) }
  }

  private static func device(
    product: Substring, device: Substring, leaf: Substring, _ catalogue: Catalogue
  ) -> Result<Address, Rejection> {
    guard Identifier.isValid(device) else { return .failure(notAnID("device", device)) }
    guard let symbol = catalogue.product(named: String(product)) else {
      guard Identifier.isValid(product) else { return .failure(notAnID("product", product)) }
      return .failure(
        Rejection(.unknownProduct, "no firmware profile describes \"\(product)\": add one, reload, retry"))
    }
    let identity = DeviceIdentity(product: symbol, device: String(device))
    switch leaf {
    case "report": return .success(.report(identity))
    case "state": return .success(.state(identity))
    case "diagnosis": return .success(.diagnosis(identity))
    default:
      return .failure(
        Rejection(.unsupported, "\"\(leaf.escaped(maximum: 40))\" is none of report, state, diagnosis"))
    }
  }

  private static func context(
    _ levels: [Substring], _ topic: String, _ names: NameGate
  ) -> Result<Address, Rejection> {
    switch (levels.first, levels.count) {
    case ("weather", 2):
      guard Identifier.isValid(levels[1]) else { return .failure(notAnID("region", levels[1])) }
      return admitted([(levels[1], .region)], names) { .weather(region: $0[0]) }
    case ("outage", 3):
      guard Identifier.isValid(levels[1]) else { return .failure(notAnID("carrier", levels[1])) }
      guard Identifier.isValid(levels[2]) else { return .failure(notAnID("region", levels[2])) }
      return admitted([(levels[1], .carrier), (levels[2], .region)], names) { .outage(carrier: $0[0], region: $0[1]) }
    case ("contact", 1): return .success(.contact)
    default: return .failure(noAddress(topic, "weather/<region>, outage/<carrier>/<region> or contact below ctx"))
    }
  }

  /// The names as symbols, if the gate lets all of them become some.
  private static func admitted(
    _ texts: [(Substring, NameGate.Kind)], _ names: NameGate, _ address: ([Symbol]) -> Address
  ) -> Result<Address, Rejection> {
    var symbols: [Symbol] = []
    for (text, kind) in texts {
      do throws(Rejection) {
        try names.admit(String(text), as: kind)
      } catch {
        return .failure(error)
      }
      symbols.append(Symbol(String(text)))
    }
    return .success(address(symbols))
  }

  private static func notAnID(_ what: String, _ text: Substring) -> Rejection {
    Rejection(.identity, "the topic's \(what) \"\(text.escaped(maximum: 40))\" is no id (\(Identifier.rule))")
  }

  private static func noAddress(_ topic: String, _ expected: String) -> Rejection {
    Rejection(.unsupported, "expected \(expected), found \"\(topic.escaped(maximum: 80))\"")
  }

  private static func foreign(_ topic: String) -> Rejection {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    let format: String? =
      if topic.hasPrefix("spBv1.0/") {
        "Sparkplug B"
      } else if topic.hasPrefix("v1/devices/") || topic.hasPrefix("v1/gateway/") {
        "ThingsBoard's device API"
      } else if topic.hasPrefix("$aws/things/"), levels.contains("defender") {
        "AWS IoT Device Defender"
      } else if topic.hasPrefix("homie/") {
        "Homie"
      } else if levels.contains(where: { $0.lowercased().hasPrefix("senml") }) {
        "SenML"
      } else {
        nil
      }
    let place = "\"\(topic.escaped(maximum: 80))\""
    return Rejection(
      .unsupported,
      format.map { "\(place) is a topic of \($0), and no source of the configuration reads it (`sources:`)" }
        ?? "\(place) is no topic below dt/<root>/ or ctx/<root>/")
  }
}
