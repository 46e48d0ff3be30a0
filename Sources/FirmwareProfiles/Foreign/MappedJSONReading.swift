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
    // Looked up once: an array of a thousand reports would search the root a thousand times.
    let common = paths.reports == nil ? [:] : rootValues(root)
    guard place.isArray else { return [saying(place, root: root, common)] }
    var sayings: [Result<Saying, Rejection>] = []
    for element in place.elements {
      guard sayings.count < DecodingLimits.reports else {
        throw Rejection(.tooLarge, "more than \(DecodingLimits.reports) reports in one message: split the array")
      }
      // An array of reports has no root of its own to point to.
      sayings.append(saying(element, root: paths.reports == nil ? element : root, common))
    }
    guard !sayings.isEmpty else { throw Rejection(.schema, "an empty array holds no report") }
    return sayings
  }

  private func rootValues(_ root: JSONNode) -> [JSONPath: JSONNode] {
    var values: [JSONPath: JSONNode] = [:]
    for path in own + paths.metrics.map(\.path) where path.isFromRoot {
      values[path] = path.value(root: root, report: root)
    }
    return values
  }

  private var own: [JSONPath] {
    [paths.time, paths.sequence, paths.boot, paths.firmware, paths.device, paths.product].compactMap { $0 }
  }

  private func saying(_ node: JSONNode, root: JSONNode, _ common: [JSONPath: JSONNode]) -> Result<Saying, Rejection> {
    do throws(Rejection) {
      guard node.isObject else { throw Rejection(.schema, "expected a report, found \(node.description)") }
      func find(_ path: JSONPath) -> JSONNode? {
        path.isFromRoot && paths.reports != nil ? common[path] : path.value(root: root, report: node)
      }
      var saying = Saying()
      saying.time = try time(paths.time.map(find), node)
      saying.sequence = try sequence(paths.sequence.flatMap(find))
      saying.boot = try text(paths.boot.flatMap(find), "boot")
      saying.firmware = try text(paths.firmware.flatMap(find), "firmware")
      saying.device = try text(paths.device.flatMap(find), "device")
      saying.product = try text(paths.product.flatMap(find), "product")
      var used: Set<String> = paths.time == nil ? ["ts"] : []
      used.formUnion(own.compactMap(\.firstKey))
      if let key = paths.reports?.firstKey { used.insert(key) }
      for metric in paths.metrics {
        if let key = metric.path.firstKey { used.insert(key) }
        if let value = find(metric.path) { saying.metrics.append((metric.name, MetricValue(value))) }
      }
      // From a root that is the report itself, `$.a` and `@.a` are the same.
      if paths.reports == nil { used.formUnion(keysFromRoot) }
      for key in node.keys {
        let name = key.string ?? ""
        if used.contains(name) { continue }
        saying.metrics.append((name, MetricValue(key.value)))
      }
      return .success(saying)
    } catch {
      return .failure(error)
    }
  }

  private var keysFromRoot: [String] {
    (own + paths.metrics.map(\.path)).compactMap { path in
      if path.isFromRoot, case .key(let name)? = path.steps.first { name } else { nil }
    }
  }

  /// - Parameter pointed: what `paths.ts` points to; `nil`: there is no such path.
  private func time(_ pointed: JSONNode??, _ node: JSONNode) throws(Rejection) -> EventTime? {
    let found: JSONNode?
    if let pointed {
      found = pointed
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

  private func sequence(_ value: JSONNode?) throws(Rejection) -> Int64? {
    guard let value, !value.isNull else { return nil }
    guard let number = value.integer, number >= 0 else { throw .mismatch("seq", "a whole number ≥ 0", value) }
    return number
  }

  private func text(_ value: JSONNode?, _ name: StaticString) throws(Rejection) -> String? {
    guard let value, !value.isNull else { return nil }
    if let number = value.integer { return String(number) }
    guard value.isString, let text = value.utf8, (1...Identifier.maximumBytes).contains(text.count) else {
      throw .mismatch(name, "1 to \(Identifier.maximumBytes) bytes of text or a whole number", value)
    }
    return value.string
  }
}
