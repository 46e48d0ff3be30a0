package import Vocabulary

/// Reads the payloads of the configured sources. It owns the parsers' buffers, so it is used from one place at a time;
/// what it answers doesn't point into them.
package final class ForeignDecoder {
  private let json = JSONParser()
  private let cbor = CBORParser()

  private let names: NameGate

  package init(names: NameGate = NameGate()) { self.names = names }

  /// - Parameters:
  ///   - sessions: what is known of Sparkplug's nodes; births and data change it.
  ///   - isRetaken: the message comes from quarantine.
  package func read(
    _ delivery: Delivery, _ address: ForeignAddress, _ source: SourceMapping, catalogue: Catalogue,
    sessions: inout SparkplugSessions, isRetaken: Bool
  ) -> ForeignMessage {
    let reader = SayingReader(
      source: source, address: address, catalogue: catalogue, delivery: delivery, names: names)
    do throws(Rejection) {
      let payload = try Gzip.inflated(delivery.payload)
      switch source.format {
      case .sparkplug:
        return try sparkplug(payload, delivery, source, reader, &sessions, isRetaken: isRetaken)
      case .thingsboard:
        guard let topic = ThingsBoardReading.Topic(levels: address.captures.levels) else {
          throw Rejection(
            .unsupported, "of ThingsBoard's topics only telemetry, attributes, connect and disconnect are read")
        }
        let sayings = try ThingsBoardReading().sayings(try document(payload, mayBeCBOR: false), topic)
        let items = sayings.map { said -> ForeignItem in
          switch said {
          case .says(let saying): reader.item(saying)
          case .faulty(let device, let rejection): .rejected(rejection, device: source.device(named: device))
          }
        }
        return ForeignMessage(items.isEmpty ? [.noted] : items)
      case .awsDefender:
        let reading = DeviceDefenderReading(receivedAt: delivery.receivedAt)
        return ForeignMessage([reader.item(try reading.saying(try document(payload, mayBeCBOR: true)))])
      case .senml:
        let reading = SenMLReading(
          naming: source.naming, receivedAt: delivery.isRetained ? nil : delivery.receivedAt)
        // The topic's device is the identity; the pack's own name is of another name space.
        var sayings = try reading.sayings(try document(payload, mayBeCBOR: true))
        if address.captures.device != nil { for index in sayings.indices { sayings[index].device = nil } }
        return ForeignMessage(sayings.map(reader.item))
      case .json:
        let reading = MappedJSONReading(paths: source.paths)
        let sayings = try reading.sayings(try document(payload, mayBeCBOR: true))
        return ForeignMessage(
          sayings.map { saying in
            switch saying {
            case .success(let saying): reader.item(saying)
            case .failure(let rejection): .rejected(rejection, device: address.device(in: source))
            }
          })
      }
    } catch {
      return ForeignMessage(refused: error, device: address.speaker(in: source))
    }
  }

  private func sparkplug(
    _ payload: [UInt8], _ delivery: Delivery, _ source: SourceMapping, _ reader: SayingReader,
    _ sessions: inout SparkplugSessions, isRetaken: Bool
  ) throws(Rejection) -> ForeignMessage {
    guard let topic = SparkplugTopic(levels: reader.address.captures.levels) else {
      throw Rejection(
        .unsupported, "of Sparkplug's topics only births, deaths and data of nodes and devices are read")
    }
    let outcome = try sessions.take(payload, topic, source, at: delivery.receivedAt, isRetaken: isRetaken)
    var message: ForeignMessage
    switch outcome.kind {
    case .says(let sayings): message = ForeignMessage(sayings.isEmpty ? [.noted] : sayings.map(reader.item))
    case .noted: message = ForeignMessage([.noted])
    case .outdated: message = ForeignMessage([.outdated])
    case .waits(let rejection):
      message = ForeignMessage(refused: rejection, device: reader.address.speaker(in: source))
      message.waitsFor = topic.key
    }
    if outcome.asksRebirth {
      message.request = ForeignRequest(
        topic: topic.commandTopic, payload: SparkplugPayload.rebirth(at: delivery.receivedAt))
    }
    message.changesState = outcome.changesState
    if topic.kind == .nodeBirth || topic.kind == .deviceBirth { message.releases = topic.key }
    return message
  }

  /// JSON and CBOR are told apart by the first byte: a document of theirs begins with [ or { in one, and in the other with
  /// the major types 4, 5 or 6 (a tag).
  private func document(_ payload: [UInt8], mayBeCBOR: Bool) throws(Rejection) -> JSONNode {
    let root: JSONNode
    if mayBeCBOR, let first = payload.first, (0x80..<0xe0).contains(first) {
      do throws(JSONParser.Failure) {
        root = try cbor.parse(payload)
      } catch {
        throw error.rejection(of: payload, format: "CBOR")
      }
    } else {
      root = try json.parse(inflated: payload)
    }
    if let key = root.digest().doubleKey { throw .doubleKey(key) }
    return root
  }
}

/// What a foreign message comes to.
package struct ForeignMessage: Sendable {
  package var items: [ForeignItem]
  /// The whole message can't be used: `items` is that one rejection.
  package var isRefused = false
  /// What others mean depends on it, whatever became of its own items.
  package var changesState = false
  package var request: ForeignRequest?
  /// The message waits for a birth of this node or device.
  package var waitsFor: String?
  /// It is the birth that others may wait for.
  package var releases: String?

  init(_ items: [ForeignItem]) { self.items = items }

  init(refused rejection: Rejection, device: String?) {
    items = [.rejected(rejection, device: device)]
    isRefused = true
  }
}

/// What forewarn asks a foreign device for.
package struct ForeignRequest: Sendable, Hashable {
  package var topic: String
  package var payload: [UInt8]
}
