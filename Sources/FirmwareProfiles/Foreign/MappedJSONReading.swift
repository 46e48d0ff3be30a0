import Vocabulary

/// Any JSON, by the paths of the configuration. Metrics that stand in the report's own object need none: they go by
/// their keys.
struct MappedJSONReading {
  let paths: SourceMapping.MessagePaths

  func sayings(_ root: JSONNode) throws(Rejection) -> [Result<Saying, Rejection>] {
    var place = root
    if let path = paths.reports {
      guard let found = path.value(root: root, report: root) else {
        throw Rejection(.schema, "there is nothing where `paths.reports` points to")
      }
      place = found
    }
    guard place.isArray else { return [saying(place, root: root)] }
    var sayings: [Result<Saying, Rejection>] = []
    for element in place.elements {
      guard sayings.count < DecodingLimits.reports else {
        throw Rejection(.tooLarge, "more than \(DecodingLimits.reports) reports in one message: split the array")
      }
      // An array of reports has no root of its own to point to.
      sayings.append(saying(element, root: paths.reports == nil ? element : root))
    }
    guard !sayings.isEmpty else { throw Rejection(.schema, "an empty array holds no report") }
    return sayings
  }

  private func saying(_ node: JSONNode, root: JSONNode) -> Result<Saying, Rejection> {
    do throws(Rejection) {
      guard node.isObject else { throw Rejection(.schema, "expected a report, found \(node.description)") }
      var saying = Saying()
      saying.time = try time(node, root)
      saying.sequence = try sequence(node, root)
      saying.boot = try text(paths.boot, "boot", node, root)
      saying.firmware = try text(paths.firmware, "firmware", node, root)
      saying.device = try text(paths.device, "device", node, root)
      saying.product = try text(paths.product, "product", node, root)
      var used: Set<String> = paths.time == nil ? ["ts"] : []
      let own = [paths.reports, paths.time, paths.sequence, paths.boot, paths.firmware, paths.device, paths.product]
      used.formUnion(own.compactMap { $0?.firstKey })
      for (name, path) in paths.metrics {
        if let key = path.firstKey { used.insert(key) }
        if let value = path.value(root: root, report: node) { saying.metrics.append((name, MetricValue(value))) }
      }
      // From a root that is the report itself, `$.a` and `@.a` are the same.
      let isRoot = paths.reports == nil
      for key in node.keys {
        let name = key.string ?? ""
        if used.contains(name) { continue }
        if isRoot, isUsedFromRoot(name) { continue }
        saying.metrics.append((name, MetricValue(key.value)))
      }
      return .success(saying)
    } catch {
      return .failure(error)
    }
  }

  private func isUsedFromRoot(_ name: String) -> Bool {
    let own = [paths.time, paths.sequence, paths.boot, paths.firmware, paths.device, paths.product]
    return (own.compactMap { $0 } + paths.metrics.values).contains {
      $0.isFromRoot && $0.steps.first == .key(name)
    }
  }

  private func time(_ node: JSONNode, _ root: JSONNode) throws(Rejection) -> EventTime? {
    let found: JSONNode?
    if let path = paths.time {
      found = path.value(root: root, report: node)
      guard found?.isNull == false else { throw Rejection(.schema, "there is no time where `paths.ts` points to") }
    } else {
      found = node.member("ts")
    }
    guard let found, !found.isNull else { return nil }
    var result = PlausibleTime.read(found)
    if let number = found.number {
      let milliseconds = (number / paths.timeUnit.perMillisecond).rounded()
      guard abs(milliseconds) <= 0x1p53 else { throw Rejection(.schema, "ts: expected a time, found \(number)") }
      result = PlausibleTime.check(EventTime(milliseconds: Int64(milliseconds)), found: found.description)
    }
    switch result {
    case .success(let time): return time
    case .failure(let fault):
      throw Rejection(.schema, "ts: \(fault.message); `ts_unit` is \(paths.timeUnit.rawValue)")
    }
  }

  private func sequence(_ node: JSONNode, _ root: JSONNode) throws(Rejection) -> Int64? {
    guard let value = paths.sequence?.value(root: root, report: node), !value.isNull else { return nil }
    guard let number = value.integer, number >= 0 else { throw .mismatch("seq", "a whole number ≥ 0", value) }
    return number
  }

  private func text(
    _ path: JSONPath?, _ name: StaticString, _ node: JSONNode, _ root: JSONNode
  ) throws(Rejection) -> String? {
    guard let value = path?.value(root: root, report: node), !value.isNull else { return nil }
    if let number = value.integer { return String(number) }
    guard value.isString, let text = value.utf8, (1...Identifier.maximumBytes).contains(text.count) else {
      throw .mismatch(name, "1 to \(Identifier.maximumBytes) bytes of text or a whole number", value)
    }
    return value.string
  }
}
