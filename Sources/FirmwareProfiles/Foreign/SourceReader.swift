package import CheckedYAML

/// The schema of `sources` in the configuration.
package enum SourceReader {
  /// Each is looked at for each foreign message.
  package static let mostSources = 32
  private static let mostTopics = 32
  private static let mostNames = 2000

  package static func sources(_ value: YAMLValue) -> [SourceMapping] {
    value.list(count: 0...mostSources)?.compactMap { $0.mapping(source) } ?? []
  }

  /// The sources of a configuration file, whatever else stands in it.
  package static func sources(of file: YAMLFile) throws(YAMLFaults) -> [SourceMapping] {
    try file.read { keys in
      let sources = keys.optional("sources").map(sources) ?? []
      _ = keys.entries()
      return sources
    }
  }

  private static func source(_ keys: YAMLMapping) -> SourceMapping? {
    guard let format = keys.required("format")?.choice(of: SourceMapping.Format.self) else {
      // Its other keys can't be judged.
      _ = keys.entries()
      return nil
    }
    var source = SourceMapping(format: format, topics: [])
    source.topics = topics(keys, format)
    source.product = keys.optional("product").flatMap(id)
    source.productMetric = keys.optional("product_metric")?.string(maximumBytes: 256)
    source.device = keys.optional("device").flatMap(id)
    source.products = names(keys, "products") { id($0) }
    source.devices = names(keys, "devices") { id($0) }
    source.signals = names(keys, "signals", signal)
    source.events = names(keys, "events", event)
    source.facts = names(keys, "facts") { $0.choice(of: SourceMapping.FactsField.self) }
    switch format {
    case .senml:
      if let naming = keys.optional("name_split")?.choice(of: SourceMapping.SenMLNaming.self) { source.naming = naming }
    case .sparkplug:
      if let nodes = keys.optional("nodes")?.choice(of: SourceMapping.SparkplugNodes.self) { source.nodes = nodes }
      if let ids = keys.optional("ids")?.choice(of: SourceMapping.SparkplugIDs.self) { source.ids = ids }
      if let value = keys.optional("host_id"), let host = value.string(maximumBytes: 128) {
        if host.contains(where: { "/+#".contains($0) }) {
          value.fault("expected one level of a topic, without / + and #, or \"\" for none; found \"\(host)\"")
        }
        source.hostID = host
      }
    case .json: source.paths = paths(keys, source)
    case .thingsboard, .awsDefender: break
    }
    check(keys, source)
    return source
  }

  // MARK: Topics

  private static func topics(_ keys: YAMLMapping, _ format: SourceMapping.Format) -> [TopicPattern] {
    var prefix = "$aws"
    if format == .awsDefender, let value = keys.optional("topic_prefix"), let text = value.string(maximumBytes: 256) {
      if text.isEmpty || text.hasSuffix("/") || text.contains(where: { "+#".contains($0) }) {
        value.fault("expected a topic without + and #, and without a / at the end; found \"\(text)\"")
      }
      prefix = text
    }
    guard let value = keys.has("topics") ? keys.optional("topics") : nil else {
      if keys.optional("topics") == nil, format == .senml || format == .json { keys.value.fault("topics is missing") }
      return defaults(format, prefix)
    }
    guard let items = value.list(count: 1...mostTopics) else { return [] }
    return items.flatMap { item -> [TopicPattern] in
      guard let text = item.string(maximumBytes: 1024) else { return [] }
      do throws(TopicPattern.Fault) {
        return expanded(try TopicPattern(text), format)
      } catch {
        item.fault(error.message)
        return []
      }
    }
  }

  private static func defaults(_ format: SourceMapping.Format, _ prefix: String) -> [TopicPattern] {
    func literals(_ topic: String) -> [TopicPattern.Level] { topic.split(separator: "/").map { .literal(String($0)) } }
    switch format {
    case .sparkplug: return SparkplugTopic.filters(below: [.literal(SparkplugTopic.namespace), .any])
    case .thingsboard:
      return ["telemetry", "attributes"].map {
        TopicPattern(levels: literals("v1/devices") + [.capture(.device), .literal($0)])
      }
        + ["telemetry", "attributes", "connect", "disconnect"].map {
          TopicPattern(levels: literals("v1/gateway/\($0)"))
        }
    case .awsDefender:
      return [
        TopicPattern(
          levels: literals("\(prefix)/things") + [.capture(.device)] + literals("defender/metrics") + [.any])
      ]
    case .senml, .json: return []
    }
  }

  /// `spBv1.0/#` would bring the commands and states of hosts as well, our own among them.
  private static func expanded(_ pattern: TopicPattern, _ format: SourceMapping.Format) -> [TopicPattern] {
    guard format == .sparkplug, pattern.levels.last == .rest,
      let start = pattern.levels.firstIndex(of: .literal(SparkplugTopic.namespace))
    else { return [pattern] }
    let fixed = Array(pattern.levels.dropLast())
    switch fixed.count - start {
    case 1: return SparkplugTopic.filters(below: fixed + [.any])
    case 2: return SparkplugTopic.filters(below: fixed)
    default: return [pattern]
    }
  }

  // MARK: Names

  private static func id(_ value: YAMLValue) -> String? {
    guard let text = value.string(maximumBytes: 256) else { return nil }
    if !Identifier.isValid(text) { value.fault("expected an id (\(Identifier.rule)), found \"\(text)\"") }
    return text
  }

  private static func names<Rule>(
    _ keys: YAMLMapping, _ name: String, _ read: (YAMLValue) -> Rule?
  ) -> [String: Rule] {
    guard let value = keys.optional(name) else { return [:] }
    return value.mapping { mapping in
      var rules: [String: Rule] = [:]
      let entries = mapping.entries()
      if entries.count > mostNames { value.fault("expected at most \(mostNames) names, found \(entries.count)") }
      for entry in entries {
        if rules[entry.name] != nil {
          entry.value.fault("is given twice")
        } else if let rule = read(entry.value) {
          rules[entry.name] = rule
        }
      }
      return rules
    } ?? [:]
  }

  private static func signal(_ value: YAMLValue) -> SourceMapping.SignalRule? {
    guard value.isMapping else { return id(value).map { SourceMapping.SignalRule(name: $0) } }
    return value.mapping { keys in
      guard let name = keys.required("signal").flatMap(id) else { return nil }
      var rule = SourceMapping.SignalRule(name: name)
      if let scale = keys.optional("scale"), let number = scale.double() {
        if number == 0 { scale.fault("0 would make every value the same") }
        rule.scale = number
      }
      if let offset = keys.optional("offset")?.double() { rule.offset = offset }
      return rule
    }
  }

  private static func event(_ value: YAMLValue) -> SourceMapping.EventRule? {
    guard value.isMapping else { return id(value).map { SourceMapping.EventRule(name: $0) } }
    return value.mapping { keys in
      guard let name = keys.required("event").flatMap(id) else { return nil }
      return SourceMapping.EventRule(name: name, equals: keys.optional("equals")?.string(maximumBytes: 256))
    }
  }

  // MARK: Paths

  private static func paths(_ keys: YAMLMapping, _ source: SourceMapping) -> SourceMapping.MessagePaths {
    var paths = SourceMapping.MessagePaths()
    _ = keys.optional("paths")?.mapping { places -> Bool? in
      paths.reports = places.optional("reports").flatMap(path)
      paths.time = places.optional("ts").flatMap(path)
      paths.sequence = places.optional("seq").flatMap(path)
      paths.boot = places.optional("boot").flatMap(path)
      paths.firmware = places.optional("firmware").flatMap(path)
      paths.device = places.optional("device").flatMap(path)
      paths.product = places.optional("product").flatMap(path)
      return true
    }
    if let unit = keys.optional("ts_unit")?.choice(of: SourceMapping.TimeUnit.self) { paths.timeUnit = unit }
    let names = Set(source.signals.keys).union(source.events.keys).union(source.facts.keys)
    // Sorted: two runs over the same messages do the same in the same order.
    for name in names.sorted() {
      guard let path = JSONPath(name) else {
        keys.value.fault("\"\(name)\" is no path: \(expectedPath)")
        continue
      }
      paths.metrics.append(SourceMapping.NamedPath(name: name, path: path))
    }
    return paths
  }

  private static let expectedPath =
    "expected keys and indexes such as $.data.readings[0].temp, or @.temp from the report's own object"

  private static func path(_ value: YAMLValue) -> JSONPath? {
    value.parsed(as: expectedPath, JSONPath.init)
  }

  /// What a source must say for its messages to be of use.
  private static func check(_ keys: YAMLMapping, _ source: SourceMapping) {
    let topicsName: (TopicPattern.Capture) -> Bool = { capture in
      !source.topics.isEmpty && source.topics.allSatisfy { $0.has(capture) }
    }
    if source.product == nil, source.productMetric == nil, source.paths.product == nil, !topicsName(.product),
      !source.topics.isEmpty
    {
      let path = source.format == .json ? ", `paths.product`" : ""
      keys.value.fault(
        "whose devices are these? Set `product:`\(path), `product_metric:`, or {product} in every topic")
    }
    if source.format == .json, source.device == nil, source.paths.device == nil, !topicsName(.device),
      !source.topics.isEmpty
    {
      keys.value.fault("which device is it? Set `paths.device`, `device:`, or {device} in every topic")
    }
  }
}
